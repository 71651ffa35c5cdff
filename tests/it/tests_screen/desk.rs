//! The desk of the Tests screen, and what it is answered with.

pub use crate::desk::{lost, now};

use attestor::db::page::Page;
use attestor::flaky::detail::{Decision, Elsewhere, EntryNote, RunNote, TestDetail};
use attestor::flaky::evidence::Basis;
use attestor::flaky::failure::FailureGroup;
use attestor::flaky::state::{Ineligible, State, Thresholds};
use attestor::flaky::store::tests::Standing;
use attestor::flaky::test::Test;
use attestor::ids::{EntrySeq, RepoId, TestId, Version};
use attestor::text::SafeText;
use attestor::ui::screen::Input;
use attestor::ui::screens::tests::{Msg, Tests, Wish};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

pub type Desk = crate::desk::Desk<Tests>;

/// A healthy test.
pub fn test(id: i64, name: &str, state: State) -> Test {
    Test {
        id: TestId(id),
        repo_id: Some(RepoId(1)),
        repo: "acme/api".into(),
        test_id: "0123456789abcdef".into(),
        test_suite: "acme.payments.CheckoutTest".into(),
        test_name: name.into(),
        environment: "linux-x86".into(),
        state,
        suggested: false,
        flakiness_score: Some(0.021),
        basis: Basis::Retries,
        severity: 0.0,
        failure_rate: 0.0,
        first_try: 100,
        flaked: 0,
        never_passed: 0,
        isolated: 0,
        failing_streak: 0,
        retried: false,
        run_count: 100,
        pass_count: 100,
        fail_count: 0,
        skip_count: 0,
        outage_count: 0,
        strip: "pppppppppppppppppppppppppppppp".into(),
        first_run_at: Some(now() - TimeDelta::days(40)),
        last_run_at: Some(now() - TimeDelta::hours(1)),
        last_failed_at: None,
        scored_at: Some(now()),
        version: Version(0),
        quarantined: false,
        owner: None,
        reason: None,
        link: None,
        quarantined_at: None,
        quarantined_by: None,
        expires_at: None,
        graduation_runs: None,
        clean_runs: 0,
        graduated_at: None,
        dismissed_at: None,
        dismissed_by: None,
        dismissed_flaked: None,
        graduated_flaked: None,
    }
}

fn flaky(id: i64, name: &str, flaked: u64, score: f64) -> Test {
    Test {
        flakiness_score: Some(score),
        first_try: 100 - flaked,
        flaked,
        retried: true,
        severity: (flaked as f64 + 0.1) / (110.0 - flaked as f64 - 0.1),
        failure_rate: flaked as f64 / (100 + flaked) as f64,
        run_count: 100 + flaked,
        fail_count: flaked,
        strip: "ppppppkppppppppppsppkppppppopk".into(),
        last_failed_at: Some(now() - TimeDelta::hours(1)),
        ..test(id, name, State::Flaky)
    }
}

fn quarantined(id: i64, name: &str, clean: u32, until: DateTime<Utc>) -> Test {
    Test {
        state: State::Quarantined,
        quarantined: true,
        owner: Some("payments team".into()),
        reason: Some("races with the clock".into()),
        link: Some("https://example.com/issues/12".into()),
        quarantined_at: Some(now() - TimeDelta::days(10)),
        quarantined_by: Some("alice".into()),
        expires_at: Some(until),
        graduation_runs: Some(74),
        clean_runs: clean,
        version: Version(1),
        ..flaky(id, name, 8, 0.998)
    }
}

/// Tests of every standing, in the order of the list.
pub fn tests() -> Vec<Test> {
    let mut suggested = flaky(7, "checkout_survives_a_restart", 3, 0.917);
    suggested.suggested = true;
    let mut broken = test(3, "refund_in_two_steps", State::Broken);
    (broken.first_try, broken.never_passed, broken.failing_streak) = (60, 40, 40);
    (broken.failure_rate, broken.fail_count, broken.strip) =
        (0.4, 40, "ppppffffffffffffffffffffffffff".into());
    let mut isolated = test(8, "upload_of_a_large_file", State::Flaky);
    (isolated.basis, isolated.isolated, isolated.flakiness_score) = (Basis::Isolated, 4, Some(0.04));
    (isolated.first_try, isolated.never_passed) = (96, 4);
    let mut new = test(9, "greets_in_finnish", State::New);
    (new.flakiness_score, new.first_try, new.strip, new.run_count) = (None, 2, "pp".into(), 2);
    vec![
        suggested,
        quarantined(4, "ledger_closes_at_midnight", 12, now() + TimeDelta::days(4)),
        quarantined(5, "mail_is_sent_once", 3, now() - TimeDelta::days(2)),
        quarantined(6, "invoice_numbers_never_repeat", 80, now() + TimeDelta::days(4)),
        flaky(2, "search_finds_the_newest", 2, 0.734),
        isolated,
        test(1, "adds_two_amounts", State::Healthy),
        broken,
        test(10, "rounds_half_to_even", State::Graduated),
        new,
    ]
}

pub fn detail(test: Test) -> TestDetail {
    let run = |n: i64, mark: char, passed, failed| RunNote {
        mark,
        run_key: Some(format!("{}", 900 + n).into()),
        commit_sha: format!("4f2c91d{n:02}a8b7c6d5e4f3").into(),
        branch: "main".into(),
        at: now() - TimeDelta::hours(n * 5),
        passed,
        failed,
        duration_ms: Some(1_200),
    };
    let mut runs: Vec<RunNote> =
        vec![run(1, 'k', 1, 1), run(2, 'p', 1, 0), run(3, 'f', 0, 1), run(3, 'p', 1, 0), run(4, 's', 0, 0)];
    runs.extend((5..20).map(|n| run(n, 'p', 1, 0)));
    runs.push(run(20, 'o', 0, 1));
    let group = |text: &str, count| FailureGroup {
        text: text.into(),
        count,
        commits: count,
        first_at: now() - TimeDelta::days(20),
        last_at: now() - TimeDelta::hours(5),
        example: text.into(),
    };
    TestDetail {
        ineligible: (!test.suggested).then_some(Ineligible::FewCommits { flaked: test.flaked, asked: 2 }),
        thresholds: Thresholds::default(),
        runs,
        failures: vec![
            group("timeout after # ms waiting for the ledger on port #", 2),
            group("expected: <paid> but was: <pending>", 1),
        ],
        elsewhere: vec![Elsewhere {
            id: TestId(70),
            environment: "macos-arm".into(),
            state: "healthy".into(),
            flakiness_score: Some(0.021),
        }],
        decisions: vec![Decision {
            deed: "dismiss".into(),
            actor: "bob".into(),
            at: now() - TimeDelta::days(12),
            reason: "the runner was out of memory".into(),
            owner: None,
            link: None,
            until: None,
            by_rule: true,
            test_version: Version(0),
        }],
        entries: vec![EntryNote {
            seq: EntrySeq(812),
            occurred_at: now() - TimeDelta::days(12),
            event_type: "suggestion_dismissed".into(),
            actor: "bob".into(),
        }],
        test,
    }
}

pub fn standing() -> Standing {
    Standing { flaky: 3, suggested: 1, broken: 1, quarantined: 3, expired: 1, graduable: 1, tests: 10 }
}

impl Desk {
    /// A screen that was told its size and opened, and waits for its rows.
    pub fn opened(columns: u16, rows: u16) -> Self {
        Desk::around(Tests::new(), now(), columns, rows)
    }

    /// A screen with all of [`tests`] on it.
    pub fn full(columns: u16, rows: u16) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.give(tests());
        desk
    }

    /// Answers the questions for the list and the detail.
    pub fn give(&mut self, rows: Vec<Test>) {
        let ticket = self.ticket();
        let at_all = if rows.is_empty() { Standing::default() } else { standing() };
        let page = Page { rows, more: false };
        self.answer(Msg::Rows { ticket, after: None, at: now(), result: Ok(page) });
        self.answer(Msg::Standing(Ok(at_all)));
        self.rest();
    }

    /// The ticket of the last question for rows.
    pub fn ticket(&mut self) -> u64 {
        let ticket = self.last(|wish| match wish {
            Wish::Rows { ticket, .. } => Some(*ticket),
            _ => None,
        });
        ticket.unwrap()
    }

    /// The cursor rests, and the detail that is asked for comes.
    pub fn rest(&mut self) {
        self.tell(Input::Rested);
        let wanted = self.last(|wish| match wish {
            Wish::Detail(id) => Some(*id),
            _ => None,
        });
        if let Some(test) = tests().into_iter().find(|test| Some(test.id) == wanted) {
            self.answer(Msg::Detail(test.id, Ok(Arc::new(detail(test)))));
        }
    }

    pub fn keys(&mut self, text: &str) {
        for key in crate::desk::keys(text) {
            self.key(key);
        }
    }
}

pub fn text(raw: &str) -> SafeText {
    SafeText::new(raw)
}
