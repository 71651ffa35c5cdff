//! The intake of files as jobs: of scanners, of what is known of CVEs, of pipelines.

mod intake;
mod metrics;
mod threat;

pub use crate::intake::input::Input;
pub use metrics::{MetricsReport, import_metrics};
pub use threat::{import_epss, import_kev};

use super::checks;
use super::import::{ImportOptions, ImportReport, file_stem};
use super::sarif::survey::survey;
use super::store::intake as store;
use crate::chain::change::Change;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::intake::deviation::Deviations;
use crate::intake::input::{cancelled, in_background, open};
use crate::intake::recorded::{recorded, refused};
use crate::jobs::JobContext;
use crate::operations::run::{Identity, Outcome};
use crate::operations::start::Finished;
use intake::{Intake, counts};
use serde_json::{Map, Value};
use std::fs::File;
use std::sync::Arc;

/// Takes a SARIF file in: its results, who they are across scans, and one entry in the audit chain, in
/// one transaction. The same bytes for the same repository and commit again write nothing.
///
/// # Errors
/// [`Kind::UnreadableInput`] where the file cannot be read or understood; nothing is written then.
pub async fn import_sarif(
    db: &Db,
    input: Input,
    options: &ImportOptions,
    job: &JobContext,
) -> Result<ImportReport> {
    options.check()?;
    let label = input.label();
    let stem = file_stem(&input.file_name());
    let file = open(input, job).await?;
    let mut survey = match in_background(&label, &file, job, "reading", survey).await {
        Ok(survey) => survey,
        Err(error) => return Err(refused(db, checks::SARIF, &label, &file, error, job).await),
    };
    let deviations = std::mem::take(&mut survey.deviations);
    let intake = Intake::new(label, survey, options, &stem);
    if let Some(report) = intake.earlier(db, &deviations).await? {
        return Ok(report);
    }
    let identity = Identity::of(checks::SARIF)
        .about("repo", &intake.repo)
        .given("sha256", &intake.survey.sha256)
        .given("commit", &intake.commit);
    let work = async |job: JobContext| take_in(db, &intake, &file, &deviations, &job).await;
    let (mut report, run) = recorded(db, identity, &intake.name(), job, work, finished).await?;
    report.run_id = run.filter(|_| !report.already_imported);
    Ok(report)
}

/// What its run says of an import.
fn finished(report: ImportReport) -> Finished<ImportReport> {
    let counted = [
        ("results", report.results),
        ("inserted", report.inserted),
        ("unchanged", report.unchanged),
        ("moved", report.moved),
        ("regressed", report.regressed),
        ("absent", report.absent),
        ("suppressed", report.suppressed),
        ("left_out", report.left_out),
        ("deviations", report.deviations.len() as u64),
    ];
    let outcome = if report.left_out > 0 { Outcome::PartiallySucceeded } else { Outcome::Succeeded };
    let checks = checks::of_sarif(&report);
    Finished::new(report).outcome(outcome).counts(counted).checks(checks)
}

/// Stages, matches and keeps what a file holds, and commits it with its entry.
async fn take_in(
    db: &Db,
    intake: &Intake,
    file: &Arc<File>,
    deviations: &Deviations,
    job: &JobContext,
) -> Result<ImportReport> {
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    // Cancelled, the work is left where it stands: the change closes its connection, and the server
    // rolls back.
    let kept = tokio::select! {
        biased;
        () = job.cancellation().cancelled() => return Err(cancelled(job)),
        kept = keep(intake, &mut change, file, deviations.clone(), job) => kept?,
    };
    let Some((mut report, counts)) = kept else {
        // Somebody else took it in while we waited.
        drop(change);
        return intake.earlier(db, deviations).await?.ok_or_else(|| {
            Error::new(Kind::Incomplete, "another import of this file was under way").hint("import it again")
        });
    };
    let entry = intake.entry(&report, counts);
    job.report("committing", report.results, Some(report.results));
    match change.commit(entry).await {
        Ok(seq) => report.entry = Some(seq),
        // The answer was lost; whether the commit was is a question that the database can answer.
        Err(error) if error.kind() == Kind::NoDatabase => {
            if intake.earlier(db, &Deviations::default()).await.ok().flatten().is_none() {
                return Err(error);
            }
        }
        Err(error) => return Err(error),
    }
    Ok(report)
}

/// Everything up to the commit; none where somebody else took the file in first.
async fn keep(
    intake: &Intake,
    change: &mut Change,
    file: &Arc<File>,
    deviations: Deviations,
    job: &JobContext,
) -> Result<Option<(ImportReport, Map<String, Value>)>> {
    job.report("waiting for another import", 0, None);
    store::wait_for_turn(change, &intake.turns()).await?;
    let sha256 = &intake.survey.sha256;
    let import = store::begin_import(change, sha256, &intake.name(), &intake.repo, &intake.commit).await?;
    let Some(import) = import else { return Ok(None) };
    let (tally, deviations) = intake.stage(change, file, deviations, job).await?;
    let mut report = intake.keep(change, import, &tally, job).await?;
    report.deviations = deviations.into_lines();
    let counts = counts(&report);
    store::end_import(change, import, &Value::Object(counts.clone()), &report.deviations).await?;
    Ok(Some((report, counts)))
}
