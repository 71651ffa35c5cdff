//! What is told of observed repositories.

use super::say;
use crate::cli::output::Tabular;
use crate::drift::jobs::ObservedReport;
use crate::error::Result;
use crate::text::counted;

pub(super) fn tell(report: &ObservedReport) -> Result<()> {
    let mut line = format!(
        "{}: {} observed: {} in sync, {} drift ({} critical), {} unknown",
        report.file,
        counted(report.repos, "repository"),
        report.in_sync,
        report.drifted,
        report.critical,
        report.unknown
    );
    if report.outdated > 0 {
        line.push_str(&format!(
            "; {} left out, newer ones stand",
            counted(report.outdated, "older observation")
        ));
    }
    say(&[line])
}

impl Tabular for ObservedReport {
    const COLUMNS: &'static [&'static str] =
        &["file", "repos", "in_sync", "drifted", "critical", "unknown", "outdated", "sha256"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.file.clone(),
            self.repos.to_string(),
            self.in_sync.to_string(),
            self.drifted.to_string(),
            self.critical.to_string(),
            self.unknown.to_string(),
            self.outdated.to_string(),
            self.sha256.clone(),
        ]
    }
}
