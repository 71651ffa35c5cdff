//! The demo's database on a private cluster of its own.

use super::{DEMO, date};
use crate::support::Scratch;
use attestor::chain::change::Change;
use attestor::db::local::{Cluster, InUse, Lease, Tuning};
use attestor::db::{Access, Db};
use attestor::demo::open::{Existing, Loaded, open, others};
use attestor::demo::suites::{Habit, REPOS, TESTS, habit, suites};
use attestor::demo::{DATABASE, Scale, store};
use attestor::error::Kind;
use attestor::ids::DeedKey;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use std::process::Command;

async fn lease(scratch: &Scratch) -> Lease {
    let cluster = Cluster::at(&scratch.path().join("demo")).unwrap();
    cluster.login_as("tester").tuned(Tuning::Fleeting).lease().await.unwrap()
}

async fn superuser(lease: &Lease) -> PgConnection {
    lease.superuser(DATABASE).connect().await.unwrap()
}

async fn count(connection: &mut PgConnection, table: &'static str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {table}"));
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// The rows of the database in the form of the listing.
async fn listed(connection: &mut PgConnection) -> attestor::demo::history::History {
    let mut found = DEMO.clone();
    for table in [&mut found.scans, &mut found.findings, &mut found.sightings, &mut found.feedbacks] {
        let cells: Vec<String> = table.columns.iter().map(|c| cell(c)).collect();
        let key = if table.name == "sightings" { "finding_id, scan_id" } else { "id" };
        let sql = format!("select array[{}] from triage.{} order by {key}", cells.join(", "), table.name);
        table.rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *connection).await.unwrap();
    }
    found
}

fn cell(column: &str) -> String {
    if column == "timestamp" || column.ends_with("_at") {
        format!("to_char(\"{column}\" at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    } else {
        format!("\"{column}\"::text")
    }
}

#[tokio::test]
async fn it_is_loaded_once_and_its_entry_tells_of_every_row() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    let demo = open(&lease, date(), Existing::Keep).await.unwrap();
    assert_eq!(demo.loaded, Loaded::Now);

    let mut connection = superuser(&lease).await;
    let found = listed(&mut connection).await;
    for (in_database, made) in found.tables().into_iter().zip(DEMO.tables()) {
        let differs = in_database.rows.iter().zip(&made.rows).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{}", made.name);
        assert_eq!(in_database.rows.len(), made.rows.len(), "{}", made.name);
    }
    let entries: Vec<(i64, String, Value)> =
        sqlx::query_as("select seq, event_type, payload from audit.audit_trail_entries order by seq")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let [(1, event, payload), later @ ..] = &*entries else { panic!("no entry") };
    assert_eq!(event, "history_imported");
    // What comes after it is about tests: their scores, and what was decided on them.
    let about_tests = ["tests.recomputed", "test_quarantined"];
    assert!(later.iter().all(|(_, event, _)| about_tests.contains(&&**event)), "{later:?}");
    let suites = suites(attestor::demo::SEED, date());
    assert_eq!(payload["tests"]["digest"], suites.digest());
    assert_eq!(payload["tests"]["results"], suites.results());
    assert_eq!(count(&mut connection, "trust.test_results").await, suites.results() as i64);
    assert_eq!(payload["digest"], found.digest());
    for table in found.tables() {
        assert_eq!(payload["tables"][table.name]["count"], table.rows.len());
        assert_eq!(payload["tables"][table.name]["digest"], table.digest());
    }
    let unlike: i64 = sqlx::query_scalar(
        "select count(*) from triage.findings f
          where risk is distinct from
                triage.risk(severity_rank, cve_ids, red_team_success, ai_verdict, ai_confidence)
             or severity_rank <> triage.severity_rank(severity)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(unlike, 0, "the database has computed risk and rank");

    // The second start writes nothing, whatever day it is.
    let tomorrow = date().succ_opt().unwrap();
    let again = open(&lease, tomorrow, Existing::Keep).await.unwrap();
    assert_eq!(again.loaded, Loaded::Before);
    assert!(listed(&mut connection).await == found);
    assert_eq!(count(&mut connection, "audit.audit_trail_entries").await, entries.len() as i64);

    // New rows get ids after those of the history.
    let next: i64 = sqlx::query_scalar("insert into triage.scans default values returning id")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(next, DEMO.scans.rows.len() as i64 + 1);
}

/// What is known of the tests is what is found: those that flake, those that are broken, those that left.
#[tokio::test]
async fn its_tests_are_found_as_what_they_are() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    open(&lease, date(), Existing::Keep).await.unwrap();
    let mut connection = superuser(&lease).await;
    let rows: Vec<(i64, String, bool, String)> = sqlx::query_as(
        "select (row_number() over (partition by t.repo_id order by min(r.id)) - 1) as place, t.state, t.suggested,
                p.full_name
         from trust.flaky_tests t
         join trust.test_results r on r.repo_id = t.repo_id and r.test_id = t.test_id and r.environment = t.environment
         join trust.repositories p on p.id = t.repo_id
         where t.environment = 'linux-x86_64' group by t.id, p.full_name",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(rows.len(), TESTS * REPOS.len());
    let mut quarantined = 0;
    for (place, state, suggested, repo) in rows {
        // The test that is new was seen last.
        let place = match usize::try_from(place).unwrap() {
            99 => 90,
            place if place >= 90 => place + 1,
            place => place,
        };
        let told = format!("{repo} {place} {state}");
        quarantined += usize::from(state == "quarantined");
        let expected: &[&str] = match habit(place) {
            Habit::Flakes(..=20) => &["healthy", "flaky"],
            Habit::Flakes(_) | Habit::FlakedUntil(_) => &["flaky", "quarantined"],
            Habit::BrokeBetween(_, 0) => &["broken"],
            Habit::NewSince(_) | Habit::Skipped => &["new"],
            Habit::Passes | Habit::BrokeBetween(..) => &["healthy"],
        };
        assert!(expected.contains(&&*state), "{told}");
        // A repository that tries nothing again proves no flake.
        assert!(!suggested || (state == "flaky" && repo != "acme/web"), "{told}");
    }
    assert_eq!(quarantined, 3);
    for (what, sql) in [
        ("expired", "quarantined and expires_at <= '2026-03-17'"),
        ("may leave", "quarantined and clean_runs >= graduation_runs"),
        (
            "elsewhere it never flakes",
            "environment = 'macos-arm64' and (state <> 'healthy' or last_failed_at is not null)",
        ),
    ] {
        let sql = format!("select count(*) from trust.flaky_tests where {sql}");
        let found: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        assert_eq!(found, i64::from(!what.starts_with("elsewhere")), "{what}");
    }
}

#[tokio::test]
async fn an_interrupted_load_leaves_nothing_and_the_next_start_loads_the_same_rows() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    let options = lease.prepare_database(DATABASE).await.unwrap();
    let db = Db::lazy(options, Access::ReadWrite);
    let mut change = Change::begin(&db, DeedKey::fresh()).await.unwrap();
    store::load(&mut change, &DEMO).await.unwrap();
    drop(change);
    drop(db);
    let mut connection = superuser(&lease).await;
    for table in ["triage.scans", "triage.findings", "triage.feedbacks", "audit.audit_trail_entries"] {
        assert_eq!(count(&mut connection, table).await, 0, "{table}");
    }
    sqlx::Connection::close(connection).await.unwrap();

    let demo = open(&lease, date(), Existing::Keep).await.unwrap();
    assert_eq!(demo.loaded, Loaded::Now);
    let found = listed(&mut superuser(&lease).await).await;
    assert_eq!(found.digest(), DEMO.digest(), "the ids too");
}

#[tokio::test]
async fn a_reset_makes_this_database_anew_and_no_other() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    lease.prepare_database("attestor").await.unwrap();
    let mut neighbour = lease.superuser("attestor").connect().await.unwrap();
    sqlx::query("insert into triage.scans (project_name) values ('mine')")
        .execute(&mut neighbour)
        .await
        .unwrap();
    open(&lease, date(), Existing::Keep).await.unwrap();
    let mut console = superuser(&lease).await;
    sqlx::query("update triage.findings set triage_decision = 'TP'").execute(&mut console).await.unwrap();

    assert_eq!(others(&lease, Scale::Usual).await.unwrap(), 1);
    let refused = open(&lease, date(), Existing::Replace(InUse::Refuse)).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
    assert_eq!(count(&mut console, "triage.findings").await, 3_000, "the console goes on");

    let demo = open(&lease, date(), Existing::Replace(InUse::Override)).await.unwrap();
    assert_eq!(demo.loaded, Loaded::Now);
    assert!(sqlx::query("select 1").execute(&mut console).await.is_err(), "the console was cut off");
    assert!(listed(&mut superuser(&lease).await).await == *DEMO, "what was decided is gone");
    assert_eq!(count(&mut neighbour, "triage.scans").await, 1, "the neighbour is untouched");
}

#[tokio::test]
async fn two_first_starts_at_once_load_it_once() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    let (one, two) = tokio::join!(open(&lease, date(), Existing::Keep), open(&lease, date(), Existing::Keep));
    let mut loaded = [one.unwrap().loaded, two.unwrap().loaded];
    loaded.sort_by_key(|l| *l == Loaded::Before);
    assert_eq!(loaded, [Loaded::Now, Loaded::Before]);
    assert_eq!(count(&mut superuser(&lease).await, "triage.findings").await, 3_000);
}

#[tokio::test]
async fn the_command_prints_the_address_alone_and_leaves_the_server_running() {
    let scratch = Scratch::new();
    let attestor = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
            .args(args)
            .env("ATTESTOR_LOCAL_DIR", scratch.path().join("cli"))
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (status, url, said) = attestor(&["demo", "--no-console", "--date", "2026-03-17"]);
    assert_eq!((status, &*said), (Some(0), ""));
    assert!(url.starts_with("postgresql:///attestor_demo?host=") && url.lines().count() == 1, "{url}");
    assert_eq!(attestor(&["local", "status"]).0, Some(0), "the server runs");
    assert_eq!(attestor(&["demo", "--no-console"]), (Some(0), url.clone(), String::new()));
    assert_eq!(attestor(&["demo", "--no-console", "--reset"]).1, url);
    let options: PgConnectOptions = url.trim().parse().unwrap();
    let mut console = options.connect().await.unwrap();
    let (status, out, said) = attestor(&["demo", "--no-console", "--reset"]);
    assert_eq!((status, &*out), (Some(1), ""));
    assert!(said.contains("open elsewhere (1 connections)") && said.contains("--yes"), "{said}");
    sqlx::query("select 1").execute(&mut console).await.unwrap();
    assert_eq!(attestor(&["demo", "--no-console", "--reset", "--yes"]).1, url);
    assert!(sqlx::query("select 1").execute(&mut console).await.is_err(), "the console was cut off");
    let (status, out, said) = attestor(&["demo", "--no-console", "--database-url", "postgresql:///x"]);
    assert_eq!((status, &*out), (Some(2), ""), "{said}");
}

#[tokio::test]
async fn a_demo_of_another_build_is_told_with_the_way_out() {
    let scratch = Scratch::new();
    let lease = lease(&scratch).await;
    open(&lease, date(), Existing::Keep).await.unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
        command.args(args).env("ATTESTOR_LOCAL_DIR", scratch.path().join("demo")).env_remove("DATABASE_URL");
        command.env("PGUSER", "tester");
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    for damage in [
        "update attestor.migrations set checksum = '\\x00' where version = 1",
        "insert into attestor.migrations (version, description, success, checksum, execution_time)
         values (999, 'later', true, '\\x00', 1)",
    ] {
        let mut connection = superuser(&lease).await;
        sqlx::query(AssertSqlSafe(damage.to_owned())).execute(&mut connection).await.unwrap();
        drop(connection);
        let output = run(&["demo", "--no-console"]).await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("another build") && said.contains("attestor demo --reset"), "{said}");
    }
    let output = run(&["demo", "--no-console", "--reset", "--yes"]).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
