//! Compliance reports over a real chain.

use super::filled;
use crate::support::database;
use attestor::audit::jobs::report::{ReportRequest, compile, record};
use attestor::audit::report::{ReportType, html::html, is_whole, markdown::markdown};
use attestor::audit::store::fields::FIELDS;
use attestor::chain::append::entry;
use attestor::db::Db;
use attestor::filter;
use attestor::ids::{DeedKey, EntrySeq};
use serde_json::Value;
use sqlx::AssertSqlSafe;

fn request(report_type: ReportType, query: &str) -> ReportRequest {
    ReportRequest {
        report_type,
        from: "2026-01-02T00:00:00Z".parse().unwrap(),
        to: "2026-01-04T00:00:00Z".parse().unwrap(),
        filter: filter::parse(query, &FIELDS).unwrap(),
        query: query.to_owned(),
        seed: "seed".to_owned(),
        sample: 5,
    }
}

async fn document(db: &Db, request: &ReportRequest) -> Value {
    let report = compile(db, request, "2026-02-01T00:00:00Z".parse().unwrap()).await.unwrap();
    Value::Object(report.file().document)
}

#[tokio::test]
async fn a_report_counts_what_supports_each_control() {
    let database = database().await;
    filled(&database, &["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"], 20).await;
    let db = database.db();
    let report = document(&db, &request(ReportType::Soc2, "")).await;
    assert_eq!(report["population"]["entries"], 40);
    assert_eq!(
        (&report["population"]["first_seq"], &report["population"]["last_seq"]),
        (&21.into(), &60.into())
    );
    assert_eq!(report["population"]["missing"], 0);
    let controls = report["controls"].as_array().unwrap();
    assert!(controls.iter().all(|control| control["control"].as_str().unwrap().starts_with("SOC2:")));
    let of = |name: &str| controls.iter().find(|control| control["control"] == name).unwrap();
    // A quarter each: finding_triage, override, export, strange.
    assert_eq!(of("SOC2:CC7.1")["entries"], 10, "finding_triage alone");
    assert_eq!(of("SOC2:CC8.1")["categories"], serde_json::json!({"override": 10}));
    assert_eq!(of("SOC2:CC3.2")["entries"], 0, "what nothing supports is told too");
    assert_eq!(of("SOC2:CC3.2")["first_seq"], Value::Null);
    let exceptions = report["exceptions"].as_array().unwrap();
    let counts: Vec<_> =
        exceptions.iter().map(|e| (e["kind"].as_str().unwrap(), e["entries"].as_u64().unwrap())).collect();
    assert_eq!(counts, [("bypassed", 10), ("on_behalf", 8), ("unmapped", 10)]);

    let iso = document(&db, &request(ReportType::Iso27001, "")).await;
    let is_iso = |control: &Value| control["control"].as_str().unwrap().starts_with("ISO27001:");
    assert!(iso["controls"].as_array().unwrap().iter().all(is_iso));
    let custom = document(&db, &request(ReportType::Custom, "category:override")).await;
    assert_eq!(
        (&custom["population"]["entries"], &custom["query"]),
        (&10.into(), &"category:override".into())
    );
}

#[tokio::test]
async fn the_sample_is_drawn_again_by_its_seed() {
    let database = database().await;
    filled(&database, &["2026-01-02"], 60).await;
    let db = database.db();
    let seqs = |report: &Value| -> Vec<i64> {
        let entries = report["sample"]["entries"].as_array().unwrap();
        entries.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
    };
    let first = seqs(&document(&db, &request(ReportType::Soc2, "")).await);
    assert_eq!(first, seqs(&document(&db, &request(ReportType::Soc2, "")).await));
    let other = ReportRequest { seed: "another".to_owned(), ..request(ReportType::Soc2, "") };
    assert_ne!(first, seqs(&document(&db, &other).await));
    // The method in its own words, by another hand.
    let mut ranked: Vec<i64> = (1..=60).collect();
    ranked.sort_by_key(|seq| attestor::chain::hash::payload_hash(&format!("seed:{seq}")).to_string());
    assert_eq!(first, ranked[..5]);
}

#[tokio::test]
async fn gaps_are_told() {
    let database = database().await;
    filled(&database, &["2026-01-02"], 20).await;
    let sql = "alter table audit.audit_trail_entries disable trigger all;
               delete from audit.audit_trail_entries where seq in (4, 5, 9)";
    sqlx::raw_sql(sql).execute(&mut database.superuser().await).await.unwrap();
    let report = document(&database.db(), &request(ReportType::Soc2, "")).await;
    assert_eq!(report["population"]["missing"], 3);
    assert_eq!(report["population"]["gaps"], serde_json::json!([{"from": 4, "to": 5}, {"from": 9, "to": 9}]));
}

#[tokio::test]
async fn a_report_is_filed_with_an_entry_that_holds_its_hash() {
    let database = database().await;
    filled(&database, &["2026-01-02"], 8).await;
    let db = database.db();
    let request = request(ReportType::Soc2, "");
    let report = compile(&db, &request, "2026-02-01T00:00:00Z".parse().unwrap()).await.unwrap();
    let filed = report.file();
    let key = DeedKey::fresh();
    let recorded = record(&db, &request, &report, &filed, key).await.unwrap();
    assert_eq!(record(&db, &request, &report, &filed, key).await.unwrap(), recorded, "once, however often");
    let entry = entry(&db, recorded.seq).await.unwrap().unwrap();
    assert_eq!(
        (&*entry.category, &*entry.event_type, recorded.seq),
        ("report", "report.created", EntrySeq(9))
    );
    assert!(entry.payload.contains(&filed.hash.to_string()), "{}", entry.payload);
    // The row alone gives the hash too.
    let (summary, controls, hash): (Value, Value, String) =
        sqlx::query_as("select summary, controls, report_hash from audit.compliance_reports where id = $1")
            .bind(recorded.id)
            .fetch_one(db.read())
            .await
            .unwrap();
    let Value::Object(mut document) = summary else { panic!("{summary}") };
    document.insert("controls".to_owned(), controls);
    document.insert("report_hash".to_owned(), hash.into());
    assert!(is_whole(&document));
    let mut superuser = database.superuser().await;
    for sql in ["update audit.compliance_reports set entry_count = 1", "delete from audit.compliance_reports"]
    {
        let error = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser).await.unwrap_err();
        assert!(error.to_string().contains("compliance_reports"), "{error}");
    }
}

#[tokio::test]
async fn reports_for_people_carry_the_document_and_no_markup_of_others() {
    let database = database().await;
    filled(&database, &["2026-01-02"], 4).await;
    let hostile = "</pre><script>alert(1)</script>|`x` [a](javascript:1) ```\n# b";
    sqlx::raw_sql("alter table audit.audit_trail_entries disable trigger all")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    sqlx::query("update audit.audit_trail_entries set category = $1, actor = $1, event_type = $1")
        .bind(hostile)
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    let db = database.db();
    let request = request(ReportType::Soc2, "");
    let report = compile(&db, &request, "2026-02-01T00:00:00Z".parse().unwrap()).await.unwrap();
    let filed = report.file();

    let page = html(&report, &filed);
    assert!(!page.contains("<script"), "{page}");
    let document = page.split_once("<pre id=\"document\">").unwrap().1.split_once("</pre>").unwrap().0;
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let document = entities.iter().fold(document.to_owned(), |text, (entity, c)| text.replace(entity, c));
    let Value::Object(document) = serde_json::from_str(&document).unwrap() else { panic!() };
    assert!(is_whole(&document));

    let text = markdown(&report, &filed);
    let fence = text.lines().rev().find(|line| line.starts_with("```")).unwrap();
    let (before, rest) = text.split_once(&format!("{fence}json\n")).unwrap();
    let Value::Object(document) =
        serde_json::from_str(rest.strip_suffix(&format!("\n{fence}\n")).unwrap()).unwrap()
    else {
        panic!()
    };
    assert!(is_whole(&document));
    assert!(!before.contains("<script") && !before.contains("[a](") && !before.contains("\n# b"), "{before}");
}
