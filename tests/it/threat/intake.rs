//! EPSS and KEV on a real server.

use crate::support::{TestDatabase, database};
use attestor::error::{Error, Kind};
use attestor::jobs::JobContext;
use attestor::triage::jobs::{Input, import_epss, import_kev};
use attestor::triage::store::threat::standing;
use attestor::triage::threat::{Feed, ThreatReport};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::io::Write;
use std::path::Path;

pub struct Bench {
    pub database: TestDatabase,
    pub folder: tempfile::TempDir,
}

pub async fn bench() -> Bench {
    Bench { database: database().await, folder: tempfile::tempdir().unwrap() }
}

impl Bench {
    async fn take(&self, feed: Feed, path: &Path) -> Result<ThreatReport, Error> {
        let (db, input, job) = (self.database.db(), Input::named(path), JobContext::unattended());
        match feed {
            Feed::Epss => import_epss(&db, input, &job).await,
            Feed::Kev => import_kev(&db, input, &job).await,
        }
    }

    async fn take_text(&self, feed: Feed, text: impl AsRef<[u8]>) -> Result<ThreatReport, Error> {
        let path = self.folder.path().join("feed");
        std::fs::write(&path, text).unwrap();
        self.take(feed, &path).await
    }

    pub async fn epss(&self, day: &str, rows: &[(&str, f64)]) -> ThreatReport {
        let mut text = format!("#model_version:v1,score_date:{day}\ncve,epss,percentile\n");
        for (cve, probability) in rows {
            text += &format!("{cve},{probability},0.5\n");
        }
        self.take_text(Feed::Epss, text).await.unwrap()
    }

    pub async fn kev(&self, rows: &[(&str, &str)]) -> ThreatReport {
        let mut text = "cveID,product,knownRansomwareCampaignUse\n".to_owned();
        for (cve, ransomware) in rows {
            text += &format!("{cve},thing,{ransomware}\n");
        }
        self.take_text(Feed::Kev, text).await.unwrap()
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.database.superuser().await)
            .await
            .unwrap();
    }

    /// The rows of `sql`, as one JSON list.
    async fn rows(&self, sql: &str) -> Value {
        let sql = format!("select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ({sql}) r");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.database.superuser().await).await.unwrap()
    }

    async fn count(&self, what: &str) -> i64 {
        let sql = format!("select count(*) from {what}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.database.superuser().await).await.unwrap()
    }

    /// A finding of severity high for each list of CVEs, numbered from 1.
    pub async fn findings(&self, cves: &[&str]) {
        for cves in cves {
            self.run(&format!(
                "insert into triage.findings (severity, cve_ids) values ('high', '{{{cves}}}')"
            ))
            .await;
        }
    }

    pub async fn risks(&self) -> Vec<f64> {
        let sql = "select risk from triage.findings order by id";
        sqlx::query_scalar(sql).fetch_all(&mut self.database.superuser().await).await.unwrap()
    }
}

#[tokio::test]
async fn real_files_give_their_rows() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let Ok(expected) = std::fs::read(folder.join("expected.json")) else {
        eprintln!("no real files here; not checked");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let bench = bench().await;
    let mut seen = 0;
    for (name, facts) in
        expected.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("epss_kev/"))
    {
        let (feed, rows) = match facts.get("rows_starting_with_CVE") {
            Some(rows) => (Feed::Epss, rows),
            None => (Feed::Kev, facts.get("vulnerabilities").or(facts.get("rows")).unwrap()),
        };
        let report = bench.take(feed, &folder.join(name)).await.unwrap();
        assert_eq!(report.rows, rows.as_u64().unwrap(), "{name}");
        let text =
            |key: &str| facts.get(key).and_then(Value::as_str).map(|t| t[..10.min(t.len())].to_owned());
        let day = text("score_date").or(text("dateReleased"));
        assert_eq!(report.date.map(|d| d.to_string()), day, "{name}");
        let version = facts.get("model_version").or(facts.get("catalogVersion")).and_then(Value::as_str);
        assert_eq!(report.model_version.as_deref(), version, "{name}");
        if feed == Feed::Kev {
            assert_eq!(bench.count("triage.kev").await as u64, report.rows);
            let ransomware = facts["ransomware_Known"].as_i64().unwrap();
            assert_eq!(bench.count("triage.kev where ransomware").await, ransomware);
        }
        seen += 1;
    }
    assert_eq!(seen, 5);
    // The scores themselves, summed up, as they stand in the largest file.
    let facts = &expected["epss_kev/SYNTHETIC_epss_scores-2026-01-15.csv.gz"];
    bench.run("truncate triage.epss_data").await;
    bench.take(Feed::Epss, &folder.join("epss_kev/SYNTHETIC_epss_scores-2026-01-15.csv.gz")).await.unwrap();
    let sums = bench
        .rows(
            "select count(*) as n, round(sum(probability)::numeric, 5) as sum, max(probability) as max, min(probability) as min
             from triage.epss_data",
        )
        .await;
    let wanted = json!([{"n": facts["distinct_cve"], "sum": facts["sum_epss"], "max": facts["max_epss"], "min": facts["min_epss"]}]);
    assert_eq!(sums, wanted);
}

#[tokio::test]
async fn an_edition_is_one_entry_and_the_same_again_changes_nothing() {
    let bench = bench().await;
    let first = bench.epss("2026-01-15", &[("CVE-2024-1111", 0.1), ("CVE-2024-2222", 0.2)]).await;
    assert_eq!((first.rows, first.changed, first.rescored, first.older_than), (2, 2, 0, None));
    let before = bench.rows("select xmin::text, ctid::text, cve_id from triage.epss_data").await;
    let again = bench.epss("2026-01-15", &[("CVE-2024-1111", 0.1), ("CVE-2024-2222", 0.2)]).await;
    assert_eq!((again.changed, again.sha256), (0, first.sha256.clone()));
    assert_eq!(bench.rows("select xmin::text, ctid::text, cve_id from triage.epss_data").await, before);
    let third = bench.epss("2026-01-16", &[("CVE-2024-1111", 0.3), ("CVE-2024-3333", 0.4)]).await;
    assert_eq!(third.changed, 2);
    // Who left the file keeps what was known of them.
    assert_eq!(
        bench.rows("select cve_id, probability from triage.epss_data order by 1").await,
        json!([{"cve_id": "CVE-2024-1111", "probability": 0.3}, {"cve_id": "CVE-2024-2222", "probability": 0.2},
               {"cve_id": "CVE-2024-3333", "probability": 0.4}])
    );
    let entries = bench.rows("select category, event_type, payload - 'idempotency_key' as payload from audit.audit_trail_entries order by seq").await;
    assert_eq!(entries.as_array().unwrap().len(), 3);
    assert_eq!(
        entries[0],
        json!({"category": "finding_triage", "event_type": "epss_imported", "payload": {
            "file": "feed", "sha256": first.sha256, "rows": 2, "date": "2026-01-15", "model_version": "v1",
            "changed": 2, "rescored": 0}})
    );
    let stands = standing(&bench.database.db(), Feed::Epss).await.unwrap().unwrap();
    assert_eq!((stands.edition_date.unwrap().to_string().as_str(), stands.row_count), ("2026-01-16", 2));
    assert_eq!(standing(&bench.database.db(), Feed::Kev).await.unwrap(), None);
    assert_eq!(
        bench.rows("select distinct imported_by from triage.threat_editions").await,
        json!([{"imported_by": "tester"}])
    );
}

#[tokio::test]
async fn an_older_edition_is_taken_and_said() {
    let bench = bench().await;
    bench.epss("2026-01-15", &[("CVE-2024-1111", 0.1)]).await;
    let older = bench.epss("2026-01-14", &[("CVE-2024-1111", 0.2)]).await;
    assert_eq!((older.older_than.unwrap().to_string().as_str(), older.changed), ("2026-01-15", 1));
    let undated = bench.take_text(Feed::Epss, "cve,epss,percentile\nCVE-2024-1111,0.3,1\n").await.unwrap();
    assert_eq!((undated.date, undated.older_than), (None, None));
}

#[tokio::test]
async fn a_catalogue_takes_the_place_of_the_one_before() {
    let bench = bench().await;
    assert_eq!(bench.kev(&[("CVE-2024-1111", "Known"), ("CVE-2024-2222", "Unknown")]).await.changed, 2);
    assert_eq!(bench.kev(&[("CVE-2024-1111", "Known"), ("CVE-2024-2222", "Unknown")]).await.changed, 0);
    // One is new, one is gone, one is another.
    assert_eq!(bench.kev(&[("CVE-2024-1111", "Unknown"), ("CVE-2024-3333", "Unknown")]).await.changed, 3);
    assert_eq!(
        bench.rows("select cve_id, ransomware, product from triage.kev order by 1").await,
        json!([{"cve_id": "CVE-2024-1111", "ransomware": false, "product": "thing"},
               {"cve_id": "CVE-2024-3333", "ransomware": false, "product": "thing"}])
    );
}

#[tokio::test]
async fn risks_follow_and_versions_stay() {
    let bench = bench().await;
    bench.findings(&["", "CVE-2024-1111", "CVE-2024-1111,CVE-2024-2222", "CVE-2024-9999"]).await;
    let unknown = 37.5;
    assert_eq!(bench.risks().await, [unknown; 4]);
    let report = bench.epss("2026-01-15", &[("CVE-2024-1111", 0.1), ("CVE-2024-2222", 0.8)]).await;
    assert_eq!(report.rescored, 2);
    // .1 × .75, the riskiest of two, and one of which nothing is known.
    assert_eq!(bench.risks().await, [unknown, 7.5, 60.0, unknown]);
    assert_eq!(bench.kev(&[("CVE-2024-1111", "Known"), ("CVE-2024-9999", "Unknown")]).await.rescored, 3);
    assert_eq!(bench.risks().await, [unknown, 82.5, 82.5, 78.8]);
    assert_eq!(bench.kev(&[("CVE-2024-9999", "Unknown")]).await.rescored, 2);
    assert_eq!(bench.risks().await, [unknown, 7.5, 60.0, 78.8]);
    assert_eq!(bench.epss("2026-01-15", &[("CVE-2024-1111", 0.1), ("CVE-2024-2222", 0.8)]).await.rescored, 0);
    assert_eq!(bench.count("triage.findings where version <> 1").await, 0);
    // Both ways of computing agree, and with what a new row is given.
    let differ = "triage.findings where risk <> triage.risk(severity_rank, cve_ids, red_team_success, ai_verdict, ai_confidence)";
    assert_eq!(bench.count(differ).await, 0);
}

#[tokio::test]
async fn what_is_unknown_stays_unknown() {
    let bench = bench().await;
    let threat = "select cve_id, epss, kev, ransomware from triage.cve_threat order by 1";
    bench.epss("2026-01-15", &[("CVE-2024-1111", 0.0)]).await;
    assert_eq!(
        bench.rows(threat).await,
        json!([{"cve_id": "CVE-2024-1111", "epss": 0, "kev": null, "ransomware": null}])
    );
    bench.kev(&[("CVE-2024-3333", "Known")]).await;
    bench.run("insert into triage.epss_data values ('CVE-2024-4444', 'NaN', null), ('CVE-2024-5555', null, null),
               ('CVE-2024-6666', 7, 1)").await;
    assert_eq!(
        bench.rows(threat).await,
        json!([{"cve_id": "CVE-2024-1111", "epss": 0, "kev": false, "ransomware": null},
               {"cve_id": "CVE-2024-3333", "epss": null, "kev": true, "ransomware": true},
               {"cve_id": "CVE-2024-4444", "epss": null, "kev": false, "ransomware": null},
               {"cve_id": "CVE-2024-5555", "epss": null, "kev": false, "ransomware": null},
               {"cve_id": "CVE-2024-6666", "epss": 1, "kev": false, "ransomware": null}])
    );
}

#[tokio::test]
async fn one_cve_is_looked_up_by_its_indexes() {
    let bench = bench().await;
    bench.run("insert into triage.epss_data select 'CVE-2020-' || 1000 + i, 0.5, 0.5 from generate_series(1, 20000) i; analyze triage.epss_data").await;
    bench.kev(&[("CVE-2020-1001", "Known")]).await;
    let lookups = [
        "select * from triage.cve_threat where cve_id = 'CVE-2020-1001'",
        "select t.* from (values (array['CVE-2020-1001', 'CVE-2020-1002'])) f (cve_ids)
         cross join lateral (select max(c.epss) from triage.cve_threat c where c.cve_id = any(f.cve_ids)) t",
    ];
    for lookup in lookups {
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("explain {lookup}")))
            .fetch_all(&mut bench.database.superuser().await)
            .await
            .unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains("epss_data_pkey") && !plan.contains("Seq Scan on epss_data"), "{plan}");
    }
}

#[tokio::test]
async fn what_is_broken_writes_nothing() {
    let bench = bench().await;
    bench.epss("2026-01-15", &[("CVE-2024-1111", 0.1)]).await;
    bench.kev(&[("CVE-2024-1111", "Known")]).await;
    let snapshot = "select (select jsonb_agg(e) from triage.epss_data e) as epss, (select jsonb_agg(k) from triage.kev k) as kev,
                    (select count(*) from audit.audit_trail_entries) as entries, (select count(*) from triage.threat_editions) as editions";
    let before = bench.rows(snapshot).await;
    let mut long = "cve,epss,percentile\n".to_owned();
    for i in 0..50_000 {
        long += &format!("CVE-2024-{},0.00{},0.{}\n", 10_000 + i, i % 977, i % 991);
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(long.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let late = format!("{long}CVE-2024-1,0,0\n");
    let twice = format!("{long}CVE-2024-10000,0,0\n");
    let broken: [(Feed, &[u8], &str); 12] = [
        (Feed::Epss, b"", "line 1"),
        (Feed::Epss, b"cve,epss,percentile\n", "ends after its header"),
        (Feed::Epss, b"<html>no</html>", "line 1"),
        (Feed::Epss, &[0x7f, b'E', b'L', b'F', 0, 1, 2, 3, 0xff], "line 1"),
        (Feed::Epss, &packed[..packed.len() / 2], "reading stopped"),
        (Feed::Epss, &packed[..packed.len() - 4], "reading stopped"),
        (Feed::Epss, late.as_bytes(), "line 50002"),
        (Feed::Epss, twice.as_bytes(), "line 50002: CVE-2024-10000 stands in the file twice"),
        (Feed::Epss, b"\x1f\x8b", "unexpected end of file"),
        (Feed::Kev, b"", "the file is empty"),
        (Feed::Kev, br#"{"vulnerabilities": [{"cveID": "CVE-2024-1"#, "EOF"),
        (Feed::Kev, b"cveID\nCVE-2024-2222\nnonsense\n", "line 3"),
    ];
    for (feed, bytes, word) in broken {
        let error = bench.take_text(feed, bytes).await.unwrap_err();
        let told = error.report().to_string();
        assert!(
            error.kind() == Kind::UnreadableInput && told.contains(word) && told.contains("try:"),
            "{told}"
        );
        assert_eq!(bench.rows(snapshot).await, before, "{told}");
    }
    // Whole, the same bytes are taken in, packed or not.
    let report = bench.take_text(Feed::Epss, &packed).await.unwrap();
    assert_eq!((report.rows, report.changed), (50_000, 50_000));
    assert_eq!(bench.take_text(Feed::Epss, &long).await.unwrap().changed, 0);
    let missing = bench.take(Feed::Kev, &bench.folder.path().join("nothing")).await.unwrap_err();
    assert_eq!(missing.kind(), Kind::UnreadableInput);
}

#[tokio::test]
async fn whoever_may_not_is_refused() {
    let bench = bench().await;
    let name = format!("{}_viewer", bench.database.options().get_database().unwrap());
    bench.run(&format!("create role {name} login in role attestor_viewer")).await;
    let db = attestor::db::Db::lazy(bench.database.options_as(&name), attestor::db::Access::ReadWrite);
    let path = bench.folder.path().join("epss.csv");
    std::fs::write(&path, "cve,epss,percentile\nCVE-2024-1111,0.5,0.5\n").unwrap();
    let error = import_epss(&db, Input::named(&path), &JobContext::unattended()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    assert_eq!(bench.count("triage.epss_data").await, 0);
}
