//! The intake of SARIF on a real server.

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

#[tokio::test]
async fn real_files_are_taken_in_once() {
    let folder = Path::new("/work/shared/data");
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
