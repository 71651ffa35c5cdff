//! Where a day stands in the chain: found by its edges, at the cost of the day and not of the chain.

use super::{filled, rechained};
use crate::support::{Scratch, TestDatabase, database};
use attestor::audit::export::name::Which;
use attestor::audit::jobs::export::{Export, ExportRequest, export};
use attestor::audit::store::day::{Found, Place, place};
use attestor::audit::trust::TrustFolder;
use attestor::ids::EntrySeq;
use attestor::jobs::JobContext;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use sqlx::AssertSqlSafe;
use std::path::Path;
use std::process::Command;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn placed(database: &TestDatabase, day: NaiveDate) -> Place {
    let (from, to) = Which::Day(day).period().unwrap();
    place(&mut database.db().snapshot().await.unwrap(), from, to).await.unwrap()
}

async fn run(database: &TestDatabase, sql: &str) {
    let sql = format!("alter table audit.audit_trail_entries disable trigger all; {sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut database.superuser().await).await.unwrap();
}

async fn exported(database: &TestDatabase, which: Which, folder: &Path) -> Export {
    let trust = TrustFolder::below(&folder.join("state"));
    let request = ExportRequest { which, folder: folder.to_owned(), signer: None, trust, places: Vec::new() };
    export(&database.db(), &request, &JobContext::unattended()).await.unwrap()
}

#[tokio::test]
async fn every_day_is_found_with_and_without_entries() {
    let database = database().await;
    assert_eq!(placed(&database, day("2026-01-05")).await, Place { ends: None, found: Found::BySearch });
    let days = ["2026-01-03", "2026-01-04", "2026-01-07", "2026-01-12", "2026-01-13", "2026-02-01"];
    for (count, day) in (1..).zip(days) {
        filled(&database, &[day], count).await;
    }
    // Right at the edges of a day.
    run(
        &database,
        "update audit.audit_trail_entries set occurred_at = '2026-01-07 00:00:00Z' where seq = 4;
         update audit.audit_trail_entries set occurred_at = '2026-01-07 23:59:59.999999Z' where seq = 6",
    )
    .await;
    let mut found = Vec::new();
    for offset in 0..32 {
        let day = day("2026-01-01").checked_add_days(Days::new(offset)).unwrap();
        let place = placed(&database, day).await;
        assert_eq!(place.found, Found::BySearch);
        found.extend(place.ends.map(|ends| (day.to_string(), ends)));
    }
    let expected = days.into_iter().zip([(1, 1), (2, 3), (4, 6), (7, 10), (11, 15), (16, 21)]);
    assert_eq!(found, expected.map(|(day, ends)| (day.to_owned(), ends)).collect::<Vec<_>>());
}

/// What is read of the chain to find a day, by the server's own count.
#[tokio::test]
async fn a_day_costs_no_more_in_a_longer_chain() {
    let database = database().await;
    let mut read = Vec::new();
    for days in [0..4_u64, 4..200] {
        let days: Vec<String> = days
            .map(|offset| day("2025-01-01").checked_add_days(Days::new(offset)).unwrap().to_string())
            .collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        filled(&database, &days, 20).await;
        let mut most = 0;
        // The first and the last day, some between, one before all and one behind.
        for offset in [0, 1, 2, 3, 4, 50, 199, 200] {
            let day = day("2024-12-31").checked_add_days(Days::new(offset)).unwrap();
            let (from, to) = Which::Day(day).period().unwrap();
            let mut snapshot = database.db().snapshot().await.unwrap();
            place(&mut snapshot, from, to).await.unwrap();
            let (scans, rows): (i64, i64) = sqlx::query_as(
                "select seq_scan, seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables
                 where relid = 'audit.audit_trail_entries'::regclass",
            )
            .fetch_one(snapshot.connection())
            .await
            .unwrap();
            assert_eq!(scans, 0, "the table is not read from its one end to the other");
            most = most.max(rows);
        }
        read.push(most);
    }
    // 80 entries, then 4,000: each of the two edges takes six looks more at most.
    assert!(read.iter().all(|rows| *rows <= 64), "{read:?}");
}

/// Whatever entry is put to whatever other time: either all times are read, or the entry stands beside one
/// that is newer within one and the same day, which is walked.
#[tokio::test]
async fn a_time_that_was_changed_is_noticed_by_some_day() {
    let database = database().await;
    let days = ["2026-01-02", "2026-01-03", "2026-01-05"];
    filled(&database, &days, 7).await;
    run(&database, "create table public.kept as select seq, occurred_at from audit.audit_trail_entries")
        .await;
    for seq in 1..=21 {
        for to in ["2026-01-01 12:00Z", "2026-01-02 10:03:30Z", "2026-01-04 12:00Z", "2026-01-05 23:00Z"] {
            run(
                &database,
                &format!(
                    "update audit.audit_trail_entries e set occurred_at = k.occurred_at from public.kept k
                     where k.seq = e.seq and k.occurred_at <> e.occurred_at;
                     update audit.audit_trail_entries set occurred_at = '{to}' where seq = {seq}"
                ),
            )
            .await;
            let times: Vec<DateTime<Utc>> =
                sqlx::query_scalar("select occurred_at from audit.audit_trail_entries order by seq")
                    .fetch_all(&mut database.superuser().await)
                    .await
                    .unwrap();
            let is_backwards = |at: i64| times[at as usize - 1] > times[at as usize];
            let mut noticed = false;
            let mut covered = 0;
            // As `--nightly` does: from the day of the first entry on.
            let first = times[0].date_naive();
            for offset in 0..6 {
                let place = placed(&database, first.checked_add_days(Days::new(offset)).unwrap()).await;
                noticed |= place.found == Found::ByReading;
                if let Some((first, last)) = place.ends {
                    noticed |= (first..last).any(is_backwards);
                    covered += last - first + 1;
                }
            }
            let is_whole = !(1..21).any(is_backwards);
            assert_eq!(noticed, !is_whole, "entry {seq} at {to}");
            assert!(noticed || covered == 21, "entry {seq} at {to}: {covered}");
        }
    }
}

#[tokio::test]
async fn times_that_run_backwards_are_told_by_the_export() {
    let database = database().await;
    let scratch = Scratch::new();
    filled(&database, &["2026-01-02", "2026-01-03", "2026-01-05"], 7).await;
    let mut superuser = database.superuser().await;
    // The search comes by entry 8, the first of its day; it says that it is of another.
    run(&database, "update audit.audit_trail_entries set occurred_at = '2026-01-09Z' where seq = 8").await;
    rechained(&mut superuser).await;
    for (date, ends, verdict) in [
        ("2026-01-02", Some((1, 7)), "TIME_REGRESSION"),
        ("2026-01-03", Some((9, 14)), "TIME_REGRESSION"),
        // Nothing is there; but who says so knows that something is wrong.
        ("2026-01-04", None, "TIME_REGRESSION"),
        // Far from where this one looks: by itself it knows nothing of it.
        ("2026-01-09", None, "EMPTY"),
    ] {
        let made = exported(&database, Which::Day(day(date)), scratch.path()).await;
        let found = made.first_seq.zip(made.last_seq).map(|(first, last)| (first.0, last.0));
        assert_eq!((found, made.verdict.as_str()), (ends, verdict), "{date}: {made:?}");
        assert_eq!(made.found_something(), verdict != "EMPTY");
    }
    // One that the search does not come by is told by the day that it stands in.
    run(
        &database,
        "update audit.audit_trail_entries set occurred_at = '2026-01-03 10:01Z' where seq = 8;
         update audit.audit_trail_entries set occurred_at = '2026-01-02 12:00Z' where seq = 18",
    )
    .await;
    rechained(&mut superuser).await;
    let made = exported(&database, Which::Day(day("2026-01-05")), scratch.path()).await;
    assert_eq!((made.entries, made.verdict.as_str(), made.breaks), (7, "TIME_REGRESSION", 1), "{made:?}");
}

#[tokio::test]
async fn positions_that_none_can_have_do_not_hold_up_an_export() {
    let database = database().await;
    let scratch = Scratch::new();
    filled(&database, &["2026-01-02", "2026-01-03"], 5).await;
    // The last one is put far away: nobody counts from one end of nothing to the other.
    let far = "update audit.audit_trail_entries set id = 9000000000000000000, seq = 9000000000000000000 where seq = 10";
    run(&database, far).await;
    let which = Which::Day(day("2026-01-03"));
    let made = exported(&database, which, scratch.path()).await;
    assert_eq!((made.entries, made.verdict.as_str()), (5, "GAP"), "{made:?}");
    assert_eq!(made.last_seq, Some(EntrySeq(9_000_000_000_000_000_000)));
    // Before the first position the search does not look: the times are read.
    run(&database, "update audit.audit_trail_entries set id = -1, seq = -1 where seq = 9").await;
    let place = placed(&database, day("2026-01-03")).await;
    assert_eq!(place, Place { ends: Some((-1, 9_000_000_000_000_000_000)), found: Found::ByReading });
}

/// Every night is made up for, the empty ones too.
#[tokio::test]
async fn nights_that_are_missing() {
    let database = database().await;
    let scratch = Scratch::new();
    let now: DateTime<Utc> =
        sqlx::query_scalar("select now()").fetch_one(database.db().read()).await.unwrap();
    let today = now.date_naive();
    // At midnight the day would change under the test.
    if now > today.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(23 * 60 + 55) {
        return;
    }
    let before = |days| today.checked_sub_days(Days::new(days)).unwrap().to_string();
    filled(&database, &[&before(5), &before(3), &before(2)], 4).await;
    std::fs::write(scratch.path().join("config.toml"), "").unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .args(["audit", "export", "--nightly", "--json"])
        .current_dir(scratch.path())
        .env("DATABASE_URL", database.url())
        .env("ATTESTOR_STATE_DIR", scratch.path().join("state"))
        .env("ATTESTOR_CONFIG", scratch.path().join("config.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&done.stderr));
    let nights: Vec<_> = said
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|night| (night["date"].as_str().unwrap().to_owned(), night["entries"].as_u64().unwrap()))
        .collect();
    let expected = [(5, 4), (4, 0), (3, 4), (2, 4), (1, 0)].map(|(days, entries)| (before(days), entries));
    assert_eq!(nights, expected);
}
