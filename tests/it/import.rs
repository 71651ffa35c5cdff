//! The intake of SARIF on a real server.

mod failures;
mod lifetime;
mod program;
mod roles;
mod scans;
mod since;

use crate::support::{TestDatabase, database};
use attestor::error::{Error, Kind};
use attestor::jobs::JobContext;
use attestor::triage::import::{ImportOptions, ImportReport};
use attestor::triage::jobs::{Input, import_sarif};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::path::{Path, PathBuf};

struct Bench {
    database: TestDatabase,
    folder: tempfile::TempDir,
}

async fn bench() -> Bench {
    Bench { database: database().await, folder: tempfile::tempdir().unwrap() }
}

impl Bench {
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn import(&self, path: &Path, options: &ImportOptions) -> Result<ImportReport, Error> {
        import_sarif(&self.database.db(), Input::named(path), options, &JobContext::unattended()).await
    }

    async fn take(&self, log: &Value) -> ImportReport {
        let path = self.file("scan.sarif", log.to_string());
        self.import(&path, &of("acme/api")).await.unwrap()
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    async fn one(&self, sql: &str) -> String {
        self.rows(sql).await.into_iter().next().unwrap_or_default()
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.database.superuser().await)
            .await
            .unwrap();
    }
}

fn of(repo: &str) -> ImportOptions {
    ImportOptions { repo: Some(repo.to_owned()), ..ImportOptions::default() }
}

/// A scan whose results are `rule:file:line` each.
fn scan(results: &str) -> Value {
    let result = |text: &str| {
        let [rule, file, line] = text.split(':').collect::<Vec<_>>()[..] else { panic!("{text}") };
        json!({"ruleId": rule, "message": {"text": rule}, "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": file}, "region": {"startLine": line.parse::<i32>().unwrap()}}}]})
    };
    let results: Vec<Value> = results.split_whitespace().map(result).collect();
    json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scanner"}}, "results": results}]})
}

/// `[new, unchanged, moved, regressed, absent]`
fn counts(report: &ImportReport) -> [u64; 5] {
    [report.inserted, report.unchanged, report.moved, report.regressed, report.absent]
}

/// All rows that an intake could leave.
const LEFT: &str = "select concat_ws(' ', (select count(*) from triage.imports), (select count(*) from triage.scans),
    (select count(*) from triage.findings), (select count(*) from triage.sightings), (select count(*) from audit.audit_trail_entries))";

#[tokio::test]
async fn real_files_are_taken_in_once() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let Ok(expected) = std::fs::read(folder.join("expected.json")) else {
        eprintln!("no real files here; not checked");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let bench = bench().await;
    let options = ImportOptions::default();
    let mut total = 0;
    for (name, expected) in
        expected.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("sarif/"))
    {
        let path = folder.join(name);
        let start = std::time::Instant::now();
        let first = bench.import(&path, &options).await;
        if expected.get("json_error").is_some() {
            assert_eq!(first.unwrap_err().kind(), Kind::UnreadableInput);
            continue;
        }
        let first = first.unwrap();
        println!("{name} {:?} {:?}", start.elapsed(), first.notes);
        assert_eq!(first.results, expected["results_total"], "{name}");
        assert_eq!(first.inserted, first.results, "{name}");
        total += first.inserted;
        let again = bench.import(&path, &options).await.unwrap();
        assert!(again.already_imported, "{name}");
        assert_eq!((again.inserted, &again.scan_ids), (0, &first.scan_ids), "{name}");
        assert_eq!((again.suppressed, &again.deviations), (first.suppressed, &first.deviations), "{name}");
    }
    assert_eq!(bench.one("select count(*)::text from triage.findings").await, total.to_string());
    assert_eq!(bench.one("select count(*)::text from triage.sightings").await, total.to_string());
}

#[tokio::test]
async fn the_entry_says_what_the_file_came_to() {
    let bench = bench().await;
    let mut log = scan("a:f:1 b:f:2");
    log["runs"][0]["results"][0]["suppressions"] = json!([{"kind": "inSource"}]);
    log["runs"][0]["results"][1]["level"] = json!("odd");
    log["runs"][0]["versionControlProvenance"] = json!([{"repositoryUri": "https://me:secret@github.com/acme/api.git", "revisionId": "4f2c91d", "branch": "main"}]);
    let path = bench.file("report.sarif", log.to_string());
    let report = bench.import(&path, &ImportOptions::default()).await.unwrap();
    assert_eq!((report.repo.as_str(), report.suppressed, report.deviations.len()), ("acme/api", 1, 1));
    let entry = bench
        .one(
            "select (to_jsonb(e) - 'payload' || jsonb_build_object('payload', e.payload))::text
                           from audit.audit_trail_entries e",
        )
        .await;
    assert!(!entry.contains("secret"));
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(entry["seq"], json!(report.entry));
    assert_eq!(
        (&entry["category"], &entry["event_type"]),
        (&json!("finding_triage"), &json!("scan_imported"))
    );
    assert_eq!((&entry["repo_full_name"], &entry["commit_sha"]), (&json!("acme/api"), &json!("4f2c91d")));
    let mut payload = entry["payload"].clone();
    assert!(payload.as_object_mut().unwrap().remove("idempotency_key").is_some());
    assert_eq!(
        payload,
        json!({
            "file": "report.sarif", "sha256": report.sha256, "repo": "acme/api", "runs": 1, "results": 2, "inserted": 2,
            "unchanged": 0, "moved": 0, "regressed": 0, "absent": 0, "suppressed": 1, "left_out": 0, "deviations": 1,
            "scans": 1, "scan_ids": report.scan_ids,
        })
    );
    assert_eq!(
        bench.one("select concat_ws(' ', project_name, commit_sha, branch, source_platform, repo_url, suppressed) from triage.scans").await,
        "acme/api 4f2c91d main github https://github.com/acme/api 1"
    );
    // The person's word holds before the file's; then it is another repository's scan.
    let options = ImportOptions {
        repo: Some("git@gitlab.org:x/y".into()),
        commit: Some("c0ffee".into()),
        branch: Some("dev".into()),
        platform: None,
    };
    let report = bench.import(&path, &options).await.unwrap();
    assert_eq!((report.repo.as_str(), report.inserted), ("x/y", 2));
    assert_eq!(
        bench.one("select concat_ws(' ', project_name, commit_sha, branch, source_platform, repo_url) from triage.scans order by id desc").await,
        "x/y c0ffee dev gitlab gitlab.org:x/y"
    );
    assert_eq!(bench.one("select count(*)::text from audit.audit_trail_entries").await, "2");
}

#[tokio::test]
async fn names_that_no_column_holds_are_refused() {
    let bench = bench().await;
    let path = bench.file("scan.sarif", scan("a:f:1").to_string());
    for repo in ["", " ", "a\nb", &"x".repeat(600)] {
        assert_eq!(bench.import(&path, &of(repo)).await.unwrap_err().kind(), Kind::Usage, "{repo:?}");
    }
}

#[test]
fn a_file_without_a_repository_lends_its_name() {
    use attestor::triage::import::file_stem;
    for (name, expected) in [
        ("a.sarif", "a"),
        ("dir/a.sarif.json.gz", "a"),
        ("gitleaks_7.5.0.sarif", "gitleaks_7.5.0"),
        ("A.SARIF", "A"),
        (".sarif", ".sarif"),
        ("", "file"),
        ("plain", "plain"),
        ("\u{1b}[31m.sarif", "␛[31m"),
    ] {
        assert_eq!(file_stem(name), expected, "{name}");
    }
}
