//! `attestor audit verify`.

use super::known::{Place, trust_folder};
use super::tell::line;
use crate::audit::jobs::{Request, verify};
use crate::audit::verify::report::Report;
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
    /// What it is held against.
    #[command(flatten)]
    pub place: Place,
}

/// Verifies; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    let known = options.place.known(&session.db, global).await?;
    let origin = options.place.origin(&global.settings()?.audit)?;
    let trusted = known.as_ref().map(|known| known.evidence.trusted()).unwrap_or_default();
    let request = Request { origin, trusted, workers: options.workers, ..Request::default() };
    let mut report = verify(&session.db, &request, &JobContext::unattended()).await?;
    if let Some(known) = &known {
        known.settle(&mut report);
        // The verdict stands, whether or not it can be remembered.
        if let Err(error) = trust_folder().and_then(|folder| known.pin(&report, &folder)) {
            eprintln!("{}", error.report());
            eprintln!("the checkpoint was not pinned");
        }
    }
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
