//! A verification that finds something wrong with the checkpoints themselves: its run, the report of that,
//! the entry in the chain and what is told all say so.

use super::bench::Bench;
use attestor::audit::jobs::{Recorded, Request, verify_recorded};
use attestor::audit::note::{Note, SignatureLine};
use attestor::audit::trust::Signed;
use attestor::chain::hash::Digest;
use attestor::jobs::JobContext;
use serde_json::{Value, json};

/// A chain that was verified once, so that its checkpoint over nine entries is pinned.
async fn pinned() -> Bench {
    let bench = Bench::with_entries(8).await;
    bench.seal().await;
    bench.append(3).await;
    assert_eq!(bench.verify().await.verdict().word(), "VERIFIED");
    let pinned = bench.folder.read(&bench.origin().await).unwrap().pinned;
    assert_eq!(pinned.map(|pinned| pinned.size), Some(9));
    bench
}

/// Verifies as a run, and checks that everything that says a verdict says `verdict`.
async fn check(bench: &Bench, verdict: &str, breaks: u64) {
    let known = bench.known(&bench.folder).await;
    let request = Request::held_against(None, Some(&known.evidence));
    let Recorded { report, record } =
        verify_recorded(&bench.db, &request, &JobContext::unattended()).await.unwrap();
    let status = if breaks > 0 { 3 } else { 0 };
    assert_eq!((report.verdict().word(), report.exit_status()), (verdict, status), "{report:#?}");
    assert_eq!((report.breaks_count, report.breaks.len() as u64), (breaks, breaks));
    let run = record.unwrap();
    let payload: Value = sqlx::query_scalar(
        "select payload from audit.audit_trail_entries
         where event_type = 'verification.completed' order by seq desc limit 1",
    )
    .fetch_one(bench.db.read())
    .await
    .unwrap();
    assert_eq!((&payload["verdict"], &payload["run_id"]), (&json!(verdict), &json!(run)));
    assert_eq!(payload["counts"], json!({"entries": 12, "breaks": breaks}));
    let overall = if breaks > 0 { "blocked" } else { "ready" };
    assert_eq!(payload["overall"], overall);
    let (counts, report): (Value, Value) = sqlx::query_as(
        "select summary_counts, context->'verification_report' from operations.operation_runs where id = $1",
    )
    .bind(run)
    .fetch_one(bench.db.read())
    .await
    .unwrap();
    assert_eq!(counts, payload["counts"]);
    assert_eq!(
        (&report["summary"]["overall"], &report["fingerprint"]),
        (&json!(overall), &payload["fingerprint"])
    );
    let checks = report["checks"].as_array().unwrap();
    let agree = checks.iter().find(|check| check["key"] == "checkpoints.agree").unwrap();
    let (status, reason) = match verdict {
        "VERIFIED" => ("pass", json!("ok")),
        word => ("fail", json!(format!("ext.verification.{}", word.to_lowercase()))),
    };
    assert_eq!((&agree["status"], &agree["reason_code"]), (&json!(status), &reason));
}

#[tokio::test]
async fn a_checkpoint_that_agrees() {
    check(&pinned().await, "VERIFIED", 0).await;
}

#[tokio::test]
async fn a_fork_of_the_pinned_checkpoint() {
    let bench = pinned().await;
    let (fork, ssh) = bench.forged(&bench.signer, 9, Digest([1; 32])).await;
    bench.put(&fork, &ssh).await;
    check(&bench, "FORK", 1).await;
}

#[tokio::test]
async fn a_signature_that_does_not_hold() {
    let bench = pinned().await;
    let (forged, ssh) = bench.forged(&bench.signer, 12, Digest([1; 32])).await;
    // Its own line, with the signature of another checkpoint.
    let (other, _) = bench.forged(&bench.signer, 11, Digest([2; 32])).await;
    let (own, foreign) = (forged.note.signatures()[0].clone(), other.note.signatures()[0].clone());
    let line = SignatureLine { bytes: foreign.bytes, ..own };
    let note = Note::new(forged.note.text().to_owned()).unwrap().signed(line);
    bench.put(&Signed { note, ..forged }, &ssh).await;
    check(&bench, "BAD_SIGNATURE", 1).await;
}
