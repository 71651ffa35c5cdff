//! `attestor import`.

mod feeds;
mod observed;
mod tests;

use super::Global;
use super::output::{Format, Printer, Tabular};
use crate::db::Db;
use crate::drift::jobs::import_observed;
use crate::error::{Error, Kind, Result};
use crate::flaky::import::JunitOptions;
use crate::flaky::jobs::import_junit;
use crate::jobs::{Job, JobContext, Progress};
use crate::text::counted;
use crate::triage::import::{ImportOptions, ImportReport};
use crate::triage::jobs::{Input, import_epss, import_kev, import_metrics, import_sarif};
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Longest list of deviations that people are shown; `--json` has them all.
const DEVIATIONS_SHOWN_MAX: usize = 5;

/// What can be taken in.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Take in SARIF files of scanners.
    ///
    /// Each file stands for itself: it is taken in whole, in one transaction with one entry in the audit
    /// chain, or not at all. Findings that earlier scans saw are recognised, and decisions on them stay.
    /// The same bytes for the same repository and commit again write nothing.
    Sarif(Sarif),
    /// Take in what tests came to: JUnit XML, as test runners write it.
    ///
    /// Each file is taken in whole, in one transaction with one entry in the audit chain, or not at all.
    /// Attempts are kept apart: retries within a file, the same test twice, and the same test in several
    /// files of one run. A run of which over 80 % of at least 10 tests failed is an outage: kept, said, and
    /// left out of every score. The same bytes for the same run again write nothing.
    Junit(Junit),
    /// Take in EPSS, the daily file of exploit predictions.
    ///
    /// It is the CSV of https://www.first.org/epss/data_stats. Risks of findings that name a CVE follow at
    /// once. A CVE that the file does not name keeps what was known of it. An older day than the one that
    /// stands is taken in too, and said.
    Epss(Files),
    /// Take in KEV, CISA's catalogue of vulnerabilities that are known to be exploited.
    ///
    /// It is the JSON or CSV of https://www.cisa.gov/known-exploited-vulnerabilities-catalog, and takes the
    /// place of the catalogue that stands. Risks of findings that name a CVE follow at once.
    Kev(Files),
    /// Take in metrics of builds, for finding those that are unlike the others.
    ///
    /// JSON Lines, one scan a line: {"scan_id" or "reference_id", "build_duration_seconds",
    /// "artifact_size_bytes", "num_changed_files"}. What a line does not measure stays as it is.
    Metrics(Files),
    /// Take in what was observed of repositories, to be held against policies.
    ///
    /// JSON: {"repo": "owner/name", "observed": {...}}, one document or many, in lists or lines. Beside it may
    /// stand "at", the time; "unreadable", [{"path", "reason"}]; "actors", logins by path. Each file is taken
    /// in whole, in one transaction with one entry in the audit chain, or not at all.
    Observed(Observed),
}

/// Which files of observed repositories.
#[derive(Debug, clap::Args)]
pub struct Observed {
    /// The files, packed by gzip or not; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The repository of a document that names none.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
}

/// Which files.
#[derive(Debug, clap::Args)]
pub struct Files {
    /// The files, packed by gzip or not; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Which files, and what they are scans of.
#[derive(Debug, clap::Args)]
pub struct Sarif {
    /// The files, packed by gzip or not; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The repository that was scanned: owner/name or its address. Without it the file says it, else its name
    /// stands for it.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
    /// The commit that was scanned.
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
    /// The branch that was scanned.
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// Where the repository lives: github, gitlab, …
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
}

/// Which files, and what they are results of.
#[derive(Debug, clap::Args)]
pub struct Junit {
    /// The files, packed by gzip or not; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The repository that was tested: owner/name or its address.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: String,
    /// The commit that was tested. Results of one commit are evidence together: a test that failed and
    /// then passed on the same commit is flaky.
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
    /// The branch that was tested.
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// Where the tests ran, such as linux-x86. Evidence of different places is never mixed.
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// What the CI system calls the run; its shards and reruns share it. Without it all files of a commit
    /// are one run, and without a commit each file is.
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// The workflow that the run belongs to.
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::Sarif(Sarif { files, repo, commit, branch, platform }) => {
            let options = ImportOptions { repo, commit, branch, platform };
            options.check()?;
            let take = |db, input, job| {
                let options = options.clone();
                async move { import_sarif(&db, input, &options, &job).await }
            };
            each(files, global, take, tell).await
        }
        Command::Junit(Junit { files, repo, commit, branch, environment, run, workflow }) => {
            let options = JunitOptions { repo, commit, branch, environment, run, workflow }.checked()?;
            let format = global.format();
            let take = |db, input, job| {
                let options = options.clone();
                async move {
                    let report = import_junit(&db, input, &options, &job).await?;
                    if format != Format::Table {
                        tests::note(&report);
                    }
                    Ok(report)
                }
            };
            each(files, global, take, tests::tell).await
        }
        Command::Epss(Files { files }) => {
            let take = |db, input, job| async move { import_epss(&db, input, &job).await };
            each(files, global, take, feeds::tell_threat).await
        }
        Command::Kev(Files { files }) => {
            let take = |db, input, job| async move { import_kev(&db, input, &job).await };
            each(files, global, take, feeds::tell_threat).await
        }
        Command::Observed(Observed { files, repo }) => {
            let take = |db, input, job| {
                let repo = repo.clone();
                async move {
                    let file = match input {
                        Input::File(path) => path,
                        Input::Stdin => PathBuf::from("-"),
                    };
                    import_observed(&db, file, repo.as_deref(), &job).await
                }
            };
            each(files, global, take, observed::tell).await
        }
        Command::Metrics(Files { files }) => {
            let take = |db, input, job| async move { import_metrics(&db, input, &job).await };
            each(files, global, take, feeds::tell_metrics).await
        }
    }
}

/// Takes each file in and reports on it; a file that cannot be read does not keep the others out.
async fn each<R, Fut>(
    files: Vec<PathBuf>,
    global: &Global,
    take: impl Fn(Db, Input, JobContext) -> Fut,
    tell: impl Fn(&R) -> Result<()>,
) -> Result<u8>
where
    R: Tabular + Send + 'static,
    Fut: Future<Output = Result<R>> + Send + 'static,
{
    let db = global.open().await?.db;
    let mut signals = Signals::listen()?;
    let mut printer = Printer::new(io::stdout(), global.format());
    let mut status = 0;
    for file in files {
        let input = Input::named(file);
        let db = db.clone();
        match attended(Job::start("import", |job| take(db, input, job)), &mut signals).await {
            Ending::Signal(number) => return Ok(128 + number),
            Ending::Done(Ok(report)) if global.format() == Format::Table => tell(&report)?,
            Ending::Done(Ok(report)) => printer.row(&*report)?,
            Ending::Done(Err(error)) if error.kind() == Kind::UnreadableInput => {
                eprintln!("{}", error.report());
                status = Kind::UnreadableInput.exit_status();
            }
            Ending::Done(Err(error)) => return Err(error),
        }
    }
    printer.finish()?;
    Ok(status)
}

/// The signals that end an import.
pub(in crate::cli) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(in crate::cli) fn listen() -> Result<Self> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }
}

/// How work in the foreground ended.
pub(in crate::cli) enum Ending<R> {
    Done(Result<Box<R>>),
    Signal(u8),
}

/// Waits for the job and shows how far it is; a signal cancels it and waits until it has stopped.
pub(in crate::cli) async fn attended<R: Send + 'static>(job: Job<R>, signals: &mut Signals) -> Ending<R> {
    let mut progress = job.progress();
    let token = job.cancellation();
    let shown = io::stderr().is_terminal();
    let finish = job.finish();
    tokio::pin!(finish);
    let mut signalled = None;
    let ending = loop {
        tokio::select! {
            done = &mut finish => break done,
            _ = signals.interrupt.recv() => signalled = Some(2),
            _ = signals.terminate.recv() => signalled = Some(15),
            Ok(()) = progress.changed(), if shown => draw(&progress.borrow_and_update().clone()),
        }
        if signalled.is_some() {
            token.cancel();
        }
    };
    if shown {
        eprint!("\r\x1b[K");
    }
    match signalled {
        // What was committed before the signal came through is told as done.
        Some(number) if ending.is_err() => Ending::Signal(number),
        _ => Ending::Done(ending.map(Box::new)),
    }
}

fn draw(progress: &Progress) {
    let done = match progress.total {
        Some(total) if total > 0 => format!(" {} %", progress.done.min(total) * 100 / total),
        _ => String::new(),
    };
    eprint!("\r\x1b[K{}{done}", progress.step);
    drop(io::stderr().flush());
}

/// Tells a person what a file came to.
fn tell(report: &ImportReport) -> Result<()> {
    let mut lines = Vec::new();
    let file = &report.file;
    if report.already_imported {
        lines.push(format!("{file}: already imported for {}; nothing was written", report.repo));
    } else {
        lines.push(format!(
            "{file}: {} in {}: {} new, {} unchanged, {} moved, {} came back, {} gone; {} suppressed",
            counted(report.results, "result"),
            report.repo,
            report.inserted,
            report.unchanged,
            report.moved,
            report.regressed,
            report.absent,
            report.suppressed,
        ));
    }
    lines.extend(report.notes.iter().map(|note| format!("  note: {note}")));
    let shown = report.deviations.iter().take(DEVIATIONS_SHOWN_MAX);
    lines.extend(shown.map(|deviation| format!("  deviates: {deviation}")));
    if report.deviations.len() > DEVIATIONS_SHOWN_MAX {
        lines.push(format!(
            "  {} of deviations; --json lists them",
            counted(report.deviations.len() - DEVIATIONS_SHOWN_MAX, "more line")
        ));
    }
    say(&lines)
}

/// Prints lines; whoever no longer reads them is no failure.
fn say(lines: &[String]) -> Result<()> {
    match writeln!(io::stdout(), "{}", lines.join("\n")) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::from),
    }
}

impl Tabular for ImportReport {
    const COLUMNS: &'static [&'static str] = &[
        "file",
        "runs",
        "results",
        "inserted",
        "unchanged",
        "moved",
        "regressed",
        "absent",
        "suppressed",
        "deviations",
        "scan_ids",
    ];

    fn cells(&self) -> Vec<String> {
        let scan_ids: Vec<String> = self.scan_ids.iter().map(ToString::to_string).collect();
        vec![
            self.file.clone(),
            self.runs.to_string(),
            self.results.to_string(),
            self.inserted.to_string(),
            self.unchanged.to_string(),
            self.moved.to_string(),
            self.regressed.to_string(),
            self.absent.to_string(),
            self.suppressed.to_string(),
            self.deviations.len().to_string(),
            scan_ids.join(" "),
        ]
    }
}
