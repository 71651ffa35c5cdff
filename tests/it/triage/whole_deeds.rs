//! A whole deed taken back by its entry or its key: what still stands of it, and nothing else.

use super::{done, stage::stage, target, verdict};
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::ids::{DeedKey, EntrySeq, FindingId};
use attestor::triage::actions::{self, Deed, GiveComment, GiveFeedback, Outcome, TakeBackDeed, When};
use attestor::triage::feedback::{Comment, Reason, WhyNot};
use attestor::triage::finding::Verdict;
use attestor::triage::store::deeds;
use chrono::Utc;
use serde_json::json;

fn many(ids: impl Iterator<Item = i64>, version: i32) -> GiveFeedback {
    GiveFeedback {
        targets: ids.map(|id| target(id, version)).collect(),
        ..verdict(1, 1, Verdict::FalsePositive, "generated code")
    }
}

fn back(deed: Deed) -> TakeBackDeed {
    TakeBackDeed { deed, reason: None, key: DeedKey::fresh(), now: Utc::now() }
}

#[tokio::test]
async fn what_was_decided_again_is_left_and_named() {
    let mut stage = stage().await;
    stage.findings(1_000).await;
    stage.analyst("bea").await;
    let bea = Db::lazy(stage.options_as("bea"), Access::ReadWrite);
    let given = many(1..=1_000, 1);
    let decided = done(actions::give_feedback(&stage.db, &given).await.unwrap());
    let theirs =
        done(actions::give_feedback(&bea, &verdict(7, 2, Verdict::TruePositive, "real")).await.unwrap());
    stage.run("update triage.findings set triage_decision = 'TP' where id = 30").await;

    let note = deeds::note(&stage.db, decided.seq).await.unwrap().unwrap();
    assert_eq!((note.key, note.count, note.finding_id), (given.key, 1_000, None));
    assert_eq!((note.verdict.as_deref(), note.reason.as_deref()), (Some("FP"), Some("generated code")));
    assert_eq!(deeds::my_last(&stage.db).await.unwrap().as_ref(), Some(&note));

    let asked =
        TakeBackDeed { reason: Some(Reason::new("too quick").unwrap()), ..back(Deed::Entry(decided.seq)) };
    let undone = done(actions::take_back_deed(&stage.db, &asked).await.unwrap());
    assert_eq!((undone.count, undone.feedback.len(), undone.seq.0), (998, 998, 3));
    let left: Vec<_> = undone.left.iter().map(|refusal| refusal.finding.0).collect();
    assert_eq!(left, [7, 30]);
    assert!(matches!(&undone.left[0].why, WhyNot::Superseded(by) if by.feedback == theirs.feedback[0]));
    assert_eq!(undone.left[1].why, WhyNot::WithoutFeedback);
    assert_eq!(stage.decision(7).await, (Some("TP".into()), Some(theirs.feedback[0].0), 3));
    assert_eq!(stage.count("select count(*) from triage.findings where triage_decision is null").await, 998);
    let payload = stage.value("select payload from audit.audit_trail_entries where seq = 3").await;
    assert_eq!(
        (&payload["takes_back"], &payload["count"], &payload["reason"]),
        (&json!(1), &json!(998), &json!("too quick"))
    );
    assert_eq!(
        stage
            .count(
                "select count(*) from triage.feedbacks b join audit.audit_trail_entries e
                     on e.payload->>'idempotency_key' = b.deed_key::text
                 where e.seq = 3 and b.kind = 'retraction'"
            )
            .await,
        998,
        "each row is found from its entry"
    );

    // Under its key it is done once; under another there is nothing left of it.
    let again = done(actions::take_back_deed(&stage.db, &asked).await.unwrap());
    assert_eq!((again.done, again.seq, again.count), (When::Before, undone.seq, 998));
    let outcome = actions::take_back_deed(&stage.db, &back(Deed::Key(given.key))).await.unwrap();
    assert!(matches!(&outcome, Outcome::Refused(r) if r.len() == 1_000), "{outcome:?}");
    assert_eq!(stage.entries().await.len(), 3);
}

#[tokio::test]
async fn the_verdict_before_the_deed_stands_again() {
    let mut stage = stage().await;
    stage.findings(2).await;
    done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    let mut given = many(2..=2, 1);
    given.targets.push(target(1, 2));
    done(actions::give_feedback(&stage.db, &given).await.unwrap());
    done(actions::take_back_deed(&stage.db, &back(Deed::Key(given.key))).await.unwrap());
    assert_eq!(stage.decision(1).await.0.as_deref(), Some("TP"));
    assert_eq!(stage.decision(2).await.0, None);
}

#[tokio::test]
async fn not_everything_is_a_deed_that_can_be_taken_back() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let words =
        GiveComment { finding: FindingId(1), comment: Comment::new("hm").unwrap(), key: DeedKey::fresh() };
    done(actions::comment(&stage.db, &words).await.unwrap());
    let given = verdict(1, 1, Verdict::TruePositive, "real");
    done(actions::give_feedback(&stage.db, &given).await.unwrap());
    done(actions::take_back_deed(&stage.db, &back(Deed::Entry(EntrySeq(2)))).await.unwrap());
    for (deed, kind) in [
        (Deed::Entry(EntrySeq(1)), Kind::Usage),
        (Deed::Entry(EntrySeq(3)), Kind::Usage),
        (Deed::Entry(EntrySeq(99)), Kind::NotFound),
        (Deed::Key(DeedKey::fresh()), Kind::NotFound),
    ] {
        let error = actions::take_back_deed(&stage.db, &back(deed)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{deed:?}: {error}");
    }
    // A key that another deed has used.
    let asked = TakeBackDeed { key: words.key, ..back(Deed::Entry(EntrySeq(2))) };
    assert_eq!(actions::take_back_deed(&stage.db, &asked).await.unwrap_err().kind(), Kind::Usage);
    assert_eq!(stage.entries().await.len(), 3);
    assert_eq!(deeds::my_last(&stage.db).await.unwrap(), None);
}
