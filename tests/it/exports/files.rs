//! Exports as files: whole or not there, the same again, and told apart from what changed.

use super::{filled, rechained};
use crate::support::{Scratch, database};
use attestor::audit::export::manifest::Manifest;
use attestor::audit::export::name::{Files, Which};
use attestor::audit::jobs::export::{Export, ExportRequest, SCRIPT, SCRIPT_NAME, State, export};
use attestor::audit::line::Line;
use attestor::audit::trust::TrustFolder;
use attestor::db::Db;
use attestor::error::{Kind, Result};
use attestor::ids::EntrySeq;
use attestor::jobs::JobContext;
use std::fs;
use std::path::Path;
use std::process::Command;

async fn made(db: &Db, which: Which, folder: &Path) -> Result<Export> {
    export(db, &request(which, folder), &JobContext::unattended()).await
}

fn request(which: Which, folder: &Path) -> ExportRequest {
    let trust = TrustFolder::below(&folder.join("state"));
    ExportRequest { which, folder: folder.to_owned(), signer: None, trust, places: Vec::new() }
}

fn night(text: &str) -> Which {
    Which::Nightly(text.parse().unwrap())
}

#[tokio::test]
async fn a_night_is_exported_once_and_stays_the_same() {
    let database = database().await;
    let scratch = Scratch::new();
    filled(&database, &["2026-01-01", "2026-01-02", "2026-01-03"], 10).await;
    let db = database.db();
    let first = made(&db, night("2026-01-02"), scratch.path()).await.unwrap();
    assert_eq!((first.state, first.entries, first.verdict.as_str()), (State::Made, 10, "VERIFIED"));
    assert_eq!((first.first_seq, first.last_seq), (Some(EntrySeq(11)), Some(EntrySeq(20))));
    assert_eq!(first.seq, Some(EntrySeq(31)));

    let files = Files::of(night("2026-01-02"), scratch.path());
    let text = fs::read(&files.lines).unwrap();
    let lines: Vec<Line> = text
        .strip_suffix(b"\n")
        .unwrap()
        .split(|byte| *byte == b'\n')
        .map(|line| Line::read(line).unwrap())
        .collect();
    assert_eq!(lines.iter().map(|line| line.seq).collect::<Vec<_>>(), (11..=20).collect::<Vec<_>>());
    let summed = Command::new("sha256sum")
        .args(["--strict", "-c"])
        .arg(files.digest.file_name().unwrap())
        .current_dir(scratch.path())
        .output()
        .unwrap();
    assert!(summed.status.success(), "{summed:?}");
    let manifest: Manifest = serde_json::from_slice(&fs::read(&files.manifest).unwrap()).unwrap();
    assert_eq!(manifest.first_prev_hash.as_deref(), Some(lines[0].prev_hash.as_str()));
    assert_eq!(manifest.last_entry_hash.as_deref(), Some(lines[9].entry_hash.as_str()));
    assert_eq!((manifest.entries, manifest.sha256), (10, first.sha256.clone()));
    assert_eq!(fs::read_to_string(scratch.path().join(SCRIPT_NAME)).unwrap(), SCRIPT);

    let again = made(&db, night("2026-01-02"), scratch.path()).await.unwrap();
    assert_eq!((again.state, again.seq, &again.sha256), (State::Same, None, &first.sha256));
    let rows: i64 =
        sqlx::query_scalar("select count(*) from audit.audit_exports").fetch_one(db.read()).await.unwrap();
    assert_eq!(rows, 1);

    // Rewritten with all its hashes, the chain looks whole; the night no longer does.
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(
        "alter table audit.audit_trail_entries disable trigger all;
         update audit.audit_trail_entries set actor = 'nobody' where seq = 15",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    rechained(&mut superuser).await;
    let changed = made(&db, night("2026-01-02"), scratch.path()).await.unwrap();
    assert_eq!((changed.state, changed.verdict.as_str()), (State::Differs, "VERIFIED"));
    assert!(changed.found_something());
    assert_eq!(fs::read(&files.lines).unwrap(), text, "what was exported is evidence, and stays");
}

#[tokio::test]
async fn a_day_that_goes_on_is_not_exported() {
    let database = database().await;
    let scratch = Scratch::new();
    let today: chrono::NaiveDate = sqlx::query_scalar("select (now() at time zone 'UTC')::date")
        .fetch_one(database.db().read())
        .await
        .unwrap();
    let error = made(&database.db(), Which::Nightly(today), scratch.path()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_break_is_exported_and_told() {
    let database = database().await;
    let scratch = Scratch::new();
    filled(&database, &["2026-01-01"], 10).await;
    sqlx::raw_sql(
        "alter table audit.audit_trail_entries disable trigger all;
         update audit.audit_trail_entries set payload = '{\"a\": 1}' where seq = 4",
    )
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    let which = Which::Range(EntrySeq(3), EntrySeq(6));
    let export = made(&database.db(), which, scratch.path()).await.unwrap();
    assert_eq!((export.verdict.as_str(), export.breaks, export.entries), ("PAYLOAD_MISMATCH", 1, 4));
    assert!(export.found_something());
}

#[tokio::test]
async fn who_may_only_read_exports_without_a_row() {
    let database = database().await;
    let scratch = Scratch::new();
    filled(&database, &["2026-01-01"], 5).await;
    sqlx::raw_sql("create role export_reader login; grant attestor_viewer to export_reader")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    let db = Db::lazy(database.options_as("export_reader"), attestor::db::Access::ReadWrite);
    let export = made(&db, night("2026-01-01"), scratch.path()).await.unwrap();
    assert_eq!((export.state, export.entries), (State::MadeUnrecorded, 5));
    assert!(Files::of(night("2026-01-01"), scratch.path()).manifest.exists());
}

#[tokio::test]
async fn a_cancelled_export_leaves_nothing() {
    let database = database().await;
    let scratch = Scratch::new();
    filled(&database, &["2026-01-01"], 5).await;
    let cancel = tokio_util::sync::CancellationToken::new();
    cancel.cancel();
    let job = JobContext::new(tokio::sync::watch::channel(attestor::jobs::Progress::default()).0, cancel);
    let request = request(night("2026-01-01"), scratch.path());
    let error = export(&database.db(), &request, &job).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Incomplete);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    let rows: i64 = sqlx::query_scalar("select count(*) from audit.audit_exports")
        .fetch_one(database.db().read())
        .await
        .unwrap();
    assert_eq!(rows, 0);
}
