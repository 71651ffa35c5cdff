//! Chains that nobody touched: no alarm, whatever goes on beside.

use super::*;
use attestor::audit::jobs::{follow, verify_recorded};
use attestor::audit::store::rows;
use attestor::audit::verify::report::Verdict;
use attestor::chain::hash::{Digest, leaf, node};
use sqlx::{ConnectOptions, Row};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn chains_of_few_entries() {
    let database = chain(0).await;
    let report = verified(&database).await;
    assert_eq!((report.verdict(), report.exit_status(), report.root), (Verdict::Empty, 0, None));
    // However often it is asked for: its own entries must not make it look whole.
    for _ in 0..2 {
        let recorded =
            verify_recorded(&database.db(), &Request::default(), &JobContext::unattended()).await.unwrap();
        assert_eq!((recorded.report.verdict(), recorded.record.is_err()), (Verdict::Empty, true));
    }
    let mut superuser = database.superuser().await;
    let mut hashes = Vec::new();
    for size in 1..=5_u64 {
        append(&mut superuser, 1).await;
        let report = verified(&database).await;
        assert_eq!((report.verdict(), report.entries), (Verdict::Verified, size));
        assert_eq!(report.concerns, []);
        let hash: String =
            sqlx::query("select entry_hash from audit.audit_trail_entries order by seq desc limit 1")
                .fetch_one(&mut superuser)
                .await
                .unwrap()
                .get(0);
        let bytes: Vec<u8> =
            (0..32).map(|i| u8::from_str_radix(&hash[2 * i..2 * i + 2], 16).unwrap()).collect();
        hashes.push(leaf(&Digest(bytes.try_into().unwrap())));
        assert_eq!(report.root, Some(root(&hashes)));
    }
}

/// The root as RFC 6962 defines it, from the leaves.
fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [only] => *only,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            node(&root(&leaves[..middle]), &root(&leaves[middle..]))
        }
    }
}

/// More entries than a piece of work has, so that readers' runs meet.
#[tokio::test]
async fn runs_that_meet() {
    let database = chain(33_000).await;
    let report = verified(&database).await;
    assert_eq!((report.verdict(), report.entries), (Verdict::Verified, 33_000));
    for seq in [16_384, 16_385, 32_768] {
        let sql =
            format!("update audit.audit_trail_entries set entry_hash = repeat('0', 64) where seq = {seq}");
        attack(&database, &sql).await;
    }
    let report = verified(&database).await;
    let found: Vec<i64> = report.breaks.iter().filter_map(|found| found.seq).collect();
    assert_eq!(found, [16_384, 16_385, 16_385, 16_386, 32_768, 32_769], "{report:#?}");
}

#[tokio::test]
async fn writers_at_work_raise_no_alarm() {
    let database = Arc::new(chain(200).await);
    let over = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for _ in 0..4 {
        let (database, over) = (database.clone(), over.clone());
        writers.push(tokio::spawn(async move {
            let mut connection = database.options().connect().await.unwrap();
            while !over.load(Ordering::Relaxed) {
                append_as_drift(&mut connection).await;
            }
        }));
    }
    let db = database.db();
    let mut last = 0;
    for round in 0..40 {
        let request = Request { workers: NonZeroUsize::new(1 + round % 3), ..Request::default() };
        let report = verify(&db, &request, &JobContext::unattended()).await.unwrap();
        assert_eq!(report.verdict(), Verdict::Verified, "round {round}: {report:#?}");
        assert!(report.entries >= last, "it never looks back");
        last = report.entries;
    }
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(last > 200, "they wrote meanwhile");
}

/// The chain of ten thousand entries, verified a hundred times while four append to it: every report says
/// that nothing is broken, and none looks back behind the one before it.
#[tokio::test]
async fn a_hundred_verifications_raise_no_alarm() {
    const ROUNDS: usize = 100;
    const WRITERS: usize = 4;
    const APPENDED: usize = 3;
    let database = chain(10_000).await;
    let db = database.db();
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(database.options().connect().await.unwrap());
    }
    let mut seen = Vec::new();
    for round in 0..ROUNDS {
        let request = Request { workers: NonZeroUsize::new(1 + round % 3), ..Request::default() };
        let job = JobContext::unattended();
        // They write as long as it reads, and a little of what they write lies behind its snapshot.
        let append = async |connection: &mut PgConnection| {
            for _ in 0..APPENDED {
                append_as_drift(connection).await;
            }
        };
        let work = futures::future::join_all(writers.iter_mut().map(append));
        let (report, _) = tokio::join!(verify(&db, &request, &job), work);
        let report = report.unwrap();
        assert_eq!(
            (report.verdict(), report.breaks_count),
            (Verdict::Verified, 0),
            "round {round}: {report:#?}"
        );
        seen.push(report.entries);
    }
    assert!(seen.is_sorted(), "it never looks back: {seen:?}");
    let last = verify(&db, &Request::default(), &JobContext::unattended()).await.unwrap();
    assert_eq!(last.entries as usize, 10_000 + ROUNDS * WRITERS * APPENDED);
}

async fn append_as_drift(connection: &mut PgConnection) {
    let sql = "select audit.append_entry('drift', 'drift_seen', 'bot', '{\"n\": 1.50}')";
    sqlx::query(sql).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_run_says_that_it_was_verified() {
    let database = chain(10).await;
    let db = database.db();
    let recorded = verify_recorded(&db, &Request::default(), &JobContext::unattended()).await.unwrap();
    assert_eq!((recorded.report.verdict(), recorded.report.entries), (Verdict::Verified, 10));
    let run = recorded.record.unwrap();
    let mut superuser = database.superuser().await;
    let entries: Vec<(String, String)> = sqlx::query_as(
        "select event_type, coalesce(payload->>'verdict', '') from audit.audit_trail_entries
         where category = 'verification' order by seq",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let expected = [("verification.started", ""), ("verification.completed", "VERIFIED")];
    assert_eq!(entries, expected.map(|(event, verdict)| (event.to_owned(), verdict.to_owned())));
    let kept: (String, String) = sqlx::query_as(
        "select outcome, context#>>'{verification_report,summary,overall}' from operations.operation_runs where id = $1",
    )
    .bind(run)
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!(kept, ("succeeded".to_owned(), "needs_attention".to_owned()), "no checkpoint is trusted");
    // A chain that nobody can append to is verified all the same.
    run_broken_door(&database).await;
    let recorded = verify_recorded(&db, &Request::default(), &JobContext::unattended()).await.unwrap();
    assert!(recorded.record.is_err());
    assert_eq!((recorded.report.verdict(), recorded.report.entries), (Verdict::Verified, 12));
    let read = read_only(&database);
    let recorded = verify_recorded(&read, &Request::default(), &JobContext::unattended()).await.unwrap();
    assert_eq!((recorded.record.is_err(), recorded.report.entries), (true, 12));
}

async fn run_broken_door(database: &TestDatabase) {
    let sql = "create or replace function audit.append_entry(category text, event_type text, actor_type text,
            payload jsonb, actor text default null, repo_full_name text default null, pr_number int default null,
            commit_sha text default null, framework text[] default '{}', control_id text default null)
        returns bigint language plpgsql as $$ begin raise exception 'closed'; end $$";
    run(&mut database.superuser().await, sql).await;
}

#[tokio::test]
async fn new_entries_are_verified_as_they_come() {
    let database = chain(3).await;
    let db = database.db();
    let mut superuser = database.superuser().await;
    let mut heard = Vec::new();
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let job = JobContext::unattended();
    let followed = follow(&db, 2, &job, |followed| {
        told.send(followed.clone()).unwrap();
        if followed.breaks.is_empty() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let attacks = async {
        // What came before it began to listen.
        heard.push(hears.recv().await.unwrap());
        append(&mut superuser, 2).await;
        heard.push(hears.recv().await.unwrap());
        run(
            &mut superuser,
            "alter table audit.audit_trail_entries disable trigger all;
             begin;
             select audit.append_entry('drift', 'drift_seen', 'bot', '{}');
             update audit.audit_trail_entries set actor = 'mallory' where seq = 6;
             commit",
        )
        .await;
        heard.push(hears.recv().await.unwrap());
    };
    let (followed, ()) = tokio::join!(followed, attacks);
    followed.unwrap();
    let seen: Vec<(i64, u64, usize)> = heard.iter().map(|f| (f.seq, f.new, f.breaks.len())).collect();
    assert_eq!(seen, [(3, 1, 0), (5, 2, 0), (6, 1, 1)]);
    assert_eq!(heard[2].breaks[0].seq, Some(6));
}

/// Readers beside the first see what it sees, whatever is written meanwhile.
#[tokio::test]
async fn one_state_for_all_readers() {
    let database = chain(3).await;
    let db = database.db();
    let mut first = db.snapshot().await.unwrap();
    let name = first.name().expect("the server exports its snapshot").to_owned();
    append(&mut database.superuser().await, 2).await;
    let mut other = db.snapshot_named(&name).await.unwrap();
    for snapshot in [&mut first, &mut other] {
        assert_eq!(rows::ends(snapshot).await.unwrap().last, Some(3));
    }
    assert_eq!(rows::ends(&mut db.snapshot().await.unwrap()).await.unwrap().last, Some(5));
}
