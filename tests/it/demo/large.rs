//! The large demo, in small: parts follow each other, and an interrupted load goes on.

use super::{date, each};
use crate::support::Scratch;
use attestor::db::local::{Cluster, Lease, Tuning};
use attestor::demo::generate::Extent;
use attestor::demo::large::{DATABASE, Plan, open};
use attestor::demo::open::{Existing, Loaded};
use attestor::demo::{SEED, generate};
use attestor::error::Kind;
use attestor::jobs::{JobContext, Progress};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const PLAN: Plan = Plan { parts: 3, part: Extent { findings: 120, pace_days: 30 } };

async fn lease(scratch: &Scratch) -> Lease {
    let cluster = Cluster::at(&scratch.path().join("demo")).unwrap();
    cluster.login_as("tester").tuned(Tuning::Fleeting).lease().await.unwrap()
}

async fn load(lease: &Lease, plan: Plan) -> Loaded {
    open(lease, date(), Existing::Keep, plan, &JobContext::unattended()).await.unwrap().loaded
}

async fn superuser(lease: &Lease) -> PgConnection {
    lease.superuser(DATABASE).connect().await.unwrap()
}

async fn number(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap()
}

/// A digest of everything but when it was entered.
async fn content(connection: &mut PgConnection) -> String {
    let sql = "select md5(string_agg(line, ',')) from (
            select f::text as line from (select * from triage.findings order by id) f
            union all select s::text from (select * from triage.scans order by id) s
            union all select s::text from (select * from triage.sightings order by finding_id, scan_id) s
            union all select b::text from (select * from triage.feedbacks order by id) b
            union all select (payload - 'idempotency_key')::text
                        from (select * from audit.audit_trail_entries order by seq) e) all_of_it";
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

#[test]
fn the_plan_is_a_million() {
    assert_eq!(Plan::MILLION.findings(), 1_000_000);
}

#[test]
fn every_part_can_be_made() {
    // Whether the templates suffice depends on the seed.
    for seed in [SEED, SEED + 1, SEED + 57, SEED + 399] {
        let history = generate::history_of(Plan::MILLION.part, seed, date()).unwrap();
        assert_eq!(history.findings.rows.len(), Plan::MILLION.part.findings);
        assert!(each(&history.findings).all(|row| row.number("id") >= 1));
    }
}

#[tokio::test]
async fn every_finding_has_its_entry_and_the_chain_says_that_it_is_a_demo() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    assert_eq!(load(&lease, PLAN).await, Loaded::Now);
    let mut db = superuser(&lease).await;
    assert_eq!(number(&mut db, "select count(*) from triage.findings").await, 360);
    assert_eq!(number(&mut db, "select max(seq) from audit.audit_trail_entries").await, 360);
    assert_eq!(number(&mut db, "select count(distinct project_name) from triage.findings").await, 36);
    let wrong = [
        (
            "an owner of each part",
            "select count(*) from triage.findings where project_name not like 'acme-00_/%'",
        ),
        (
            "an entry that is no part's says what it is",
            "select count(*) from audit.audit_trail_entries where event_type <> 'history_imported'
                and (event_type <> 'demo_history' or payload->>'note' not like 'demo history%'
                     or actor_type <> 'bot')",
        ),
        (
            "an entry is about one finding, in its repository",
            "select count(*) - 357 from audit.audit_trail_entries e
               join triage.findings f on f.id = (e.payload->>'finding_id')::bigint
                and f.project_name = e.repo_full_name and f.rule_id = e.payload->>'rule_id'",
        ),
        (
            "what a finding refers to is of its own repository",
            "select count(*) from triage.findings f
               join triage.scans s on s.id in (f.scan_id, f.first_scan_id)
              where s.project_name <> f.project_name",
        ),
        (
            "a decision stands as its feedback says",
            "select count(*) from triage.findings f join triage.feedbacks b on b.id = f.decided_by
              where b.finding_id <> f.id or b.user_verdict <> f.triage_decision",
        ),
        (
            "a sighting is by a scan of the repository",
            "select count(*) from triage.sightings g join triage.findings f on f.id = g.finding_id
               join triage.scans s on s.id = g.scan_id where s.project_name <> f.project_name",
        ),
        (
            "what is taken back was said of the same finding",
            "select count(*) from triage.feedbacks b join triage.feedbacks a on a.id = b.retracts
              where a.finding_id <> b.finding_id",
        ),
    ];
    for (what, sql) in wrong {
        assert_eq!(number(&mut db, sql).await, 0, "{what}");
    }
    assert!(number(&mut db, "select count(*) from triage.findings where decided_by is not null").await > 100);
    assert_eq!(load(&lease, PLAN).await, Loaded::Before);
    // New rows get ids after those of the history.
    let next = number(&mut db, "insert into triage.findings default values returning id").await;
    assert_eq!(next, 361);
}

#[tokio::test]
async fn an_interrupted_load_goes_on_and_ends_the_same() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    load(&lease, PLAN).await;
    let whole = content(&mut superuser(&lease).await).await;

    // Stopped when the second part begins.
    let (sender, mut seen) = watch::channel(Progress::default());
    let token = CancellationToken::new();
    let context = JobContext::new(sender, token.clone());
    let anew = Existing::Replace(attestor::db::local::InUse::Override);
    let work = open(&lease, date(), anew, PLAN, &context);
    let watched = async {
        seen.wait_for(|progress| progress.done == 120).await.unwrap();
        token.cancel();
        std::future::pending::<()>().await
    };
    let stopped = tokio::select! { result = work => result.unwrap_err(), () = watched => unreachable!() };
    assert_eq!(stopped.kind(), Kind::Incomplete, "{stopped}");
    let mut db = superuser(&lease).await;
    let kept = number(&mut db, "select count(*) from triage.findings").await;
    assert!(kept == 120 || kept == 240, "whole parts: {kept}");
    // A part that was broken off took ids with it.
    sqlx::query("select nextval(pg_get_serial_sequence('triage.findings', 'id'))")
        .execute(&mut db)
        .await
        .unwrap();
    drop(db);

    // The next call comes a day later.
    let later = date().succ_opt().unwrap();
    let demo = open(&lease, later, Existing::Keep, PLAN, &JobContext::unattended()).await.unwrap();
    assert_eq!(demo.loaded, Loaded::Now);
    assert_eq!(content(&mut superuser(&lease).await).await, whole);
}

#[tokio::test]
async fn it_leaves_the_usual_demo_alone() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    lease.prepare_database(attestor::demo::DATABASE).await.unwrap();
    let mut usual = lease.superuser(attestor::demo::DATABASE).connect().await.unwrap();
    sqlx::query("insert into triage.scans (project_name) values ('mine')").execute(&mut usual).await.unwrap();
    let anew = Existing::Replace(attestor::db::local::InUse::Override);
    let plan = Plan { parts: 1, ..PLAN };
    open(&lease, date(), anew, plan, &JobContext::unattended()).await.unwrap();
    assert_eq!(number(&mut usual, "select count(*) from triage.scans").await, 1);
}
