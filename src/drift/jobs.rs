//! The long work of drift: the intake of observed repositories, plans, and runs of the reconciler.

mod apply;
mod look;
mod many;
mod plan;
mod reconcile;
mod record;

pub use plan::{Planning, make_plan};
pub use reconcile::{RECONCILIATION, reconcile};

use super::actions::write_observed;
use super::observed::{is_name, read_observed};
use crate::chain::entry::Category;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{EntrySeq, RunId};
use crate::jobs::JobContext;
use crate::operations::check::{Check, ReasonCode, Severity, Status};
use crate::operations::run::{Flow, Identity};
use crate::operations::start::{Asked, Finished, Started, bury, start};
use crate::text::visible;
use chrono::Utc;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use tokio::sync::oneshot;

/// The intake of observed repositories.
pub const OBSERVED: Flow = Flow {
    name: "import_observed",
    started: "import_observed.started",
    completed: "import_observed.completed",
    category: Category::Drift,
};

/// Largest file, unpacked.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// What a file of observed repositories came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObservedReport {
    /// The file.
    pub file: String,
    /// Repositories in it.
    pub repos: u64,
    /// Those of them that are in sync.
    pub in_sync: u64,
    /// Those that drift.
    pub drifted: u64,
    /// Of those, the ones with something critical.
    pub critical: u64,
    /// Those of which nobody can tell, or nothing is asked.
    pub unknown: u64,
    /// Those whose observation is older than the one that stands, and was left out.
    pub outdated: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// The entry in the chain.
    pub entry: Option<EntrySeq>,
    /// The run that says so.
    pub run_id: Option<RunId>,
}

/// Takes a file of observed repositories in: each is compared with what it should be, in one transaction with
/// one entry in the chain. `-` is standard input.
///
/// # Errors
/// [`Kind::UnreadableInput`] where the file cannot be read or understood, with the place; nothing is written
/// then.
pub async fn import_observed(
    db: &Db,
    file: PathBuf,
    repo: Option<&str>,
    job: &JobContext,
) -> Result<ObservedReport> {
    if let Some(repo) = repo.filter(|repo| !is_name(repo)) {
        let what = format!("--repo: \"{}\" is no name of a repository", visible(repo));
        return Err(Error::new(Kind::Usage, what).hint("owner/name, in at most 255 bytes"));
    }
    let label = visible(&file.to_string_lossy()).into_owned();
    job.report("reading", 0, None);
    let bytes = bytes(file, &label, job).await?;
    let sha256 = Sha256::digest(&bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    drop(bury(db, OBSERVED).await);
    let identity = Identity::of(OBSERVED).given("sha256", &sha256);
    let asked = Asked::new(identity).called(base_name(&label)).without_entries().recorded_or_not();
    let work = async |job: JobContext| take_in(db, &bytes, &label, &sha256, repo, &job).await.map(finished);
    match start(db, &asked, job, work).await? {
        Started::Done(done) => Ok(ObservedReport { run_id: done.record.ok(), ..done.value }),
        Started::Active(found) => {
            let what = format!("{label}: run {} takes this file in already", found.id);
            Err(Error::new(Kind::Conflict, what).hint("wait for it: attestor runs show"))
        }
    }
}

async fn take_in(
    db: &Db,
    bytes: &[u8],
    label: &str,
    sha256: &str,
    repo: Option<&str>,
    job: &JobContext,
) -> Result<ObservedReport> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        let place = super::mistake::Place::of(valid, valid.len());
        let what = format!("{label}:{}:{}: this is not UTF-8", place.line, place.column);
        Error::new(Kind::UnreadableInput, what).hint("save the file as UTF-8")
    })?;
    let observations = read_observed(text, repo, Utc::now()).map_err(|mistake| mistake.in_file(label))?;
    let written = write_observed(db, &observations, base_name(label), sha256, job).await?;
    let count = |in_sync| written.settled.iter().filter(|one| one.in_sync == in_sync).count() as u64;
    Ok(ObservedReport {
        file: label.to_owned(),
        repos: observations.len() as u64,
        in_sync: count(Some(true)),
        drifted: count(Some(false)),
        critical: written.settled.iter().filter(|one| one.critical() > 0).count() as u64,
        unknown: count(None),
        outdated: written.settled.iter().filter(|one| one.outdated).count() as u64,
        sha256: sha256.to_owned(),
        entry: Some(written.entry),
        run_id: None,
    })
}

fn finished(report: ObservedReport) -> Finished<ObservedReport> {
    let counts = [
        ("repos", report.repos),
        ("in_sync", report.in_sync),
        ("drifted", report.drifted),
        ("critical", report.critical),
        ("unknown", report.unknown),
        ("outdated", report.outdated),
    ];
    let taken_in =
        Check::pass("taken_in", "The file was taken in").evidence("sha256", report.sha256.as_str());
    let drift = if report.drifted == 0 {
        Check::pass("drift", "No repository of the file drifts")
    } else {
        let check = Check::new(
            "drift",
            "Repositories differ from what they should be",
            Status::Warn,
            ReasonCode::ext(OBSERVED.name, "drift"),
        );
        let severity = if report.critical > 0 { Severity::High } else { Severity::Medium };
        check.severity(severity).evidence("repositories", i64::try_from(report.drifted).unwrap_or(i64::MAX))
    };
    Finished::new(report).counts(counts).checks(vec![taken_in, drift])
}

fn base_name(label: &str) -> &str {
    label.rsplit('/').next().unwrap_or(label)
}

/// Reads a file whole, on a thread of its own, since nothing ends a wait for a pipe.
async fn bytes(path: PathBuf, label: &str, job: &JobContext) -> Result<Vec<u8>> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || drop(sender.send(unpacked(&path))));
    let read = tokio::select! {
        read = receiver => read.map_err(|e| Error::new(Kind::Failed, "reading stopped").because(e))?,
        () = job.cancellation().cancelled() => {
            return Err(Error::new(Kind::Incomplete, "cancelled; nothing of it was kept"));
        }
    };
    let bytes = read.map_err(|error| {
        Error::new(Kind::UnreadableInput, format!("{label}: {error}")).hint("look at the path").because(error)
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let what = format!("{label}: a file of observed repositories has at most 256 MiB");
        return Err(Error::new(Kind::UnreadableInput, what).hint("split it, a repository a line"));
    }
    Ok(bytes)
}

fn unpacked(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut raw: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path)?)
    };
    let mut bytes = Vec::new();
    raw.by_ref().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(FILE_BYTES_MAX + 1).read_to_end(&mut text)?;
    Ok(text)
}
