//! The connection is lost at the worst moment: the deed is done once, and said to be done.

use super::stage::{Stage, stage};
use super::{done, taking_back, verdict};
use crate::support::Scratch;
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::triage::actions::{self, When};
use attestor::triage::finding::Verdict;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// What becomes of the message that appends and commits.
#[derive(Clone, Copy, PartialEq)]
enum Loss {
    /// It never arrives.
    Before,
    /// It arrives and is done, but the answer never comes back.
    After,
}

/// The database behind a line that is cut, as often as `times` says, when a deed is committed.
async fn behind_a_bad_line(
    stage: &Stage,
    folder: &Scratch,
    loss: Loss,
    times: usize,
) -> (Db, Arc<AtomicUsize>) {
    let options = stage.database.options();
    let server = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
    let cut = Arc::new(AtomicUsize::new(0));
    let cuts = Arc::clone(&cut);
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            tokio::spawn(carry(client, server.clone(), loss, times, Arc::clone(&cuts)));
        }
    });
    (Db::lazy(options.socket(folder.path()).port(5432), Access::ReadWrite), cut)
}

async fn carry(mut client: UnixStream, server: PathBuf, loss: Loss, times: usize, cuts: Arc<AtomicUsize>) {
    let mut server = UnixStream::connect(server).await.unwrap();
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                let commits = String::from_utf8_lossy(&up[..read]).contains("execute attestor_append; commit");
                let cut = commits && cuts.fetch_add(1, Ordering::SeqCst) < times;
                if cut && loss == Loss::Before {
                    return;
                }
                server.write_all(&up[..read]).await.unwrap();
                if cut {
                    // The answer to COMMIT ends with "ready for query", idle.
                    let mut answer = Vec::new();
                    while !answer.ends_with(b"Z\0\0\0\x05I") {
                        let read = server.read(&mut down).await.unwrap();
                        answer.extend_from_slice(&down[..read]);
                    }
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                if client.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_done_again() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let folder = Scratch::new();
    let (db, cuts) = behind_a_bad_line(&stage, &folder, Loss::Before, 2).await;
    let decided =
        done(actions::give_feedback(&db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    assert_eq!((decided.done, cuts.load(Ordering::SeqCst)), (When::Now, 3));
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 1);
    assert_eq!(stage.decision(1).await.2, 2);
    assert_eq!(stage.entries().await, ["finding_triaged"]);
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_done_again() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let folder = Scratch::new();
    let (db, cuts) = behind_a_bad_line(&stage, &folder, Loss::After, 1).await;
    let decided =
        done(actions::give_feedback(&db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    assert_eq!((decided.done, cuts.load(Ordering::SeqCst)), (When::Before, 1));
    assert_eq!(decided.rows[0].triage_decision, Some(Verdict::TruePositive));
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 1);
    assert_eq!(stage.entries().await, ["finding_triaged"]);
    done(actions::take_back(&db, &taking_back(1, 2, None)).await.unwrap());
    assert_eq!(stage.entries().await, ["finding_triaged", "triage_taken_back"]);
}

#[tokio::test]
async fn a_line_that_stays_bad_is_said_with_the_key() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let folder = Scratch::new();
    let (db, cuts) = behind_a_bad_line(&stage, &folder, Loss::Before, usize::MAX).await;
    let deed = verdict(1, 1, Verdict::TruePositive, "real");
    let error = actions::give_feedback(&db, &deed).await.unwrap_err();
    assert_eq!((error.kind(), cuts.load(Ordering::SeqCst)), (Kind::NoDatabase, 6));
    assert!(error.hint_text().unwrap().contains(&deed.key.to_string()));
    assert_eq!(stage.entries().await.len(), 0);
}

#[tokio::test]
async fn a_backend_that_is_killed_under_a_deed_changes_nothing_about_it() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let mut holder = stage.database.superuser().await;
    sqlx::raw_sql("begin; select from triage.findings where id = 1 for update")
        .execute(&mut holder)
        .await
        .unwrap();
    let db = stage.db.clone();
    let deed = verdict(1, 1, Verdict::TruePositive, "real");
    let waiting = tokio::spawn(async move { actions::give_feedback(&db, &deed).await });
    // The deed waits for the row; its backend goes.
    while stage
        .count(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and application_name = 'attestor' and wait_event_type = 'Lock'",
        )
        .await
        == 0
    {
        tokio::task::yield_now().await;
    }
    sqlx::raw_sql("rollback").execute(&mut holder).await.unwrap();
    assert_eq!(done(waiting.await.unwrap().unwrap()).done, When::Now);
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 1);
    assert_eq!(stage.entries().await.len(), 1);
}
