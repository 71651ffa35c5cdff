//! A scan and an edition that are taken in at once: whoever is first, the risk is that of the new edition.

use super::intake::{Bench, bench};
use attestor::error::Error;
use attestor::jobs::JobContext;
use attestor::triage::import::{ImportOptions, ImportReport};
use attestor::triage::jobs::{Input, import_epss, import_kev, import_sarif};
use attestor::triage::threat::ThreatReport;
use std::path::PathBuf;
use tokio::task::JoinHandle;

const CVE: &str = "CVE-2024-1111";

/// Intakes that go on in the background, and somebody who holds the end of the chain, so that none of them
/// commits before it is let.
struct Turns {
    bench: Bench,
    holder: sqlx::PgConnection,
    /// Within a transaction the activity of others would stand still.
    watcher: sqlx::PgConnection,
}

impl Turns {
    async fn new() -> Self {
        let bench = bench().await;
        bench.epss("2026-01-15", &[(CVE, 0.1)]).await;
        let mut holder = bench.database.superuser().await;
        sqlx::raw_sql("begin; lock table audit.chain_lock in exclusive mode")
            .execute(&mut holder)
            .await
            .unwrap();
        let watcher = bench.database.superuser().await;
        Turns { bench, holder, watcher }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.bench.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn scan(&self) -> JoinHandle<Result<ImportReport, Error>> {
        let log = format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "scanner"}}}}, "results": [
                {{"ruleId": "{CVE}", "level": "error", "message": {{"text": "old"}}}}]}}]}}"#
        );
        let (db, path) = (self.bench.database.db(), self.file("scan.sarif", &log));
        tokio::spawn(async move {
            let options = ImportOptions { repo: Some("acme/api".to_owned()), ..ImportOptions::default() };
            import_sarif(&db, Input::named(&path), &options, &JobContext::unattended()).await
        })
    }

    fn epss(&self) -> JoinHandle<Result<ThreatReport, Error>> {
        let path = self.file("epss.csv", &format!("cve,epss,percentile\n{CVE},0.9,0.5\n"));
        let db = self.bench.database.db();
        tokio::spawn(async move { import_epss(&db, Input::named(&path), &JobContext::unattended()).await })
    }

    fn kev(&self) -> JoinHandle<Result<ThreatReport, Error>> {
        let path = self.file("kev.csv", &format!("cveID,knownRansomwareCampaignUse\n{CVE},Known\n"));
        let db = self.bench.database.db();
        tokio::spawn(async move { import_kev(&db, Input::named(&path), &JobContext::unattended()).await })
    }

    /// Waits until so many intakes wait for somebody.
    async fn waiting(&mut self, count: i64) {
        let sql = "select count(*) from pg_stat_activity
                   where datname = current_database() and application_name = 'attestor' and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut self.watcher).await.unwrap() < count {
            tokio::task::yield_now().await;
        }
    }

    async fn go(mut self) -> Bench {
        sqlx::raw_sql("rollback").execute(&mut self.holder).await.unwrap();
        self.bench
    }
}

#[tokio::test]
async fn a_scan_that_commits_after_an_edition_began_has_its_scores() {
    let mut turns = Turns::new().await;
    let scan = turns.scan();
    turns.waiting(1).await;
    let epss = turns.epss();
    turns.waiting(2).await;
    let bench = turns.go().await;
    assert_eq!(scan.await.unwrap().unwrap().inserted, 1);
    assert_eq!(epss.await.unwrap().unwrap().rescored, 1);
    assert_eq!(bench.risks().await, [67.5]);
}

#[tokio::test]
async fn a_scan_that_begins_under_an_edition_is_scored_with_it() {
    let mut turns = Turns::new().await;
    let epss = turns.epss();
    turns.waiting(1).await;
    let scan = turns.scan();
    turns.waiting(2).await;
    let bench = turns.go().await;
    epss.await.unwrap().unwrap();
    scan.await.unwrap().unwrap();
    assert_eq!(bench.risks().await, [67.5]);
}

#[tokio::test]
async fn two_feeds_at_once_both_count() {
    for kev_first in [true, false] {
        let mut turns = Turns::new().await;
        turns.bench.findings(&[CVE]).await;
        let (kev, epss);
        if kev_first {
            kev = turns.kev();
            turns.waiting(1).await;
            epss = turns.epss();
        } else {
            epss = turns.epss();
            turns.waiting(1).await;
            kev = turns.kev();
        }
        turns.waiting(2).await;
        let bench = turns.go().await;
        kev.await.unwrap().unwrap();
        epss.await.unwrap().unwrap();
        // Known to be exploited, by ransomware: 1 × .75 × 1.1.
        assert_eq!(bench.risks().await, [82.5], "kev first: {kev_first}");
        bench.kev(&[("CVE-2020-0001", "Unknown")]).await;
        assert_eq!(bench.risks().await, [67.5], "the newest score stands: {kev_first}");
    }
}
