//! A verification that is stopped says how far it came, and never that all is well.

use super::*;
use attestor::audit::verify::report::Verdict;
use attestor::jobs::Job;

#[tokio::test]
async fn cancelled_before_its_end() {
    let database = chain(SIZE).await;
    let db = database.db();
    let job = Job::start("verify", move |job| async move {
        job.cancellation().cancel();
        verify(&db, &Request::default(), &job).await
    });
    let report = job.finish().await.unwrap();
    assert_eq!((report.verdict(), report.exit_status()), (Verdict::Incomplete, 4));
    assert_eq!(report.stopped.as_deref(), Some("cancelled"));
}

/// The server ends the connection while the verification reads: it waits for a lock then.
#[tokio::test]
async fn the_server_ends_its_connections() {
    let database = chain(SIZE).await;
    let db = database.db();
    let (mut holder, mut superuser) = (database.superuser().await, database.superuser().await);
    run(&mut holder, "begin; lock table audit.audit_trail_entries in access exclusive mode").await;
    let job = Job::start("verify", move |job| async move { verify(&db, &Request::default(), &job).await });
    let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and usename = 'tester' and wait_event_type = 'Lock'";
    let mut killed = 0_i64;
    while killed == 0 {
        killed = sqlx::query_scalar(kill).fetch_one(&mut superuser).await.unwrap();
        tokio::task::yield_now().await;
    }
    let report = job.finish().await.unwrap();
    assert_eq!((report.verdict(), report.exit_status()), (Verdict::Incomplete, 4), "{report:#?}");
    assert_eq!(report.entries, 0, "and it says how far it came");
    assert!(report.stopped.is_some());
}

#[tokio::test]
async fn a_break_that_was_found_stays_found() {
    let database = chain(3).await;
    let mut superuser = database.superuser().await;
    run(&mut superuser, "create rule swallow as on insert to audit.audit_trail_entries do instead nothing")
        .await;
    let db = database.db();
    let job = Job::start("verify", move |job| async move {
        job.cancellation().cancel();
        verify(&db, &Request::default(), &job).await
    });
    let report = job.finish().await.unwrap();
    assert_eq!((report.verdict(), report.exit_status()), (Verdict::Broken(Kind::HiddenRows), 3));
    assert!(report.stopped.is_some());
}
