//! The imports as recorded runs.

use super::{Bench, bench, keeps_its_contract};
use attestor::error::{Error, Kind};
use attestor::ids::RunId;
use attestor::jobs::JobContext;
use attestor::operations::report::Overall;
use attestor::operations::store::one::{Detail, detail};
use attestor::triage::import::{ImportOptions, ImportReport};
use attestor::triage::jobs::{Input, import_epss, import_kev, import_metrics, import_sarif};
use serde_json::{Value, json};
use std::path::PathBuf;

struct Desk {
    bench: Bench,
    folder: tempfile::TempDir,
}

async fn desk() -> Desk {
    Desk { bench: bench().await, folder: tempfile::tempdir().unwrap() }
}

fn scan(level: &str) -> Value {
    json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scanner"}}, "results": [
        {"ruleId": "a", "level": level, "message": {"text": "m"}}]}]})
}

impl Desk {
    fn file(&self, name: &str, text: impl ToString) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text.to_string()).unwrap();
        path
    }

    async fn sarif(&self, name: &str, text: impl ToString) -> Result<ImportReport, Error> {
        let options = ImportOptions { repo: Some("acme/api".into()), ..ImportOptions::default() };
        let input = Input::named(self.file(name, text));
        import_sarif(&self.bench.db, input, &options, &JobContext::unattended()).await
    }

    async fn detail(&self, run: Option<RunId>) -> Detail {
        let run = run.unwrap();
        let stored = self
            .bench
            .text(&format!(
                "select context->>'verification_report' from operations.operation_runs where id = {run}"
            ))
            .await;
        keeps_its_contract(&serde_json::from_str(&stored).unwrap());
        detail(&self.bench.db, run).await.unwrap().unwrap()
    }

    /// Runs, and entries of the chain.
    async fn left(&self) -> String {
        self.bench
            .text("select concat_ws(' ', (select count(*) from operations.operation_runs), (select count(*) from audit.audit_trail_entries))")
            .await
    }
}

#[tokio::test]
async fn a_scan_is_a_run_that_tells_the_flaws_of_its_file() {
    let desk = desk().await;
    let clean = desk.sarif("clean.sarif", scan("error")).await.unwrap();
    let shown = desk.detail(clean.run_id).await;
    assert_eq!(shown.run.about.as_deref(), Some("clean.sarif"));
    assert_eq!((shown.run.standing(), shown.run.overall), ("succeeded", Some(Overall::Ready)));
    assert_eq!(shown.run.summary_counts["inserted"], 1);
    let inputs: Vec<String> = shown.inputs.iter().map(|(name, value)| format!("{name} {value}")).collect();
    assert!(inputs.contains(&"repo acme/api".to_owned()), "{inputs:?}");
    assert!(inputs.contains(&format!("sha256 {}", clean.sha256)), "{inputs:?}");

    let flawed = desk.sarif("flawed.sarif", scan("odd")).await.unwrap();
    assert_eq!(flawed.deviations.len(), 1);
    let shown = desk.detail(flawed.run_id).await;
    assert_eq!(shown.run.overall, Some(Overall::NeedsAttention));
    let check = &shown.report().unwrap().checks[0];
    assert_eq!(check.key, "deviation.runs_0_.results_0_.level");
    assert_eq!(check.evidence[0].value.to_string(), "runs[0].results[0].level");
    assert!(check.message.contains("odd"), "{}", check.message);
    // One entry a file, as ever: the run makes none beside it.
    assert_eq!(desk.left().await, "2 2");
}

#[tokio::test]
async fn the_same_bytes_again_write_nothing_at_all() {
    let desk = desk().await;
    desk.sarif("a.sarif", scan("error")).await.unwrap();
    let again = desk.sarif("b.sarif", scan("error")).await.unwrap();
    assert_eq!((again.already_imported, again.run_id), (true, None));
    assert_eq!(desk.left().await, "1 1");
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_leaves_a_failed_run_alone() {
    let desk = desk().await;
    let error = desk.sarif("broken.sarif", "{\"runs\": [\n1,]}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::UnreadableInput);
    assert!(error.hint_text().is_some());
    let run = desk.bench.text("select concat_ws(' ', type, status, outcome, failure_summary->>'kind', failure_summary->>'message') from operations.operation_runs").await;
    assert!(
        run.starts_with("import_sarif completed failed unreadable_input")
            && run.contains("not JSON, at line 2"),
        "{run}"
    );
    assert_eq!(desk.left().await, "1 0");
    let error =
        import_epss(&desk.bench.db, Input::named(desk.file("e.csv", "nonsense")), &JobContext::unattended())
            .await;
    assert_eq!(error.unwrap_err().kind(), Kind::UnreadableInput);
    assert_eq!(desk.left().await, "2 0");
    assert_eq!(
        desk.bench.text("select outcome from operations.operation_runs order by id desc limit 1").await,
        "failed"
    );
}

#[tokio::test]
async fn feeds_and_metrics_are_runs() {
    let desk = desk().await;
    let job = JobContext::unattended();
    let db = &desk.bench.db;
    let epss = |day: &str| {
        let text = format!(
            "#model_version:v1,score_date:{day}T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1111,0.5,0.5\n"
        );
        Input::named(desk.file("epss.csv", text))
    };
    let report = import_epss(db, epss("2026-01-15"), &job).await.unwrap();
    let shown = desk.detail(report.run_id).await;
    assert_eq!((shown.run.flow.as_str(), shown.run.overall), ("import_epss", Some(Overall::Ready)));
    let report = import_epss(db, epss("2026-01-14"), &job).await.unwrap();
    let shown = desk.detail(report.run_id).await;
    let check = &shown.report().unwrap().checks[0];
    assert_eq!(
        (check.key.as_str(), check.reason_code.to_string().as_str()),
        ("edition", "ext.import_epss.older_edition")
    );
    let kev = "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes\nCVE-2024-1111,v,p,n,2024-01-01,s,r,2024-02-01,Known,\n";
    let report = import_kev(db, Input::named(desk.file("kev.csv", kev)), &job).await.unwrap();
    assert_eq!(desk.detail(report.run_id).await.run.flow.as_str(), "import_kev");
    desk.sarif("a.sarif", scan("error")).await.unwrap();
    let metrics = Input::named(desk.file("m.jsonl", "{\"scan_id\": 1, \"num_changed_files\": 7}"));
    let report = import_metrics(db, metrics, &job).await.unwrap();
    let shown = desk.detail(report.run_id).await;
    assert_eq!((shown.run.flow.as_str(), shown.run.summary_counts["changed"]), ("import_metrics", 1));
    assert_eq!(desk.left().await, "5 5");
}

#[tokio::test]
async fn what_a_killed_import_left_is_buried_by_the_next() {
    let desk = desk().await;
    desk.bench
        .run(
            "insert into operations.operation_runs (type, status, outcome, run_identity_hash, lease_until, context)
             values ('import_sarif', 'running', 'pending', repeat('0', 64), now() - interval '1 s', '{\"entries\": false}'),
                    ('import_epss', 'running', 'pending', repeat('1', 64), now() - interval '1 s', '{\"entries\": false}')",
        )
        .await;
    desk.sarif("a.sarif", scan("error")).await.unwrap();
    let runs = desk.bench.text("select string_agg(concat_ws(' ', type, outcome), '; ' order by id) from operations.operation_runs").await;
    assert_eq!(runs, "import_sarif failed; import_epss pending; import_sarif succeeded");
}
