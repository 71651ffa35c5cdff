//! `attestor audit verify`.

use crate::audit::jobs::{Request, verify};
use crate::audit::verify::report::Report;
use crate::audit::verify::verdict::Break;
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::{Error, Result};
use crate::jobs::JobContext;
use crate::text::visible;
use std::io::{self, Write};
use std::num::NonZeroUsize;

/// How it is verified.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many connections read at once; by default as many as this machine has processors.
    #[arg(long, value_name = "N")]
    pub workers: Option<NonZeroUsize>,
}

/// Verifies; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    let request = Request { workers: options.workers, ..Request::default() };
    let report = verify(&session.db, &request, &JobContext::unattended()).await?;
    let mut out = io::stdout().lock();
    match global.format() {
        Format::Json => {
            writeln!(out, "{}", serde_json::to_string(&report).map_err(io::Error::other)?)?;
        }
        _ => tell(&report, &mut out)?,
    }
    out.flush().map_err(Error::from)?;
    Ok(report.verdict().exit_status())
}

/// Tells a person what it came to.
fn tell(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}  {} entries", report.verdict(), report.entries)?;
    for found in &report.breaks {
        writeln!(out, "  {}", visible(&line(found)))?;
    }
    Ok(())
}

fn line(found: &Break) -> String {
    let place = match (found.seq, found.range) {
        (Some(seq), _) => format!("#{seq}"),
        (None, Some((from, to))) => format!("#{from} to #{to}"),
        (None, None) => "the table".to_owned(),
    };
    format!("{place}  {}  {}", found.kind.word(), found.why)
}
