//! How a verification is told: one JSON object for programs, a checklist for people.

use crate::audit::kept::{Readers, put, shown};
use crate::audit::verify::checklist::{checks, told};
use crate::audit::verify::report::{Report, Scope, Verdict};
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::{Error, Result};
use crate::ids::RunId;
use crate::operations::check::Status;
use crate::text::{counted, visible};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// The most breaks that people are shown; `--json` has more.
const BREAKS_SHOWN_MAX: usize = 20;

/// A verification that was made.
#[derive(Serialize)]
pub(super) struct Told {
    /// What it came to.
    #[serde(flatten)]
    pub report: Report,
    /// The run that says so.
    pub run: Option<RunId>,
}

/// Tells it, and writes it to `out`; the result is the exit status.
pub(super) fn tell(told: &Told, out: Option<&Path>, global: &Global) -> Result<u8> {
    let json = serde_json::to_string(told).map_err(io::Error::other)?;
    if let Some(path) = out {
        put(path, format!("{json}\n").as_bytes(), Readers::Owner)?;
        eprintln!("the report was written to {}", shown(path));
    }
    let mut stdout = io::stdout().lock();
    match global.format() {
        Format::Json => writeln!(stdout, "{json}")?,
        _ => print(&told.report, &mut stdout)?,
    }
    stdout.flush().map_err(Error::from)?;
    Ok(told.report.exit_status())
}

/// Tells a person.
fn print(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let verdict = report.verdict();
    writeln!(
        out,
        "{verdict}  {} in {:.1} s, {}",
        counted(report.entries, "entry"),
        seconds(report),
        report.profile
    )?;
    if let Some(chain) = &report.chain_id {
        writeln!(out, "  chain   {}", visible(chain))?;
    }
    if let Some(root) = report.root_text() {
        writeln!(out, "  root    {root}")?;
    }
    writeln!(out, "  anchor  {}", anchor(report))?;
    match verdict {
        Verdict::Empty => {
            writeln!(out, "  There is no entry. Nothing was verified; is this the right database?")?
        }
        Verdict::Unverifiable => writeln!(
            out,
            "  Links hold; history is not committed. {} can't be recomputed: the text is lost.",
            counted(report.unverifiable, "payload")
        )?,
        Verdict::Verified if report.profile != "attestor/v1" => {
            writeln!(out, "  Links hold; history is not committed: this profile hashes the payload alone.")?;
        }
        _ => {}
    }
    if let Some(why) = &report.stopped {
        writeln!(out, "  It stopped before its end: {}", visible(why))?;
    }
    if report.scope == Scope::Incremental {
        writeln!(out, "  Only what came after the checkpoint was read; earlier edits are not seen.")?;
    }
    if report.chain_id.is_some() {
        for check in checks(report) {
            let mark = match check.status {
                Status::Pass => "ok  ",
                Status::Fail => "FAIL",
                Status::Warn => "warn",
                Status::Skip => "--  ",
                Status::Running => "..  ",
            };
            let message = check.message.one_line();
            let more = if message.is_empty() { String::new() } else { format!(": {message}") };
            writeln!(out, "  {mark}  {}{more}", check.title.one_line())?;
        }
    }
    for found in report.breaks.iter().take(BREAKS_SHOWN_MAX) {
        writeln!(out, "  {}", visible(&told(found)))?;
    }
    let untold = report.breaks_count.saturating_sub(BREAKS_SHOWN_MAX as u64);
    if untold > 0 {
        writeln!(out, "  and {}; --json lists the first 1000", counted(untold, "more break"))?;
    }
    if let Some(reconciled) = &report.reconciled {
        for orphan in reconciled.first_orphans.iter().take(BREAKS_SHOWN_MAX) {
            writeln!(out, "  {} {}: {}", orphan.table, orphan.id, visible(&orphan.why))?;
        }
    }
    Ok(())
}

fn anchor(report: &Report) -> String {
    match &report.anchored {
        Some(anchored) => format!(
            "the first {}, by {} at {}; {} came after it",
            counted(anchored.size, "entry"),
            visible(&anchored.key),
            anchored.time.format("%Y-%m-%d %H:%M:%SZ"),
            anchored.tail
        ),
        None => "none is trusted: this proves nothing against a rewrite of the whole chain".to_owned(),
    }
}

fn seconds(report: &Report) -> f64 {
    report.duration_ms as f64 / 1_000.0
}
