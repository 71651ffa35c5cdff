//! Runs on a real server: one of an identity, alive by its lease, ended whatever happens.

use super::{FLOW, bench, check, keeps_its_contract, probe};
use attestor::db::{Access, Db};
use attestor::error::{Error, Kind};
use attestor::jobs::JobContext;
use attestor::operations::check::Status;
use attestor::operations::run::{Identity, Outcome};
use attestor::operations::start::{Asked, Finished, Started, bury, start};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

#[test]
fn an_identity_is_the_hash_of_scope_type_and_sorted_inputs() {
    let hash = |identity: Identity| identity.hash();
    let one = hash(probe("a").given("x", "1").given("y", "2"));
    assert_eq!(one, hash(Identity::of(FLOW).given("y", "2").about("what", "a").given("x", "1")));
    // printf '{"inputs":{"x":"1","y":"2"},"scope":{"what":"a"},"type":"probe"}' | sha256sum
    assert_eq!(one, "e90f6db844009638e024aaacdff669680c11045a3d6eb0910b028dc367488dea");
    for other in [
        probe("b").given("x", "1").given("y", "2"),
        probe("a").given("x", "12").given("y", ""),
        probe("a").about("x", "1").given("y", "2"),
    ] {
        assert_ne!(one, hash(other));
    }
}

#[tokio::test]
async fn a_run_leaves_its_row_its_report_and_two_entries() {
    let bench = bench().await;
    let asked = Asked::new(probe("a").given("password", "hunter2")).called("the probe");
    let done = bench.ask(&asked, vec![check("one", Status::Pass), check("two", Status::Warn)]).await.unwrap();
    let Started::Done(done) = done else { panic!() };
    let run = done.record.unwrap();
    assert_eq!(bench.standing(run).await, "completed succeeded t");
    assert_eq!(
        bench.events().await,
        "verification probe.started; verification probe.completed succeeded needs_attention"
    );
    let entry = bench
        .text("select (payload - 'idempotency_key' - 'fingerprint')::text from audit.audit_trail_entries order by seq desc limit 1")
        .await;
    assert_eq!(
        serde_json::from_str::<Value>(&entry).unwrap(),
        json!({"run_id": run, "outcome": "succeeded", "overall": "needs_attention", "counts": {"looked": 3},
               "checks": {"total": 2, "pass": 1, "fail": 0, "warn": 1, "skip": 0, "running": 0}})
    );
    let stored = bench
        .text(&format!(
            "select context->>'verification_report' from operations.operation_runs where id = {run}"
        ))
        .await;
    let stored: Value = serde_json::from_str(&stored).unwrap();
    keeps_its_contract(&stored);
    assert_eq!(stored, serde_json::to_value(done.report.unwrap()).unwrap());
    let row = bench
        .text("select concat_ws(' ', user_id, type, summary_counts, context->>'label', context::text like '%hunter2%', tenant_id) from operations.operation_runs")
        .await;
    assert_eq!(row, "tester probe {\"looked\": 3} the probe f 0");
}

#[tokio::test]
async fn a_quiet_run_is_recorded_without_entries() {
    let bench = bench().await;
    let asked = Asked::new(probe("a")).without_entries();
    let Started::Done(done) = bench.ask(&asked, vec![check("one", Status::Fail)]).await.unwrap() else {
        panic!()
    };
    assert_eq!(bench.standing(done.record.unwrap()).await, "completed succeeded t");
    assert_eq!(bench.events().await, "");
}

#[tokio::test]
async fn who_asks_again_is_given_the_active_run() {
    let bench = bench().await;
    let (begun, go_on) = (Notify::new(), Notify::new());
    let (begun, go_on) = (&begun, &go_on);
    let asked = Asked::new(probe("a"));
    let job = JobContext::unattended();
    let first = start(&bench.db, &asked, &job, async |_| {
        begun.notify_one();
        go_on.notified().await;
        Ok(Finished::new(()))
    });
    let second = async {
        begun.notified().await;
        // Another process has pools of its own.
        let other = bench.database.db();
        let work = async |_| -> Result<Finished<()>, Error> { panic!("the work is done twice") };
        let started = start(&other, &asked, &job, work).await.unwrap();
        let elsewhere = bench.ask(&Asked::new(probe("b")), Vec::new()).await.unwrap();
        assert!(matches!(elsewhere, Started::Done(_)), "another identity is free");
        go_on.notify_one();
        started
    };
    let (first, second) = tokio::join!(first, second);
    let Started::Done(done) = first.unwrap() else { panic!() };
    let Started::Active(found) = second else { panic!("it ran twice") };
    assert_eq!((found.id, &*found.started_by), (done.record.unwrap(), "tester"));
    // Once it has ended, the identity is free.
    assert!(matches!(bench.ask(&asked, Vec::new()).await.unwrap(), Started::Done(_)));
}

#[tokio::test]
async fn of_many_at_once_one_runs() {
    let bench = bench().await;
    for asked in [Asked::new(probe("loud")), Asked::new(probe("quiet")).without_entries()] {
        let (ran, others) = (AtomicUsize::new(0), Notify::new());
        let (ran, others) = (&ran, &others);
        let told = AtomicUsize::new(0);
        let told = &told;
        let askers = (0..6).map(|_| {
            let (db, asked) = (bench.database.db(), asked.clone());
            async move {
                let work = async |_| {
                    ran.fetch_add(1, Ordering::SeqCst);
                    others.notified().await;
                    Ok(Finished::new(()))
                };
                let started = start(&db, &asked, &JobContext::unattended(), work).await.unwrap();
                if matches!(started, Started::Active(_)) && told.fetch_add(1, Ordering::SeqCst) == 4 {
                    others.notify_one();
                }
            }
        });
        futures::future::join_all(askers).await;
        assert_eq!((ran.load(Ordering::SeqCst), told.load(Ordering::SeqCst)), (1, 5));
    }
    let rows = bench.text("select count(*)::text from operations.operation_runs").await;
    assert_eq!(rows, "2");
}

#[tokio::test]
async fn a_killed_run_is_completed_as_failed_by_who_comes_next() {
    let bench = bench().await;
    let dead = bench.killed("a").await;
    let alive = bench.killed("alive").await;
    bench
        .run(&format!(
            "update operations.operation_runs set lease_until = now() + interval '1 h' where id = {alive}"
        ))
        .await;
    let next = bench.probe("a", Vec::new()).await.record.unwrap();
    assert_eq!(bench.standing(dead).await, "completed failed t lost");
    assert_eq!(bench.standing(next).await, "completed succeeded t");
    assert_eq!(
        bench.events().await,
        "verification probe.completed failed; verification probe.started; verification probe.completed succeeded ready"
    );
    let (other, quiet) = (bench.killed("b").await, bench.killed("c").await);
    bench.run(&format!("update operations.operation_runs set context = '{{}}' where id = {quiet}")).await;
    assert_eq!(bury(&bench.db, FLOW).await.unwrap(), 2);
    assert_eq!(bench.standing(other).await, "completed failed t lost");
    assert_eq!(bench.standing(quiet).await, "completed failed t lost");
    assert_eq!(bench.standing(alive).await, "running pending f");
    assert_eq!(bury(&bench.db, FLOW).await.unwrap(), 0, "what is buried is not buried again");
    assert!(matches!(bench.ask(&Asked::new(probe("alive")), Vec::new()).await.unwrap(), Started::Active(_)));
}

#[tokio::test]
async fn what_fails_panics_or_is_cancelled_is_recorded() {
    let bench = bench().await;
    let job = JobContext::unattended();
    let asked = Asked::new(probe("a"));
    let work = async |_| -> Result<Finished<()>, Error> {
        Err(Error::new(Kind::Failed, "no way to postgres://bob:hunter2@host/db")
            .hint("password=geheim is wrong"))
    };
    let error = start(&bench.db, &asked, &job, work).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Failed);
    let work = async |_| -> Result<Finished<()>, Error> { panic!("a bug") };
    let error = start(&bench.db, &asked, &job, work).await.unwrap_err();
    assert!(error.to_string().contains("a bug in attestor"), "{error}");
    let work = async |_| -> Result<Finished<()>, Error> { Err(Error::new(Kind::Denied, "not you")) };
    start(&bench.db, &asked, &job, work).await.unwrap_err();
    let cancel = CancellationToken::new();
    let job = JobContext::new(watch::Sender::default(), cancel.clone());
    let work = async |context: JobContext| -> Result<Finished<()>, Error> {
        cancel.cancel();
        context.cancellation().cancelled().await;
        Err(context.check_cancelled().unwrap_err())
    };
    let error = start(&bench.db, &asked, &job, work).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Incomplete);
    let rows = bench
        .text("select string_agg(concat_ws(' ', status, outcome, failure_summary->>'kind'), '; ' order by id) from operations.operation_runs")
        .await;
    assert_eq!(
        rows,
        "completed failed failed; completed failed failed; completed blocked denied; completed cancelled incomplete"
    );
    let failure =
        bench.text("select failure_summary::text from operations.operation_runs order by id limit 1").await;
    assert!(
        !failure.contains("hunter2") && !failure.contains("geheim") && failure.contains("host/db"),
        "{failure}"
    );
}

#[tokio::test]
async fn the_outcome_is_the_works_own() {
    let bench = bench().await;
    let work = async |_| {
        Ok(Finished::new(7).outcome(Outcome::PartiallySucceeded).fact("verdict", "GAP").fact("token", "x"))
    };
    let started = start(&bench.db, &Asked::new(probe("a")), &JobContext::unattended(), work).await.unwrap();
    let Started::Done(done) = started else { panic!() };
    assert_eq!((done.value, done.report), (7, None));
    assert_eq!(bench.standing(done.record.unwrap()).await, "completed partially_succeeded t");
    let payload = bench.text("select concat_ws(' ', payload->>'verdict', payload ? 'token') from audit.audit_trail_entries where seq = 2").await;
    assert_eq!(payload, "GAP f");
}

#[tokio::test]
async fn a_run_that_was_taken_for_dead_keeps_its_work() {
    let bench = bench().await;
    for asked in [Asked::new(probe("a")), Asked::new(probe("b")).without_entries()] {
        let work = async |_| {
            bench.run("update operations.operation_runs set lease_until = now() - interval '1 s' where status = 'running'").await;
            bury(&bench.db, FLOW).await.unwrap();
            Ok(Finished::new("work").checks(vec![check("one", Status::Pass)]))
        };
        let started = start(&bench.db, &asked, &JobContext::unattended(), work).await.unwrap();
        let Started::Done(done) = started else { panic!() };
        assert_eq!((done.value, done.record.unwrap_err().kind()), ("work", Kind::Conflict));
        assert!(done.report.is_some());
    }
    let outcomes = bench.text("select string_agg(outcome, ' ') from operations.operation_runs").await;
    assert_eq!(outcomes, "failed failed");
}

#[tokio::test]
async fn a_login_that_may_not_record_works_all_the_same() {
    let bench = bench().await;
    let name = format!("{}_viewer", bench.database.options().get_database().unwrap());
    bench.run(&format!("create role {name} login in role attestor_viewer")).await;
    let viewer = Db::lazy(bench.database.options_as(&name), Access::ReadWrite);
    let reader = Db::lazy(bench.database.options(), Access::ReadOnly);
    for db in [&viewer, &reader] {
        for asked in [Asked::new(probe("a")), Asked::new(probe("a")).without_entries()] {
            let work = async |_| Ok(Finished::new("work").checks(vec![check("one", Status::Fail)]));
            let job = JobContext::unattended();
            let refused = start(db, &asked, &job, work).await.unwrap_err();
            assert_eq!(refused.kind(), Kind::Denied);
            let started = start(db, &asked.clone().recorded_or_not(), &job, work).await.unwrap();
            let Started::Done(done) = started else { panic!() };
            assert_eq!((done.value, done.record.unwrap_err().kind()), ("work", Kind::Denied));
            keeps_its_contract(&serde_json::to_value(done.report.unwrap()).unwrap());
        }
    }
    assert_eq!(bench.text("select count(*)::text from operations.operation_runs").await, "0");
}

#[tokio::test]
async fn the_lease_is_renewed_and_progress_told_while_it_works() {
    let bench = bench().await;
    let row = "select concat_ws(' ', lease_until > now() + interval '20 s', context->'progress'->>'step',
                      context->'progress'->>'done') from operations.operation_runs";
    let work = async |context: JobContext| {
        bench.run("update operations.operation_runs set lease_until = now() + interval '1 s'").await;
        context.report("looking", 5, Some(10));
        // The keeper tells it after a while; how long that takes decides nothing here.
        while bench.text(row).await != "t looking 5" {
            tokio::task::yield_now().await;
        }
        Ok(Finished::new(()))
    };
    start(&bench.db, &Asked::new(probe("a")), &JobContext::unattended(), work).await.unwrap();
    assert_eq!(
        bench.text("select (context ? 'progress')::text from operations.operation_runs").await,
        "false"
    );
}

#[tokio::test]
async fn work_stops_where_its_run_was_taken_for_dead() {
    let bench = bench().await;
    let work = async |context: JobContext| -> Result<Finished<()>, Error> {
        bench.run("update operations.operation_runs set lease_until = now() - interval '1 s'").await;
        bury(&bench.db, FLOW).await.unwrap();
        context.report("on", 1, None);
        context.cancellation().cancelled().await;
        Err(context.check_cancelled().unwrap_err())
    };
    let job = JobContext::unattended();
    let error = start(&bench.db, &Asked::new(probe("a")), &job, work).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Incomplete);
    assert!(!job.cancellation().is_cancelled(), "the caller's own token is left alone");
    assert_eq!(bench.text("select failure_summary->>'kind' from operations.operation_runs").await, "lost");
}
