//! What a test is, and whether its quarantine is asked for.

use attestor::flaky::evidence::Evidence;
use attestor::flaky::state::{Decided, Ineligible, State, Thresholds, eligible, state, suggested};

fn counts(first_try: u64, flaked: u64, never_passed: u64) -> Evidence {
    Evidence { first_try, flaked, never_passed, retried: true, ..Evidence::default() }
}

fn check(evidence: &Evidence, decided: Decided, expected: State, asked: Result<(), &str>) {
    let thresholds = Thresholds::default();
    assert_eq!(state(evidence, &decided, thresholds), expected, "{evidence:?} {decided:?}");
    let found = eligible(evidence, &decided, thresholds).map_err(|why| why.to_string());
    match asked {
        Ok(()) => assert_eq!(found, Ok(()), "{evidence:?}"),
        Err(words) => assert!(found.clone().is_err_and(|why| why.contains(words)), "{evidence:?}: {found:?}"),
    }
}

#[test]
fn evidence_decides() {
    let nobody = Decided::default();
    check(&counts(0, 0, 0), nobody, State::New, Err("0 of its commits"));
    check(&counts(4, 0, 0), nobody, State::New, Err("0 of its commits"));
    check(&counts(3, 1, 0), nobody, State::New, Err("1 of its commits"));
    check(&counts(100, 0, 0), nobody, State::Healthy, Err("0 of its commits"));
    check(&counts(99, 1, 0), nobody, State::Healthy, Err("1 of its commits"));
    check(&counts(98, 2, 0), nobody, State::Flaky, Ok(()));
    check(&counts(10, 1, 0), nobody, State::Flaky, Err("1 of its commits flaked; 2 are asked for"));
    check(&counts(300, 2, 0), nobody, State::Healthy, Err("its score is"));
    check(&counts(0, 0, 3), nobody, State::Broken, Err("broken"));
    check(&counts(10, 5, 16), nobody, State::Broken, Err("broken"));
    let streak = Evidence { failing_streak: 5, ..counts(90, 5, 5) };
    check(&streak, nobody, State::Broken, Err("broken"));
}

#[test]
fn isolated_failures_make_flaky_and_ask_for_nothing() {
    let isolated =
        |isolated, never_passed| Evidence { isolated, retried: false, ..counts(90, 0, never_passed) };
    check(&isolated(2, 2), Decided::default(), State::Healthy, Err("no flake is proved"));
    check(&isolated(3, 3), Decided::default(), State::Flaky, Err("no flake is proved"));
}

#[test]
fn decisions_come_first() {
    let quarantined = Decided { quarantined: true, ..Decided::default() };
    check(&counts(0, 0, 9), quarantined, State::Quarantined, Err("already"));
    let graduated = |flaked| Decided { graduated_flaked: Some(flaked), ..Decided::default() };
    check(&counts(90, 4, 0), graduated(4), State::Graduated, Err("has not flaked since"));
    check(&counts(90, 5, 0), graduated(4), State::Flaky, Ok(()));
    check(&counts(1, 4, 6), graduated(4), State::Broken, Err("broken"));
}

#[test]
fn what_was_dismissed_is_suggested_again_by_new_evidence() {
    let dismissed = |flaked| Decided { dismissed_flaked: Some(flaked), ..Decided::default() };
    let at = Thresholds::default();
    assert!(suggested(&counts(90, 4, 0), &Decided::default(), at));
    assert!(!suggested(&counts(90, 4, 0), &dismissed(4), at));
    assert!(suggested(&counts(90, 5, 0), &dismissed(4), at));
}

#[test]
fn thresholds_are_what_counts() {
    let strict = Thresholds { score: 0.95, commits: 4 };
    let found = eligible(&counts(98, 3, 0), &Decided::default(), strict);
    assert_eq!(found, Err(Ineligible::FewCommits { flaked: 3, asked: 4 }));
    for (score, commits, fits) in [
        (0.7, 2, true),
        (0.0, 2, false),
        (1.0, 2, false),
        (f64::NAN, 2, false),
        (0.5, 0, false),
        (0.5, 1_001, false),
    ] {
        assert_eq!(Thresholds { score, commits }.mistake().is_none(), fits, "{score} {commits}");
    }
}
