//! The sample of a report as a worklist.

use super::{filled, rechained};
use crate::support::{Scratch, TestDatabase, database};
use attestor::audit::actions::{Inspect, inspect};
use attestor::audit::inspection::{Note, Standing, Worklist};
use attestor::audit::jobs::Request;
use attestor::audit::jobs::report::{ReportRequest, make};
use attestor::audit::report::ReportType;
use attestor::audit::store::inspections::{reports, worklist};
use attestor::chain::append::entry;
use attestor::chain::recent::head;
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::filter::Filter;
use attestor::ids::{DeedKey, EntrySeq, ReportId};
use attestor::jobs::JobContext;
use serde_json::Value;
use std::process::Command;

/// A chain of one day with a report over it, whose sample holds five entries.
async fn reported() -> (TestDatabase, ReportId) {
    let database = database().await;
    filled(&database, &["2026-01-02"], 12).await;
    let request = ReportRequest {
        report_type: ReportType::Soc2,
        from: "2026-01-02T00:00:00Z".parse().unwrap(),
        to: "2026-01-03T00:00:00Z".parse().unwrap(),
        filter: Filter::default(),
        query: String::new(),
        seed: "seed".to_owned(),
        sample: 5,
    };
    let job = JobContext::unattended();
    let made = make(&database.db(), &request, &Request::default(), DeedKey::fresh(), &job).await.unwrap();
    let id = made.record.unwrap().id;
    (database, id)
}

async fn list(db: &Db, id: ReportId) -> Worklist {
    worklist(db, id).await.unwrap().unwrap()
}

fn deed(report: ReportId, seq: EntrySeq, note: &str) -> Inspect {
    Inspect { report, seq, note: Note::new(note).unwrap(), key: DeedKey::fresh() }
}

#[tokio::test]
async fn an_inspection_stands_in_the_list_and_in_the_chain() {
    let (database, id) = reported().await;
    let db = database.db();
    let before = list(&db, id).await;
    assert_eq!((before.items.len(), before.inspected(), before.report.id), (5, 0, id));
    assert!(before.items.iter().all(|item| item.standing == Standing::Same));
    let seq = before.items[2].listed.seq;
    let deed = deed(id, seq, "  the change was asked for in #42\u{202e} ");
    let seen = inspect(&db, &deed).await.unwrap();
    let length = head(&db).await.unwrap().seq;
    assert_eq!(inspect(&db, &deed).await.unwrap(), seen, "asked for twice, it is done once");
    assert_eq!(head(&db).await.unwrap().seq, length);
    let after = list(&db, id).await;
    assert_eq!((after.inspected(), after.item(seq).unwrap().inspection.as_ref()), (1, Some(&seen)));
    assert_eq!((&*seen.by, &*seen.note), ("tester", "the change was asked for in #42\\u{202e}"));
    let written = entry(&db, length).await.unwrap().unwrap();
    assert_eq!((&*written.category, &*written.event_type), ("report", "report.inspected"));
    let payload: Value = sqlx::query_scalar("select payload from audit.audit_trail_entries where seq = $1")
        .bind(length)
        .fetch_one(db.read())
        .await
        .unwrap();
    assert_eq!((&payload["report_id"], &payload["inspected_seq"]), (&id.0.into(), &seq.0.into()));
    let drawn = entry(&db, seq).await.unwrap().unwrap();
    assert_eq!(payload["entry_hash"], drawn.entry_hash.as_str());
}

#[tokio::test]
async fn what_is_refused_writes_nothing() {
    let (database, id) = reported().await;
    let db = database.db();
    let items = list(&db, id).await.items;
    let drawn = items[0].listed.seq;
    let other = (1..=12).map(EntrySeq).find(|seq| items.iter().all(|item| item.listed.seq != *seq)).unwrap();
    inspect(&db, &deed(id, drawn, "seen")).await.unwrap();
    let length = head(&db).await.unwrap().seq;
    let refused = async |db: &Db, deed: Inspect| {
        let error = inspect(db, &deed).await.unwrap_err();
        (error.kind(), error.to_string())
    };
    let (kind, what) = refused(&db, deed(id, drawn, "again")).await;
    assert!(kind == Kind::Conflict && what.contains("inspected by tester on"), "{what}");
    assert_eq!(refused(&db, deed(id, other, "x")).await.0, Kind::Usage);
    assert_eq!(refused(&db, deed(ReportId(404), drawn, "x")).await.0, Kind::NotFound);
    let read = Db::lazy(database.options(), Access::ReadOnly);
    assert_eq!(refused(&read, deed(id, items[1].listed.seq, "x")).await.0, Kind::Denied);
    sqlx::raw_sql("create role looker login; grant attestor_viewer to looker")
        .execute(&mut database.superuser().await)
        .await
        .ok();
    let viewer = Db::lazy(database.options_as("looker"), Access::ReadWrite);
    assert_eq!(refused(&viewer, deed(id, items[1].listed.seq, "x")).await.0, Kind::Denied);
    assert_eq!((head(&db).await.unwrap().seq, list(&db, id).await.inspected()), (length, 1));
    for (note, holds) in [
        ("", false),
        (" \t\n", false),
        ("a\0b", false),
        (&*"é".repeat(512), true),
        (&*"é".repeat(513), false),
    ] {
        assert_eq!(Note::new(note).is_ok(), holds, "{note:?}");
    }
}

#[tokio::test]
async fn entries_that_are_no_longer_what_was_drawn_are_told() {
    let (database, id) = reported().await;
    let db = database.db();
    let items = list(&db, id).await.items;
    let (gone, changed) = (items[0].listed.seq, items[1].listed.seq);
    let mut superuser = database.superuser().await;
    sqlx::raw_sql("alter table audit.audit_trail_entries disable trigger all")
        .execute(&mut superuser)
        .await
        .unwrap();
    sqlx::query("update audit.audit_trail_entries set actor = 'nobody' where seq = $1")
        .bind(changed)
        .execute(&mut superuser)
        .await
        .unwrap();
    rechained(&mut superuser).await;
    sqlx::raw_sql("alter table audit.audit_trail_entries disable trigger all")
        .execute(&mut superuser)
        .await
        .unwrap();
    sqlx::query("delete from audit.audit_trail_entries where seq = $1")
        .bind(gone)
        .execute(&mut superuser)
        .await
        .unwrap();
    let after = list(&db, id).await;
    let standing = |seq| after.item(seq).unwrap().standing;
    assert_eq!((standing(gone), standing(changed)), (Standing::Gone, Standing::Changed));
    let before = items.iter().map(|item| item.listed.seq).collect::<Vec<_>>();
    assert_eq!(
        after.items.iter().map(|item| item.listed.seq).collect::<Vec<_>>(),
        before,
        "the sample stays"
    );
}

#[tokio::test]
async fn hostile_rows_are_bounded() {
    let (database, _) = reported().await;
    let db = database.db();
    for (at, summary) in [
        "{}",
        r#"{"sample": 1}"#,
        r#"{"sample": {"entries": {"seq": 1}}}"#,
        r#"{"sample": {"entries": [1, null, "x", {}, {"seq": "1; drop"}, {"seq": 1e400}, {"seq": -1}]}}"#,
    ]
    .iter()
    .enumerate()
    {
        let id: ReportId = sqlx::query_scalar(
            "insert into audit.compliance_reports
                 (report_type, period_start, period_end, summary, controls, entry_count, report_hash)
             values ('custom', now(), now(), $1::text::jsonb, '[]', $2, 'x') returning id",
        )
        .bind(summary)
        .bind(i32::try_from(at).unwrap())
        .fetch_one(&mut database.superuser().await)
        .await
        .unwrap();
        assert_eq!(list(&db, id).await.items, [], "{summary}");
    }
    assert_eq!(reports(&db, 2).await.unwrap().len(), 2);
    assert!(worklist(&db, ReportId(404)).await.unwrap().is_none());
}

#[tokio::test]
async fn through_the_built_program() {
    let (database, id) = reported().await;
    let files = Scratch::new();
    let attestor = async |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
        command.env_clear().env("HOME", files.path()).env("DATABASE_URL", database.url());
        command.arg("audit").args(arguments);
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    };
    let (status, out, _) = attestor(&["worklist", "--json"]).await;
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, lines.len()), (0, 5));
    assert!(lines.iter().all(|line| line["inspected"] == false && line["standing"] == "same"));
    let seq = lines[3]["seq"].to_string();
    let id = id.to_string();
    let (status, out, err) = attestor(&["inspect", &seq, "--report", &id, "--note", "as it should be"]).await;
    assert_eq!((status, out), (0, format!("entry {seq} is inspected; 1 of 5 of report {id}\n")), "{err}");
    let (status, out, _) = attestor(&["worklist", &id, "--open", "--plain"]).await;
    assert_eq!((status, out.lines().count()), (0, 4));
    let (_, out, err) = attestor(&["worklist", &id]).await;
    assert!(out.contains("as it should be") && err.contains("1 of 5 inspected"), "{out}{err}");
    let (status, _, err) = attestor(&["inspect", &seq, "--report", &id, "--note", "again"]).await;
    assert!(status == 1 && err.contains("inspected by tester"), "{err}");
    let (status, _, err) = attestor(&["inspect", &seq, "--report", &id, "--note", " "]).await;
    assert!(status == 2 && err.contains("the note is empty"), "{err}");
    assert_eq!(attestor(&["worklist", "404"]).await.0, 1);
}
