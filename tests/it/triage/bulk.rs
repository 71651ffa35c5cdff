//! Many at once: one entry, whose digest anyone can recompute; all of them or none.

use super::{done, stage::stage, target};
use attestor::error::Kind;
use attestor::ids::{DeedKey, FindingId};
use attestor::triage::actions::{self, GiveFeedback, Outcome, TakeBack};
use attestor::triage::feedback::Reason;
use attestor::triage::finding::Verdict;
use attestor::triage::store::{detail, feedbacks};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn deed(ids: impl Iterator<Item = i64>, version: i32) -> GiveFeedback {
    GiveFeedback {
        targets: ids.map(|id| target(id, version)).collect(),
        verdict: Verdict::FalsePositive,
        reason: Reason::new("generated code").unwrap(),
        filter: Some("file:gen/*".to_owned()),
        key: DeedKey::fresh(),
    }
}

/// The digest as the specification in `record.rs` tells an auditor to compute it, from psql alone.
async fn recomputed(stage: &mut super::Stage, key: DeedKey) -> (i64, String) {
    let (count, listing): (i64, String) = sqlx::query_as(
        "select count(*), string_agg(concat_ws(' ', finding_id, id, coalesce(user_verdict, '-'),
                                               coalesce(retracts::text, '-')) || e'\\n', '' order by finding_id)
         from triage.feedbacks where deed_key = $1",
    )
    .bind(key)
    .fetch_one(&mut stage.superuser)
    .await
    .unwrap();
    let digest = Sha256::digest(listing.as_bytes());
    (count, digest.iter().map(|b| format!("{b:02x}")).collect())
}

#[tokio::test]
async fn a_thousand_are_one_entry_and_one_way_back() {
    let mut stage = stage().await;
    stage.findings(1_000).await;
    // Handed over in any order, and some twice.
    let given = deed((1..=1_000).rev().chain(1..=3), 1);
    let decided = done(actions::give_feedback(&stage.db, &given).await.unwrap());
    assert_eq!((decided.count, decided.rows.len(), decided.seq.0), (1_000, 1_000, 1));
    assert_eq!(
        stage
            .count("select count(*) from triage.findings where triage_decision = 'FP' and version = 2")
            .await,
        1_000
    );

    let payload = stage.value("select payload from audit.audit_trail_entries where seq = 1").await;
    let (count, digest) = recomputed(&mut stage, given.key).await;
    assert_eq!(
        (count, &payload["count"], &payload["digest"]),
        (1_000, &Value::from(1_000), &Value::from(digest))
    );
    assert_eq!(payload["filter"], "file:gen/*");
    assert_eq!(
        (&payload["verdict"], &payload["reason"]),
        (&Value::from("FP"), &Value::from("generated code"))
    );
    assert_eq!(payload["digest_of"], "finding_id id user_verdict retracts");
    let entry = stage
        .value("select jsonb_build_array(repo_full_name, commit_sha) from audit.audit_trail_entries")
        .await;
    assert_eq!(entry, serde_json::json!(["acme/api", "4f2c91d"]));
    let detail = detail::show(&stage.db, FindingId(500)).await.unwrap();
    assert_eq!(detail.entries.len(), 1, "a deed on many is told with each");

    let mine = feedbacks::my_last_deed(&stage.db).await.unwrap();
    assert_eq!(mine.len(), 1_000);
    let back = TakeBack {
        targets: mine.into_iter().map(|(target, feedback)| (target, Some(feedback))).collect(),
        reason: None,
        filter: None,
        key: DeedKey::fresh(),
    };
    done(actions::take_back(&stage.db, &back).await.unwrap());
    let payload = stage.value("select payload from audit.audit_trail_entries where seq = 2").await;
    let (count, digest) = recomputed(&mut stage, back.key).await;
    assert_eq!((count, &payload["digest"]), (1_000, &Value::from(digest)));
    assert_eq!(
        stage.count("select count(*) from triage.findings where triage_decision is null").await,
        1_000
    );
    assert!(feedbacks::my_last_deed(&stage.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_stale_row_stops_all_and_is_named() {
    let mut stage = stage().await;
    stage.findings(50).await;
    done(actions::give_feedback(&stage.db, &deed([7, 30].into_iter(), 1)).await.unwrap());
    let outcome = actions::give_feedback(&stage.db, &deed(1..=50, 1)).await.unwrap();
    let Outcome::Conflict(conflicts) = outcome else { panic!("{outcome:?}") };
    assert_eq!(conflicts.iter().map(|c| c.finding.0).collect::<Vec<_>>(), [7, 30]);
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 2);
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn repositories_that_differ_are_not_named() {
    let mut stage = stage().await;
    stage.findings(2).await;
    stage.run("update triage.findings set project_name = 'acme/web' where id = 2").await;
    done(actions::give_feedback(&stage.db, &deed(1..=2, 1)).await.unwrap());
    let entry = stage
        .value("select jsonb_build_array(repo_full_name, commit_sha) from audit.audit_trail_entries")
        .await;
    assert_eq!(entry, serde_json::json!([null, null]));
}

#[tokio::test]
async fn there_is_a_bound() {
    let stage = stage().await;
    let error = actions::give_feedback(&stage.db, &deed(1..=50_001, 1)).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("at most 50000")), (Kind::Usage, true));
}

/// Two deeds over the same rows in opposite orders wait for each other and never deadlock.
#[tokio::test]
async fn deeds_that_overlap_wait() {
    let mut stage = stage().await;
    stage.findings(300).await;
    for round in 0..5 {
        let version = 1 + round;
        let (up, down) = (deed(1..=300, version), deed((1..=300).rev(), version));
        let (a, b) =
            tokio::join!(actions::give_feedback(&stage.db, &up), actions::give_feedback(&stage.db, &down));
        let outcomes = [a.unwrap(), b.unwrap()];
        assert_eq!(outcomes.iter().filter(|o| matches!(o, Outcome::Done(_))).count(), 1);
        assert_eq!(
            outcomes.iter().filter(|o| matches!(o, Outcome::Conflict(c) if c.len() == 300)).count(),
            1
        );
    }
    assert_eq!(stage.entries().await.len(), 5);
}
