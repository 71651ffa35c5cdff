//! Files that are taken in while one works; what they came to is told in a line.

use super::paths;
use crate::db::Db;
use crate::flaky::import::JunitReport;
use crate::flaky::jobs::import_junit;
use crate::jobs::Job;
use crate::text::counted;
use crate::triage::import::ImportReport;
use crate::triage::jobs::{Input, import_sarif};
use crate::ui::app::{Intake, JobDone};

/// Takes a file in.
pub(super) fn import(db: Db, intake: Intake) -> Job<JobDone> {
    Job::start("the import", move |context| async move {
        let input = Input::File(paths::expanded(&intake.path().to_string_lossy()));
        let told = match intake {
            Intake::Sarif(_, options) => findings(&import_sarif(&db, input, &options, &context).await?),
            Intake::Junit(_, options) => results(&import_junit(&db, input, &options, &context).await?),
        };
        Ok(JobDone::well(told))
    })
}

fn findings(report: &ImportReport) -> String {
    if report.already_imported {
        return format!("already imported for {}; nothing was written", report.repo);
    }
    let counts = [
        (report.inserted, "new"),
        (report.unchanged, "unchanged"),
        (report.moved, "moved"),
        (report.regressed, "came back"),
        (report.absent, "gone"),
        (report.left_out, "left out"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    match report.deviations.len() {
        0 => format!("{counts} in {}", report.repo),
        n => format!("{counts} in {}; breaks the standard in {}", report.repo, counted(n, "way")),
    }
}

fn results(report: &JunitReport) -> String {
    if report.already_imported {
        return format!("already imported for run {}; nothing was written", report.run_key);
    }
    let mut told = format!(
        "{} in {}: {} passed, {} failed, {} flaky",
        counted(report.tests, "test"),
        report.repo,
        report.passed,
        report.failed,
        report.flaky
    );
    if report.outage {
        told.push_str("; an outage, which counts for none of them");
    }
    if !report.deviations.is_empty() {
        told.push_str(&format!("; {} odd", counted(report.deviations.len(), "thing")));
    }
    told
}
