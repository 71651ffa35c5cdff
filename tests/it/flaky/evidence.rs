//! Runs folded into commits, against a model that knows attempts alone.

use attestor::flaky::evidence::{Basis, Evidence, Mark, Run, clean_runs};
use proptest::prelude::*;

/// Evidence of runs that are written as `commit:letters`, for instance `1:p 2:f 2:p`.
fn of(text: &str) -> Evidence {
    Evidence::of(&runs(text))
}

fn runs(text: &str) -> Vec<Run> {
    let run = |word: &str| {
        let (commit, letter) = word.split_once(':').unwrap();
        Run { mark: mark(letter.as_bytes()[0]), commit: commit.parse().unwrap() }
    };
    text.split_whitespace().map(run).collect()
}

fn mark(letter: u8) -> Mark {
    match letter {
        b'p' => Mark::Pass,
        b'f' => Mark::Fail,
        b'F' => Mark::FailAgain,
        b'k' => Mark::Flaked,
        b'q' => Mark::PassThenFail,
        b's' => Mark::Skip,
        _ => Mark::Outage,
    }
}

fn check(text: &str, (first_try, flaked, never_passed): (u64, u64, u64), basis: Basis) {
    let found = of(text);
    assert_eq!(
        (found.first_try, found.flaked, found.never_passed),
        (first_try, flaked, never_passed),
        "{text}"
    );
    assert_eq!(found.basis(), basis, "{text}");
}

#[test]
fn commits_count_once() {
    check("", (0, 0, 0), Basis::Retries);
    check("1:p", (1, 0, 0), Basis::Retries);
    check("1:p 1:p 1:p", (1, 0, 0), Basis::Retries);
    // Within one run, and in another run of the commit, with others in between.
    check("1:k", (0, 1, 0), Basis::Retries);
    check("1:f 1:p", (0, 1, 0), Basis::Retries);
    check("1:f 2:p 1:p", (1, 1, 0), Basis::Retries);
    check("1:F 1:p", (0, 1, 0), Basis::Retries);
    check("1:f 1:q", (0, 1, 0), Basis::Retries);
    // Only failures: tried again or not.
    check("1:f", (0, 0, 1), Basis::Isolated);
    check("1:F", (0, 0, 1), Basis::Retries);
    check("1:f 1:f", (0, 0, 1), Basis::Retries);
    // The first try passed, and no pass came after the failure.
    check("1:p 1:f", (1, 0, 0), Basis::Retries);
    check("1:q", (1, 0, 0), Basis::Retries);
    check("1:p 1:f 1:p", (0, 1, 0), Basis::Retries);
    // Skips and outages say nothing.
    check("1:s 2:o 3:s", (0, 0, 0), Basis::Retries);
    check("1:o 1:p", (1, 0, 0), Basis::Retries);
    check("1:f 1:s", (0, 0, 1), Basis::Isolated);
    check("1:f 1:o", (0, 0, 1), Basis::Isolated);
}

#[test]
fn isolated_failures_stand_between_passes() {
    for (text, isolated, streak) in [
        ("1:p 2:f 3:p", 1, 0),
        ("1:f 2:p", 0, 0),
        ("1:p 2:f", 0, 1),
        ("1:p 2:f 3:f 4:p", 0, 0),
        ("1:p 2:f 3:p 4:f 5:p 6:f", 2, 1),
        ("1:p 2:f 3:s 4:o 5:p", 1, 0),
        ("1:p 2:f 3:k", 1, 0),
        ("1:f 2:f 3:f", 0, 3),
    ] {
        let found = of(text);
        assert_eq!((found.isolated, found.failing_streak), (isolated, streak), "{text}");
    }
    let found = of("1:p 2:f 3:p 4:p");
    assert_eq!((found.basis(), found.score()), (Basis::Isolated, 0.25));
}

#[test]
fn strips_hold_the_last_thirty_runs() {
    assert_eq!(of("1:p 2:f 3:F 4:k 5:q 6:s 7:o").strip, "pffkkso");
    let many: String = (0..40).map(|n| format!("{n}:{} ", if n < 10 { 'f' } else { 'p' })).collect();
    assert_eq!(of(&many).strip, "p".repeat(30));
}

#[test]
fn clean_runs_begin_anew_after_a_failure() {
    assert_eq!(clean_runs(0, &runs("1:p 2:p 3:s 4:o 5:p")), 3);
    assert_eq!(clean_runs(5, &runs("1:p 2:k 3:p")), 1);
    assert_eq!(clean_runs(5, &runs("1:q")), 0);
    assert_eq!(clean_runs(5, &[]), 5);
}

/// What a commit says, straight from the definition.
fn naive(runs: &[Run]) -> (u64, u64, u64) {
    let mut order: Vec<i64> = Vec::new();
    for run in runs {
        if !matches!(run.mark, Mark::Skip | Mark::Outage) && !order.contains(&run.commit) {
            order.push(run.commit);
        }
    }
    let mut counts = (0, 0, 0);
    for commit in order {
        let attempts: String = runs
            .iter()
            .filter(|run| run.commit == commit)
            .map(|run| match run.mark {
                Mark::Pass => "p",
                Mark::Fail => "f",
                Mark::FailAgain => "ff",
                Mark::Flaked => "fp",
                Mark::PassThenFail => "pf",
                Mark::Skip | Mark::Outage => "",
            })
            .collect();
        let failed_first = attempts.find('f');
        match (failed_first.is_some_and(|at| attempts[at..].contains('p')), attempts.contains('p')) {
            (true, _) => counts.1 += 1,
            (_, true) => counts.0 += 1,
            _ => counts.2 += 1,
        }
    }
    counts
}

fn any_run(commits: std::ops::Range<i64>) -> impl Strategy<Value = Run> {
    (prop::sample::select(b"pppfFkqso".to_vec()), commits)
        .prop_map(|(letter, commit)| Run { mark: mark(letter), commit })
}

proptest! {
    #[test]
    fn counts_follow_the_definition(runs in prop::collection::vec(any_run(0..8), 0..60)) {
        let found = Evidence::of(&runs);
        prop_assert_eq!((found.first_try, found.flaked, found.never_passed), naive(&runs));
    }

    #[test]
    fn new_runs_on_new_commits_are_added(
        before in prop::collection::vec(any_run(0..20), 0..50),
        after in prop::collection::vec(any_run(20..40), 0..50),
    ) {
        let mut added = Evidence::of(&before);
        added.extend(&after);
        prop_assert_eq!(added, Evidence::of(&[before, after].concat()));
    }
}
