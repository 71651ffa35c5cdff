//! What a person or a program is told of a run of the reconciler.

use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::drift::reconcile::{RepoOutcome, RepoReport, Report};
use crate::error::{Error, Result};
use crate::text::SafeText;
use std::io::{self, Write};

/// How many fields of a repository a line names.
const FIELDS_SHOWN_MAX: usize = 4;

/// What ends a command with status 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Any field that differs, and counts.
    Drift,
    /// A critical one.
    Critical,
}

/// Tells what a run came to; the result is the exit status.
pub(super) fn tell(
    report: &Report,
    fail_on: Option<FailOn>,
    signal: Option<u8>,
    global: &Global,
) -> Result<u8> {
    match global.format() {
        Format::Json => say(&serde_json::to_string(report).map_err(io::Error::other)?)?,
        Format::Table => say(&told(report))?,
        Format::Csv | Format::Plain => {
            let mut printer = Printer::new(io::stdout().lock(), global.format());
            for repo in &report.repositories {
                printer.row(repo)?;
            }
            printer.finish()?;
        }
    }
    let left = |repo: &RepoReport| match fail_on {
        None => false,
        Some(FailOn::Drift) => !repo.drift_fields.is_empty(),
        Some(FailOn::Critical) => repo.critical > 0,
    };
    Ok(match signal {
        _ if report.repositories.iter().any(left) => 3,
        Some(number) => 128 + number,
        None if report.is_incomplete() => 4,
        None => 0,
    })
}

fn say(text: &str) -> Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::from),
    }
}

fn told(report: &Report) -> String {
    let mut lines = Vec::new();
    for repo in report.repositories.iter().filter(|repo| repo.outcome != RepoOutcome::Synced) {
        let mut line = format!("{:9}  {}", repo.outcome.word(), repo.repo.one_line());
        if !repo.corrected.is_empty() {
            line += &format!("  put right: {}", fields(&repo.corrected));
        }
        if !repo.drift_fields.is_empty() {
            let critical =
                if repo.critical > 0 { format!(" ({} critical)", repo.critical) } else { String::new() };
            line += &format!("  differs{critical}: {}", fields(&repo.drift_fields));
        }
        if let Some(why) = &repo.message {
            line += &format!("  {}", why.one_line());
        }
        lines.push(line);
    }
    let c = report.counters;
    let mut notes = Vec::new();
    if report.resumed {
        notes.push("it went on with a run whose process was killed".to_owned());
    }
    if report.applied_before > 0 {
        notes.push(format!("{} of the plan were corrected before", report.applied_before));
    }
    if report.cancelled {
        notes.push("it was cancelled; what is told was done".to_owned());
    }
    lines.extend(notes.into_iter().map(|note| format!("note: {note}")));
    lines.push(format!(
        "run {}, {}: {} checked = {} synced + {} drifted + {} failed; {} corrected; {} requests",
        report.run_id,
        report.mode.word(),
        c.checked,
        c.synced,
        c.drifted,
        c.failed,
        c.corrected,
        report.requests,
    ));
    lines.join("\n")
}

fn fields(fields: &[SafeText]) -> String {
    let mut shown: Vec<String> =
        fields.iter().take(FIELDS_SHOWN_MAX).map(|field| field.one_line().into_owned()).collect();
    if fields.len() > FIELDS_SHOWN_MAX {
        shown.push(format!("{} more", fields.len() - FIELDS_SHOWN_MAX));
    }
    shown.join(", ")
}

impl Tabular for RepoReport {
    const COLUMNS: &'static [&'static str] =
        &["repo", "outcome", "drift_fields", "critical", "corrected", "message", "mode"];

    fn cells(&self) -> Vec<String> {
        let texts = |texts: &[SafeText]| {
            texts.iter().map(|text| text.one_line().into_owned()).collect::<Vec<_>>().join(" ")
        };
        vec![
            self.repo.one_line().into_owned(),
            self.outcome.word().to_owned(),
            texts(&self.drift_fields),
            self.critical.to_string(),
            texts(&self.corrected),
            self.message.as_ref().map(|text| text.one_line().into_owned()).unwrap_or_default(),
            self.mode.word().to_owned(),
        ]
    }
}
