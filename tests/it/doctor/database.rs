//! Servers and databases, as facts and as a real one.

use super::{named, standing};
use attestor::cli::doctor::check::Standing;
use attestor::cli::doctor::database::{Facts, Problem, Reached, judge};
use attestor::db::health::{self, Rights, Server, Skew};
use attestor::db::migrate::{Difference, Found, Status, Step};
use chrono::TimeDelta;
use std::time::Duration;

fn status(applied: [bool; 2], chain: bool) -> Status {
    let step = |(i, applied): (i64, bool)| Step { version: i + 1, name: String::new(), applied };
    let steps = (0..).zip(applied).map(step).collect();
    Status { steps, chain_id: chain.then(|| "example.com/audit".to_owned()) }
}

fn problem(what: &str) -> Problem {
    Problem { what: what.to_owned(), hint: None }
}

fn fine() -> Reached {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    Reached {
        server: Server {
            version: "15.4".into(),
            version_num: 150_004,
            encoding: "UTF8".into(),
            database: "attestor".into(),
            user: "alice".into(),
            superuser: false,
            in_recovery: false,
            read_only: false,
            max_prepared_transactions: 0,
            checks_client: true,
            encrypted: Some(true),
        },
        latency: Some(Duration::from_millis(3)),
        skew: Some(Skew { ahead: TimeDelta::milliseconds(40), within: Duration::from_millis(1) }),
        migrated: Ok(status([true, true], true)),
        rights: Some(Rights {
            roles: words(&["analyst"]),
            reads: true,
            decides: true,
            takes_in: true,
            categories: words(&["finding_triage"]),
            owns: false,
        }),
        differences: Ok(Vec::new()),
        console: None,
        told_read_only: false,
    }
}

fn check(change: impl FnOnce(&mut Reached), name: &str, expected: Standing, says: &str) {
    let mut reached = fine();
    change(&mut reached);
    let checks = judge(&Facts::Reached(Box::new(reached)));
    assert_eq!(standing(&checks, name), expected, "{:?}", named(&checks, name));
    assert!(named(&checks, name).found.contains(says), "{says} in {:?}", named(&checks, name));
}

#[test]
fn all_is_well() {
    let checks = judge(&Facts::Reached(Box::new(fine())));
    assert!(checks.iter().all(|check| check.status == Standing::Ok), "{checks:?}");
    assert_eq!(named(&checks, "may").found, "read, decide on findings, take in scans");
    let may_not = named(&checks, "may not");
    assert!(may_not.found.contains("accept risks") && may_not.found.contains("migrate"), "{may_not:?}");
    assert!(may_not.advice.as_ref().unwrap().contains("attestor_approver"), "{may_not:?}");
}

#[test]
fn no_database_at_all() {
    let checks = judge(&Facts::Unconfigured("three ways".to_owned()));
    assert_eq!(standing(&checks, "connection"), Standing::Warning);
    assert_eq!(standing(&judge(&Facts::Asleep), "connection"), Standing::Unknown);
    let checks = judge(&Facts::Unreachable("refused".to_owned(), None));
    assert_eq!(standing(&checks, "connection"), Standing::Fails);
}

#[test]
fn servers() {
    check(|r| r.server.version_num = 139_999, "version", Standing::Fails, "15.4");
    check(|r| r.server.version_num = 140_000, "version", Standing::Ok, "15.4");
    check(|r| r.server.encoding = "SQL_ASCII".into(), "encoding", Standing::Fails, "SQL_ASCII");
    check(|r| r.server.encrypted = Some(false), "connection", Standing::Warning, "not encrypted");
    check(|r| r.server.encrypted = None, "connection", Standing::Ok, "on this machine");
    check(|r| r.console = Some(problem("no such setting")), "connection", Standing::Fails, "no such setting");
    check(|r| r.server.max_prepared_transactions = 5, "prepared transactions", Standing::Warning, "5");
    check(|r| r.server.checks_client = false, "clients that have gone", Standing::Warning, "not noticed");
    check(|r| r.server.in_recovery = true, "writing", Standing::Warning, "standby");
    check(|r| r.server.read_only = true, "writing", Standing::Warning, "read-only");
    check(|r| r.told_read_only = true, "writing", Standing::Ok, "told to write nothing");
}

#[test]
fn time() {
    check(|r| r.latency = Some(Duration::from_micros(150_100)), "latency", Standing::Warning, "150.1 ms");
    check(|r| r.latency = Some(Duration::from_millis(150)), "latency", Standing::Ok, "150.0 ms");
    let apart = |ms: i64, within_ms: u64| {
        move |r: &mut Reached| {
            let (ahead, within) = (TimeDelta::milliseconds(ms), Duration::from_millis(within_ms));
            r.skew = Some(Skew { ahead, within });
        }
    };
    check(apart(2_000, 0), "clock", Standing::Ok, "agree");
    check(apart(2_001, 0), "clock", Standing::Warning, "2.0 s ahead of");
    check(apart(-90_000, 1), "clock", Standing::Warning, "90.0 s behind");
    // A slow line is no skew.
    check(apart(2_900, 1_000), "clock", Standing::Ok, "agree");
}

#[test]
fn migrations() {
    check(|r| r.migrated = Ok(status([false, false], false)), "migrations", Standing::Fails, "empty");
    check(
        |r| r.migrated = Ok(status([true, false], true)),
        "migrations",
        Standing::Fails,
        "version 1; this program knows 2",
    );
    check(|r| r.migrated = Ok(status([true, true], false)), "migrations", Standing::Fails, "no name");
    check(|r| r.migrated = Err(problem("a newer attestor")), "migrations", Standing::Fails, "newer");
    let difference = || Difference {
        object: "routine audit.append_entry".into(),
        fact: "PUBLIC may EXECUTE".into(),
        found: Found::Superfluous,
    };
    check(
        |r| r.differences = Ok(vec![difference()]),
        "standing rights",
        Standing::Warning,
        "PUBLIC may EXECUTE",
    );
    check(
        |r| r.differences = Err(problem("may not look")),
        "standing rights",
        Standing::Unknown,
        "may not look",
    );
}

#[test]
fn logins() {
    check(|r| r.server.superuser = true, "login", Standing::Warning, "superuser");
    check(|r| r.rights = None, "login", Standing::Unknown, "alice");
    let stranger = |r: &mut Reached| r.rights = Some(Rights::default());
    check(stranger, "login", Standing::Fails, "may not read");
    check(stranger, "may not", Standing::Ok, "read, decide on findings");
    // To write rows is not enough: their entry has to be appended too.
    let half = |r: &mut Reached| r.rights.as_mut().unwrap().categories.clear();
    check(half, "may not", Standing::Ok, "decide on findings");
}

#[tokio::test]
async fn a_real_server_answers_every_question() {
    let database = crate::support::database().await;
    let db = database.db();
    let mut connection = db.read().acquire().await.unwrap();
    let server = health::server(&mut connection).await.unwrap();
    assert!(
        server.version_num >= 140_000 && server.checks_client && server.encrypted.is_none(),
        "{server:?}"
    );
    assert_eq!((&*server.user, server.superuser, server.in_recovery), ("tester", false, false));
    let rights = health::rights(&mut connection).await.unwrap().unwrap();
    assert!(rights.reads && rights.decides && rights.takes_in && !rights.owns, "{rights:?}");
    assert!(rights.categories.contains(&"checkpoint".to_owned()), "{rights:?}");
    assert!(!rights.categories.contains(&"branch_rule".to_owned()), "a producer's: {rights:?}");
    health::latency(&mut connection).await.unwrap();
    let skew = health::skew(&mut connection).await.unwrap();
    let apart = skew.ahead.abs().to_std().unwrap();
    assert!(apart <= skew.within + Duration::from_millis(500), "one machine has one clock: {skew:?}");

    let mut stranger = database.superuser().await;
    sqlx::raw_sql("create role stranger_to_doctor login; set session authorization stranger_to_doctor")
        .execute(&mut stranger)
        .await
        .unwrap();
    let rights = health::rights(&mut stranger).await.unwrap().unwrap();
    assert_eq!(rights, Rights::default(), "nothing is granted to it");

    let empty = crate::support::empty_database().await;
    assert_eq!(health::rights(&mut empty.superuser().await).await.unwrap(), None);
}
