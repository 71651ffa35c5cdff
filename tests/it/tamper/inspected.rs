//! Inspections of a sample without their entries, and entries without their inspections.

use super::*;
use attestor::audit::actions::{Inspect, inspect};
use attestor::audit::inspection::Note;
use attestor::audit::jobs::report::{ReportRequest, make};
use attestor::audit::report::ReportType;
use attestor::audit::store::inspections::worklist;
use attestor::filter::Filter;
use attestor::ids::DeedKey;
use chrono::{TimeDelta, Utc};

#[tokio::test]
async fn what_was_inspected_fits_until_somebody_changes_it() {
    let database = chain(8).await;
    let db = database.db();
    let request = ReportRequest {
        report_type: ReportType::Soc2,
        from: Utc::now() - TimeDelta::days(1),
        to: Utc::now() + TimeDelta::days(1),
        filter: Filter::default(),
        query: String::new(),
        seed: "seed".to_owned(),
        sample: 8,
    };
    let made = make(&db, &request, &Request::default(), DeedKey::fresh(), &JobContext::unattended()).await;
    let report = made.unwrap().record.unwrap().id;
    let drawn = worklist(&db, report).await.unwrap().unwrap().items;
    let mut seqs: Vec<_> = drawn.iter().map(|item| item.listed.seq).take(3).collect();
    for seq in &seqs {
        let note = Note::new("seen").unwrap();
        inspect(&db, &Inspect { report, seq: *seq, note, key: DeedKey::fresh() }).await.unwrap();
    }
    // The entry of the second.
    let entry = 11;
    seqs.sort();
    let inspected = drawn[1].listed.seq.0;
    let free = drawn[4].listed.seq.0;
    let reconciled = verified(&database).await.reconciled.unwrap();
    assert_eq!((reconciled.decisions, reconciled.entries, reconciled.orphans), (3, 3, 0), "{reconciled:?}");
    let table = "audit.inspections";
    let of_report = format!("of report {report}: no entry");
    let missing = format!("the inspection of entry {inspected} of report {report} is missing or another");
    let of_entry = ("audit.audit_trail_entries", entry, missing.as_str());
    run(
        &mut database.superuser().await,
        "create table public.kept as select * from audit.inspections;
         alter table audit.inspections disable trigger all",
    )
    .await;
    for (sql, expected) in [
        (format!("delete from audit.inspections where seq = {inspected}"), vec![of_entry]),
        (
            format!("insert into audit.inspections (report_id, seq, note) values ({report}, {free}, 'seen')"),
            vec![(table, free, of_report.as_str())],
        ),
        (
            format!("update audit.inspections set note = 'nothing odd' where seq = {inspected}"),
            vec![(table, inspected, of_report.as_str()), of_entry],
        ),
        (
            format!("update audit.inspections set inspected_by = 'alice' where seq = {inspected}"),
            vec![(table, inspected, of_report.as_str()), of_entry],
        ),
        (
            format!("update audit.inspections set seq = {free} where seq = {inspected}"),
            vec![(table, free, of_report.as_str()), of_entry],
        ),
    ] {
        let mut superuser = database.superuser().await;
        run(&mut superuser, &sql).await;
        let verified = verified(&database).await;
        assert_eq!(verified.exit_status(), 3, "{sql}");
        let found = verified.reconciled.unwrap().first_orphans;
        assert_eq!(found.len(), expected.len(), "{sql}: {found:#?}");
        for (orphan, (table, id, why)) in found.iter().zip(expected) {
            assert_eq!((orphan.table.as_str(), orphan.id), (table, id), "{sql}");
            assert!(orphan.why.starts_with(why), "{sql}: {}", orphan.why);
        }
        run(
            &mut superuser,
            "delete from audit.inspections; insert into audit.inspections select * from public.kept",
        )
        .await;
    }
}
