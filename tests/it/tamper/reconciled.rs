//! Decisions without their entries, and entries without their decisions.

use super::*;
use crate::triage::stage::{Stage, stage};
use crate::triage::{taking_back, target, verdict};
use attestor::audit::verify::report::Verdict as Word;
use attestor::ids::DeedKey;
use attestor::triage::actions::{self, AttendTo, GiveComment, GiveFeedback};
use attestor::triage::attention::Attend;
use attestor::triage::feedback::{Comment, Reason};
use attestor::triage::finding::Verdict;
use chrono::{TimeDelta, Utc};

/// Six rows of feedback and three of attention, by every sort of deed: entries 1 to 6.
async fn decided() -> Stage {
    let mut stage = stage().await;
    stage.findings(4).await;
    let fp = Verdict::FalsePositive;
    actions::give_feedback(&stage.db, &verdict(1, 1, fp, "internal")).await.unwrap();
    let targets = vec![target(2, 1), target(3, 1), target(4, 1)];
    let reason = Reason::new("all of them").unwrap();
    let many = GiveFeedback { targets, verdict: fp, reason, filter: None, key: DeedKey::fresh() };
    actions::give_feedback(&stage.db, &many).await.unwrap();
    actions::take_back(&stage.db, &taking_back(1, 2, None)).await.unwrap();
    let comment = Comment::new("look at line 3").unwrap();
    actions::comment(
        &stage.db,
        &GiveComment { finding: attestor::ids::FindingId(2), comment, key: DeedKey::fresh() },
    )
    .await
    .unwrap();
    for finding in [vec![1], vec![2, 3]] {
        let claim = AttendTo {
            targets: finding.into_iter().map(|id| target(id, if id == 1 { 3 } else { 2 })).collect(),
            what: Attend::Claim { until: Utc::now() + TimeDelta::hours(2) },
            filter: None,
            key: DeedKey::fresh(),
            now: Utc::now(),
        };
        actions::attend(&stage.db, &claim).await.unwrap();
    }
    stage
}

/// The orphans after `sql`, as table and id.
async fn orphans(sql: &str) -> Vec<(String, i64)> {
    let stage = decided().await;
    let unlock =
        "alter table triage.feedbacks disable trigger all; alter table triage.attention disable trigger all;";
    attack(&stage.database, &format!("{unlock} {sql}")).await;
    let report = verified(&stage.database).await;
    assert_eq!(report.verdict(), Word::Verified, "the chain itself is whole: {report:#?}");
    let reconciled = report.reconciled.clone().unwrap();
    assert_eq!(reconciled.orphans as usize, reconciled.first_orphans.len());
    assert_eq!(report.exit_status(), if reconciled.orphans == 0 { 0 } else { 3 });
    reconciled.first_orphans.into_iter().map(|orphan| (orphan.table, orphan.id)).collect()
}

fn at(table: &str, id: i64) -> (String, i64) {
    (table.to_owned(), id)
}

const ENTRIES: &str = "audit.audit_trail_entries";

#[tokio::test]
async fn what_was_decided_and_entered_fits() {
    let stage = decided().await;
    let report = verified(&stage.database).await;
    let reconciled = report.reconciled.unwrap();
    assert_eq!((reconciled.decisions, reconciled.entries, reconciled.orphans), (9, 6, 0), "{reconciled:?}");
}

#[tokio::test]
async fn a_decision_without_its_entry() {
    let forged = "insert into triage.feedbacks (id, finding_id, user_verdict, kind, deed_key)
                  values (100, 4, 'FP', 'verdict', gen_random_uuid())";
    assert_eq!(orphans(forged).await, [at("triage.feedbacks", 100)]);
    let without_key =
        "insert into triage.feedbacks (id, finding_id, user_verdict, kind) values (100, 4, 'FP', 'verdict')";
    assert_eq!(orphans(without_key).await, [at("triage.feedbacks", 100)]);
    let claim = "insert into triage.attention (id, finding_id, state, until, deed_key)
                 values (100, 4, 'claim', now(), gen_random_uuid())";
    assert_eq!(orphans(claim).await, [at("triage.attention", 100)]);
}

#[tokio::test]
async fn an_entry_without_its_decision() {
    assert_eq!(orphans("delete from triage.attention where finding_id = 1").await, [at(ENTRIES, 5)]);
    assert_eq!(orphans("delete from triage.feedbacks where kind = 'comment'").await, [at(ENTRIES, 4)]);
    // One of the rows of a deed on many.
    let one = "alter table triage.findings disable trigger all;
               update triage.findings set decided_by = null where id = 3;
               delete from triage.feedbacks where finding_id = 3";
    assert_eq!(orphans(one).await, [at(ENTRIES, 2)]);
    assert_eq!(orphans("delete from triage.attention where finding_id = 3").await, [at(ENTRIES, 6)]);
}

#[tokio::test]
async fn a_decision_that_was_changed_into_another() {
    assert_eq!(
        orphans("update triage.feedbacks set user_verdict = 'TP' where id = 1").await,
        [at(ENTRIES, 1)]
    );
    assert_eq!(
        orphans("update triage.feedbacks set user_verdict = 'TP' where finding_id = 4").await,
        [at(ENTRIES, 2)]
    );
    assert_eq!(
        orphans("update triage.feedbacks set finding_id = 4 where kind = 'comment'").await,
        [at(ENTRIES, 4)]
    );
    assert_eq!(
        orphans("update triage.attention set state = 'snooze', reason = 'x'").await,
        [at(ENTRIES, 5), at(ENTRIES, 6)]
    );
}

#[tokio::test]
async fn what_was_brought_in_is_covered_by_its_entry() {
    let history = "select audit.append_entry('finding_triage', 'history_imported', 'bot',
                       '{\"tables\": {\"feedbacks\": {\"count\": 2}}}');
                   insert into triage.feedbacks (id, finding_id, user_verdict, kind)
                   values (50, 4, 'FP', 'verdict'), (51, 4, 'TP', 'verdict')";
    assert_eq!(orphans(history).await, []);
    let more = format!("{history}, (52, 4, 'TP', 'verdict')");
    assert_eq!(orphans(&more).await, [at("triage.feedbacks", 52)]);
    let fewer = format!("{history}; delete from triage.feedbacks where id = 50");
    assert_eq!(orphans(&fewer).await, [at(ENTRIES, 7)]);
}

#[tokio::test]
async fn a_table_that_is_gone_is_missed_by_its_entries() {
    let gone = [1, 2, 3, 4].map(|seq| at(ENTRIES, seq));
    assert_eq!(orphans("drop table triage.feedbacks cascade").await, gone);
    assert_eq!(orphans("alter table triage.feedbacks rename to put_away").await, gone);
    let gone = [5, 6].map(|seq| at(ENTRIES, seq));
    assert_eq!(orphans("alter table triage.attention set schema audit").await, gone);
    assert_eq!(orphans("drop schema trust cascade").await, [], "no entry speaks of what was there");
}
