//! `attestor tests recompute`.

use super::RecomputeOptions;
use super::chosen::writable;
use super::told::say;
use crate::cli::Global;
use crate::cli::import::{Ending, Signals, attended};
use crate::cli::output::Format;
use crate::error::Result;
use crate::flaky::jobs::{How, Recompute, RecomputeReport, recompute as score};
use crate::jobs::Job;

/// Scores tests.
pub(super) async fn recompute(options: RecomputeOptions, global: &Global) -> Result<u8> {
    let how = if options.full { How::Full } else { How::Incremental };
    let asked = Recompute { repo: options.repo, how };
    let db = writable(global).await?.db;
    let mut signals = Signals::listen()?;
    let job = Job::start("scoring", move |job| async move { score(&db, &asked, &job).await });
    match attended(job, &mut signals).await {
        Ending::Signal(number) => Ok(128 + number),
        Ending::Done(Err(error)) => Err(error),
        Ending::Done(Ok(report)) => {
            match global.format() {
                Format::Json => say(&serde_json::to_string(&report).map_err(std::io::Error::other)?)?,
                _ => say(&words(&report))?,
            }
            Ok(0)
        }
    }
}

fn words(report: &RecomputeReport) -> String {
    let mut lines = Vec::new();
    for repo in &report.repos {
        let counted = match repo.counted {
            "all" => "all results",
            "new" => "new runs",
            _ => "tests with news",
        };
        lines.push(format!(
            "{}: {} scored by {counted}, {} new, {} changed: {} flaky, {} broken, {} to quarantine; entry {}",
            repo.repo.one_line(),
            crate::text::counted(repo.tests, "test"),
            repo.new,
            repo.changed,
            repo.flaky,
            repo.broken,
            repo.suggested,
            repo.entry
        ));
    }
    if report.repos.is_empty() {
        lines.push("nothing is new; nothing was written".to_owned());
    }
    lines.join("\n")
}
