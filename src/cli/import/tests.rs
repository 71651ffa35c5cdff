//! What a person is told of test results that were taken in.

use super::{DEVIATIONS_SHOWN_MAX, say};
use crate::cli::output::Tabular;
use crate::error::Result;
use crate::flaky::import::JunitReport;
use crate::text::counted;

/// Tells what a file came to.
pub(super) fn tell(report: &JunitReport) -> Result<()> {
    let file = &report.file;
    let mut lines = Vec::new();
    if report.already_imported {
        lines.push(format!("{file}: already imported for run {}; nothing was written", report.run_key));
    } else {
        lines.push(format!(
            "{file}: {} in {}: {} passed, {} failed, {} skipped; {}, {} flaky",
            counted(report.tests, "test"),
            report.repo,
            report.passed,
            report.failed,
            report.skipped,
            counted(report.attempts, "attempt"),
            report.flaky,
        ));
    }
    if report.outage {
        let (tests, failed) = report.of_run;
        lines.push(format!(
            "  outage: {failed} of the {tests} tests of run {} failed; it counts for none of them",
            report.run_key
        ));
    }
    lines.extend(report.notes.iter().map(|note| format!("  note: {note}")));
    let shown = report.deviations.iter().take(DEVIATIONS_SHOWN_MAX);
    lines.extend(shown.map(|deviation| format!("  deviates: {deviation}")));
    if report.deviations.len() > DEVIATIONS_SHOWN_MAX {
        let more = counted(report.deviations.len() - DEVIATIONS_SHOWN_MAX, "more line");
        lines.push(format!("  {more} of deviations; --json lists them"));
    }
    say(&lines)
}

/// Says beside rows for programs what a person should know.
pub(super) fn note(report: &JunitReport) {
    for note in &report.notes {
        eprintln!("{}: note: {note}", report.file);
    }
}

impl Tabular for JunitReport {
    const COLUMNS: &'static [&'static str] = &[
        "file",
        "suites",
        "tests",
        "passed",
        "failed",
        "skipped",
        "attempts",
        "flaky",
        "outage",
        "deviations",
    ];

    fn cells(&self) -> Vec<String> {
        let counts = self.counts().map(|(_, count)| count.to_string());
        let mut cells = vec![self.file.clone()];
        cells.extend(counts);
        cells.push(self.outage.to_string());
        cells.push(self.deviations.len().to_string());
        cells
    }
}
