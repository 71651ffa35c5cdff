//! The intake of pipeline metrics.

use super::threat::{name, sha256, unreadable};
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::{DeedKey, EntrySeq, RunId};
use crate::intake::input::{Input, in_background_as, open};
use crate::intake::recorded::{hash, recorded};
use crate::intake::text::Meaning;
use crate::jobs::JobContext;
use crate::operations::run::Identity;
use crate::operations::start::Finished;
use crate::triage::checks;
use crate::triage::metrics::intake;
use crate::triage::store::metrics;
use serde::Serialize;
use serde_json::{Map, json};
use std::fs::File;
use std::sync::Arc;

/// What an intake of metrics came to. Serialised, it is one line of `import metrics --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricsReport {
    /// The file, as it was named.
    pub file: String,
    /// Scans in it.
    pub rows: u64,
    /// Scans whose metrics were added or changed.
    pub changed: u64,
    /// SHA-256 of the bytes of the file.
    pub sha256: String,
    /// The entry in the audit chain.
    pub entry: EntrySeq,
    /// The run that says how it went; none where nobody may record it.
    pub run_id: Option<RunId>,
}

/// Takes a file of pipeline metrics in, in one transaction with one entry.
///
/// # Errors
/// `UnreadableInput` where the file cannot be read or understood, `NotFound` where it names a scan that
/// does not exist; both with the line, and nothing is written then.
pub async fn import_metrics(db: &Db, input: Input, job: &JobContext) -> Result<MetricsReport> {
    let label = input.label();
    let file = open(input, job).await?;
    let identity = Identity::of(checks::METRICS).given("sha256", hash(&file, job).await?);
    let finished = |report: MetricsReport| {
        let counts = [("rows", report.rows), ("changed", report.changed)];
        let checks = checks::of_metrics(&report);
        Finished::new(report).counts(counts).checks(checks)
    };
    let work = async |job: JobContext| take_metrics(db, label.clone(), &file, &job).await;
    let (mut report, run) = recorded(db, identity, name(&label), job, work, finished).await?;
    report.run_id = run;
    Ok(report)
}

async fn take_metrics(db: &Db, label: String, file: &Arc<File>, job: &JobContext) -> Result<MetricsReport> {
    let (rows, sha256) = in_background_as(Meaning::Plain, &label, file, job, "reading", |mut text| {
        let rows = intake::read(&mut text.reader).map_err(unreadable)?;
        Ok((rows, sha256(text)?))
    })
    .await?;
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    let scans = metrics::scans(&mut change, &rows).await.map_err(|e| in_file(&label, e))?;
    let changed = metrics::keep(&mut change, &rows, &scans).await?;
    let mut payload = Map::new();
    payload.insert("file".into(), json!(name(&label)));
    payload.insert("sha256".into(), json!(sha256));
    payload.insert("rows".into(), json!(rows.len()));
    payload.insert("changed".into(), json!(changed));
    job.check_cancelled()?;
    let entry = change.commit(NewEntry::new(Category::FindingTriage, "metrics_imported", payload)).await?;
    Ok(MetricsReport { file: label, rows: rows.len() as u64, changed, sha256, entry, run_id: None })
}

/// The failure, with the file that it is in.
fn in_file(label: &str, error: Error) -> Error {
    let told = Error::new(error.kind(), format!("{label}: {error}"));
    match error.hint_text() {
        Some(hint) => told.hint(hint),
        None => told,
    }
}
