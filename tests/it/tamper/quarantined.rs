//! Decisions about tests without their entries, and entries without their decisions.

use super::*;
use crate::flaky::stage::{Stage, filter, stage};
use attestor::audit::verify::report::Verdict as Word;
use attestor::flaky::actions::{self, Decide, Outcome, Rules, What};
use attestor::flaky::quarantine::{Reason, usual_end};
use attestor::flaky::store::tests::targets;
use attestor::ids::DeedKey;
use chrono::Utc;

/// One test in quarantine by itself, and two by one deed: the entries 2 and 3.
async fn decided() -> Stage {
    let mut stage = stage().await;
    for test in ["a", "b", "c"] {
        stage.history(test, "10*p 5*fp").await;
    }
    stage.score().await;
    for chosen in ["name:a", "name:b or name:c"] {
        let now = Utc::now();
        let reason = Reason::new("races").unwrap();
        let what = What::Quarantine { owner: None, reason, link: None, until: usual_end(now) };
        let targets = targets(&stage.db, &filter(chosen), now).await.unwrap();
        let deed = Decide { targets, what, rules: Rules::Hold, filter: None, key: DeedKey::fresh(), now };
        assert!(matches!(actions::decide(&stage.db, &deed).await.unwrap(), Outcome::Done(_)));
    }
    stage
}

async fn check(sql: &str, expected: &[(&str, i64)]) {
    let stage = decided().await;
    attack(&stage.database, &format!("alter table trust.flaky_decisions disable trigger all; {sql}")).await;
    let report = verified(&stage.database).await;
    assert_eq!(report.verdict(), Word::Verified, "the chain itself is whole");
    let reconciled = report.reconciled.unwrap();
    let found: Vec<_> = reconciled.first_orphans.iter().map(|o| (o.table.as_str(), o.id)).collect();
    assert_eq!(found, expected, "{sql}");
}

const ENTRIES: &str = "audit.audit_trail_entries";

#[tokio::test]
async fn what_was_decided_about_tests_and_entered_fits() {
    let report = verified(&decided().await.database).await;
    let reconciled = report.reconciled.unwrap();
    assert_eq!((reconciled.decisions, reconciled.entries, reconciled.orphans), (3, 2, 0), "{reconciled:?}");
}

#[tokio::test]
async fn what_was_forged_about_tests_is_named() {
    check(
        "insert into trust.flaky_decisions (id, flaky_test_id, deed, reason, by_rule, test_version, deed_key)
         values (100, 1, 'graduate', 'x', true, 1, gen_random_uuid()), (101, 1, 'graduate', 'x', true, 1, null)",
        &[("trust.flaky_decisions", 100), ("trust.flaky_decisions", 101)],
    )
    .await;
    check("delete from trust.flaky_decisions where id = 1", &[(ENTRIES, 2)]).await;
    check("delete from trust.flaky_decisions where id = 3", &[(ENTRIES, 3)]).await;
    check("update trust.flaky_decisions set reason = 'another' where id = 1", &[(ENTRIES, 2)]).await;
    check("update trust.flaky_decisions set flaky_test_id = 1 where id = 2", &[(ENTRIES, 3)]).await;
    check("update trust.flaky_decisions set deed = 'dismiss' where id = 1", &[(ENTRIES, 2)]).await;
    check("drop table trust.flaky_decisions cascade", &[(ENTRIES, 2), (ENTRIES, 3)]).await;
}
