//! `attestor runs show`.

use super::list::{counts, since};
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::{Error, Kind, Result};
use crate::ids::RunId;
use crate::operations::acknowledge::Acknowledgement;
use crate::operations::check::Check;
use crate::operations::report::VerificationReport;
use crate::operations::store::one::{Detail, Told, detail};
use crate::text::counted;
use chrono::{DateTime, Utc};
use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

/// Shows a run, as text or as one JSON object.
pub(super) async fn show(id: RunId, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    let found = detail(&session.db, id).await?;
    let Some(detail) = found else {
        return Err(Error::new(Kind::NotFound, format!("there is no run {id}")).hint("attestor runs list"));
    };
    let mut text = String::new();
    match global.format() {
        Format::Json => {
            text = serde_json::to_string(&detail).map_err(std::io::Error::other)?;
            text.push('\n');
        }
        // Writing into a string cannot fail.
        Format::Table | Format::Csv | Format::Plain => drop(write_text(&mut text, &detail)),
    }
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(0)
}

fn write_text(out: &mut String, detail: &Detail) -> fmt::Result {
    let run = &detail.run;
    let about = run.about.as_ref().map(|about| about.one_line().into_owned()).unwrap_or_default();
    writeln!(out, "{}", format!("run {} {} {about}", run.id, run.flow.one_line()).trim_end())?;
    row(out, "standing", run.standing())?;
    if run.lost {
        row(out, "", "its lease is past: its process is gone; who asks for the same again completes it")?;
    }
    let by = run.user_id.as_ref().unwrap_or(&run.started_by);
    let began = time(run.started_at.unwrap_or(run.created_at));
    row(out, "started", format_args!("{began} by {}", by.one_line()))?;
    if let Some(at) = run.completed_at {
        row(out, "completed", time(at))?;
    }
    if let Some(reached) = run.progress.as_ref().filter(|_| run.is_active()) {
        let total = reached.total.map(|total| format!(" of {total}")).unwrap_or_default();
        row(out, "so far", format_args!("{} {}{total}", reached.step.one_line(), reached.done))?;
    }
    for (name, value) in &detail.inputs {
        row(out, &name.one_line(), value.one_line())?;
    }
    if !run.summary_counts.is_empty() {
        row(out, "counts", counts(run))?;
    }
    if let Some(failure) = &run.failure {
        row(out, "failure", failure.one_line())?;
    }
    match &detail.report {
        None => Ok(()),
        Some(Told::Broken { broken }) => writeln!(out, "\n{broken}"),
        Some(Told::Report(report)) => write_report(out, report, detail),
    }
}

fn write_report(out: &mut String, report: &VerificationReport, detail: &Detail) -> fmt::Result {
    let summary = report.summary;
    let compared = detail.run.since.map(|s| format!(", {}", since(s))).unwrap_or_default();
    let c = summary.counts;
    writeln!(
        out,
        "\nreport {}{compared}: {}, {} fail, {} warn, {} running, {} skip, {} pass",
        summary.overall.word(),
        counted(c.total, "check"),
        c.fail,
        c.warn,
        c.running,
        c.skip,
        c.pass
    )?;
    for check in &report.checks {
        let seen = detail.acknowledgements.iter().find(|seen| *seen.check_key == *check.key);
        write_check(out, check, seen)?;
    }
    Ok(())
}

fn write_check(out: &mut String, check: &Check, seen: Option<&Acknowledgement>) -> fmt::Result {
    let blocking = if check.blocks() { ", blocking" } else { "" };
    let (status, severity) = (check.status.word(), check.severity.word());
    writeln!(
        out,
        "\n{status:<8}{} ({}, {severity}{blocking}, {})",
        check.title.one_line(),
        check.key,
        check.reason_code
    )?;
    for line in check.message.lines() {
        writeln!(out, "        {line}")?;
    }
    for evidence in &check.evidence {
        let value = evidence.value.to_string();
        writeln!(out, "        {}: {}", evidence.kind.one_line(), value.replace(['\n', '\t'], " "))?;
    }
    for step in &check.next_steps {
        writeln!(out, "        next: {} {}", step.label.one_line(), step.url.one_line())?;
    }
    if let Some(seen) = seen {
        let until = match seen.expires_at {
            Some(at) if seen.expired => format!(", until {}: past", time(at)),
            Some(at) => format!(", until {}", time(at)),
            None => String::new(),
        };
        let (actor, reason) = (seen.actor.one_line(), seen.reason.one_line());
        writeln!(out, "        acknowledged by {actor} on {}{until}: {reason}", time(seen.at))?;
    }
    Ok(())
}

fn row(out: &mut String, name: &str, value: impl Display) -> fmt::Result {
    writeln!(out, "{name:<12}{value}")
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
