//! What a person is told of feeds and metrics that were taken in.

use super::say;
use crate::cli::output::Tabular;
use crate::error::Result;
use crate::text::counted;
use crate::triage::jobs::MetricsReport;
use crate::triage::threat::ThreatReport;

/// Tells what an edition of EPSS or KEV came to.
pub(super) fn tell_threat(report: &ThreatReport) -> Result<()> {
    let date = report.date.map_or("no date".to_owned(), |date| date.to_string());
    let version = report.model_version.as_ref().map_or("no version".into(), |version| version.one_line());
    let mut lines = vec![format!(
        "{}: {} ({date}, {version}); {} changed, {} rescored",
        report.file,
        counted(report.rows, "CVE"),
        report.changed,
        counted(report.rescored, "finding"),
    )];
    if let Some(newer) = report.older_than {
        lines.push(format!("  note: an edition of {newer} stood before; this one is older"));
    }
    say(&lines)
}

/// Tells what a file of metrics came to.
pub(super) fn tell_metrics(report: &MetricsReport) -> Result<()> {
    say(&[format!("{}: {}, {} changed", report.file, counted(report.rows, "scan"), report.changed)])
}

impl Tabular for ThreatReport {
    const COLUMNS: &'static [&'static str] =
        &["file", "rows", "date", "model_version", "changed", "rescored"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.file.clone(),
            self.rows.to_string(),
            self.date.map(|date| date.to_string()).unwrap_or_default(),
            self.model_version.as_ref().map(|v| v.one_line().into_owned()).unwrap_or_default(),
            self.changed.to_string(),
            self.rescored.to_string(),
        ]
    }
}

impl Tabular for MetricsReport {
    const COLUMNS: &'static [&'static str] = &["file", "rows", "changed"];

    fn cells(&self) -> Vec<String> {
        vec![self.file.clone(), self.rows.to_string(), self.changed.to_string()]
    }
}
