//! Acknowledging: once, for good, and no status changes.

use super::{Bench, bench, check};
use attestor::db::{Access, Db};
use attestor::error::{Error, Kind};
use attestor::ids::{DeedKey, RunId};
use attestor::operations::acknowledge::{Acknowledge, Acknowledgement, Why, acknowledge};
use attestor::operations::check::Status;
use attestor::operations::report::Overall;
use attestor::operations::store::one::detail;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::AssertSqlSafe;

fn seen(run: RunId, check: &str, reason: &str) -> Acknowledge {
    let why = Why::new(reason).unwrap();
    Acknowledge { run, check: check.to_owned(), why, until: None, key: DeedKey::fresh() }
}

async fn failing(bench: &Bench) -> RunId {
    let checks =
        vec![check("bad", Status::Fail).blocking(), check("odd", Status::Warn), check("good", Status::Pass)];
    bench.probe("a", checks).await.record.unwrap()
}

async fn refused(db: &Db, deed: &Acknowledge, kind: Kind, words: &str) {
    let error: Error = acknowledge(db, deed).await.unwrap_err();
    assert!(error.kind() == kind && error.to_string().contains(words), "{error:?}");
}

#[test]
fn a_reason_is_a_few_visible_words() {
    for raw in ["", "  ", "\u{200b}\t", "a\0b", &"x".repeat(161)] {
        let taken = Why::new(raw);
        // What only looks empty to a person shows as its code, and so is something.
        assert!(taken.is_err() || raw.contains('\u{200b}'), "{raw:?}");
    }
    assert_eq!(Why::new(&format!(" {} ", "ü".repeat(160))).unwrap().as_str().chars().count(), 160);
}

#[tokio::test]
async fn a_fail_is_acknowledged_once_and_goes_on_failing() {
    let bench = bench().await;
    let run = failing(&bench).await;
    let done: Acknowledgement = acknowledge(&bench.db, &seen(run, "bad", "known since May")).await.unwrap();
    assert_eq!((&*done.actor, &*done.reason, done.expired), ("tester", "known since May", false));
    refused(&bench.db, &seen(run, "bad", "again"), Kind::Conflict, "acknowledged by tester on 20").await;
    let found = detail(&bench.db, run).await.unwrap().unwrap();
    let report = found.report().unwrap();
    assert_eq!(report.summary.overall, Overall::Blocked);
    assert_eq!(report.check("bad").unwrap().status, Status::Fail);
    assert_eq!(found.acknowledgements, [done]);
    assert!(bench.events().await.ends_with("; verification check_acknowledged"), "{}", bench.events().await);
    let payload = bench
        .text("select concat_ws(' ', payload->>'run_id', payload->>'check', payload->>'reason') from audit.audit_trail_entries order by seq desc limit 1")
        .await;
    assert_eq!(payload, format!("{run} bad known since May"));
}

#[tokio::test]
async fn the_same_deed_sent_twice_is_done_once() {
    let bench = bench().await;
    let run = failing(&bench).await;
    let deed = seen(run, "odd", "known");
    let (one, two) = tokio::join!(acknowledge(&bench.db, &deed), acknowledge(&bench.db, &deed));
    // One may have waited for the other and found it done, or been refused by its key.
    assert!(one.is_ok() || two.is_ok());
    assert_eq!(acknowledge(&bench.db, &deed).await.unwrap().check_key.as_str(), "odd");
    assert_eq!(bench.text("select count(*)::text from operations.acknowledgements").await, "1");
    let entries =
        "select count(*)::text from audit.audit_trail_entries where event_type = 'check_acknowledged'";
    assert_eq!(bench.text(entries).await, "1");
}

#[tokio::test]
async fn what_cannot_be_acknowledged_is_refused() {
    let bench = bench().await;
    let run = failing(&bench).await;
    let db = &bench.db;
    refused(db, &seen(run, "good", "x"), Kind::Usage, "good is pass").await;
    refused(db, &seen(run, "none", "x"), Kind::NotFound, "no check none").await;
    refused(db, &seen(RunId(404), "bad", "x"), Kind::NotFound, "no run 404").await;
    let bare = bench.killed("b").await;
    refused(db, &seen(bare, "bad", "x"), Kind::NotFound, "has no report").await;
    bench.run(&format!("update operations.operation_runs set context = '{{\"verification_report\": 7}}' where id = {bare}")).await;
    refused(db, &seen(bare, "bad", "x"), Kind::Failed, "breaks its contract").await;
    let past = Acknowledge { until: Some(Utc::now() - TimeDelta::hours(1)), ..seen(run, "bad", "x") };
    refused(db, &past, Kind::Usage, "is past").await;
    let name = format!("{}_viewer", bench.database.options().get_database().unwrap());
    bench.run(&format!("create role {name} login in role attestor_viewer")).await;
    let viewer = Db::lazy(bench.database.options_as(&name), Access::ReadWrite);
    refused(&viewer, &seen(run, "bad", "x"), Kind::Denied, "").await;
    assert_eq!(bench.text("select count(*)::text from operations.acknowledgements").await, "0");
}

#[tokio::test]
async fn one_may_end() {
    let bench = bench().await;
    let run = failing(&bench).await;
    let until: DateTime<Utc> = Utc::now() + TimeDelta::days(7);
    acknowledge(&bench.db, &Acknowledge { until: Some(until), ..seen(run, "bad", "x") }).await.unwrap();
    let ends = async || detail(&bench.db, run).await.unwrap().unwrap().acknowledgements[0].expired;
    assert!(!ends().await);
    // Time is moved for the row, which nobody could change: the table is made anew around it.
    bench
        .run(
            "create table moved as select * from operations.acknowledgements;
             update moved set at = at - interval '8 days', expires_at = expires_at - interval '8 days';
             alter table operations.acknowledgements disable trigger all;
             delete from operations.acknowledgements;
             insert into operations.acknowledgements overriding system value select * from moved;
             alter table operations.acknowledgements enable always trigger refuse_change",
        )
        .await;
    assert!(ends().await);
}

#[tokio::test]
async fn nobody_changes_what_was_said_not_even_a_superuser() {
    let bench = bench().await;
    let run = failing(&bench).await;
    acknowledge(&bench.db, &seen(run, "bad", "known")).await.unwrap();
    let mut superuser = bench.database.superuser().await;
    sqlx::raw_sql("set session_replication_role = replica").execute(&mut superuser).await.unwrap();
    for sql in [
        "update operations.acknowledgements set reason = 'other'",
        "delete from operations.acknowledgements",
        "truncate operations.acknowledgements",
    ] {
        let error = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
    for (column, value) in
        [("reason", "repeat('x', 161)"), ("reason", "' '"), ("expires_at", "now() - interval '1 d'")]
    {
        let sql = format!(
            "insert into operations.acknowledgements (run_id, check_key, deed_key, {column}{}) values ({run}, 'x', gen_random_uuid(), {value}{})",
            if column == "reason" { "" } else { ", reason" },
            if column == "reason" { "" } else { ", 'x'" },
        );
        let error = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser).await.unwrap_err();
        assert!(error.to_string().contains("check constraint"), "{error}");
    }
}
