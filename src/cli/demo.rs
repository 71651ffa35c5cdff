//! `attestor demo`: the console on data that nobody can break.

use super::Global;
use super::local::{InstallArgs, lease};
use crate::config::Session;
use crate::db::local::{Cluster, InUse, Lease};
use crate::db::{Access, Db};
use crate::demo::open::{Demo, Existing, Loaded, open, others};
use crate::demo::{Scale, large};
use crate::error::{Error, Kind, Result};
use crate::jobs::{JobContext, Progress};
use chrono::{NaiveDate, Utc};
use std::io::{self, IsTerminal, Write};
use std::time::Instant;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How it is done.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// How much data; each size has a database of its own.
    ///
    /// The large one takes minutes to load and some gigabytes of disk. It is loaded in parts: stopped,
    /// the same command goes on from there.
    #[arg(long, value_enum, default_value = "usual")]
    pub scale: Scale,
    /// Drop the demo's database with all that was decided in it, and make it anew.
    #[arg(long)]
    pub reset: bool,
    /// Print the address of the demo's database instead of opening the console.
    ///
    /// The server goes on running until `attestor local stop`.
    #[arg(long)]
    pub no_console: bool,
    /// The day on which the history ends; today, unless told otherwise.
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub date: Option<NaiveDate>,
    /// What to do where PostgreSQL is missing.
    #[command(flatten)]
    pub install: InstallArgs,
}

/// Makes the demo ready and prints its address; the result is the exit status.
pub async fn run(options: Options, global: &Global) -> Result<u8> {
    let (lease, _) = prepare(&options, global).await?;
    lease.cluster().keep().await?;
    let url = lease.url(options.scale.database());
    lease.end().await?;
    writeln!(io::stdout(), "{url}")?;
    Ok(0)
}

/// Opens the demo for the console, which keeps the server up as long as it holds the session.
pub async fn session(options: &Options, global: &Global) -> Result<Session> {
    let (lease, demo) = prepare(options, global).await?;
    let access = if global.read_only { Access::ReadOnly } else { Access::ReadWrite };
    Ok(Session {
        db: Db::lazy(demo.options, access),
        name: match options.scale {
            Scale::Usual => "demo".to_owned(),
            Scale::Large => "demo large".to_owned(),
        },
        read_only: global.read_only,
        accent: None,
        lease: Some(lease),
    })
}

async fn prepare(options: &Options, global: &Global) -> Result<(Lease, Demo)> {
    if global.connect.is_some() || global.database_url.is_some() {
        return Err(Error::new(Kind::Usage, "the demo has a database of its own")
            .hint("leave --connect and --database-url out"));
    }
    let lease = lease(&Cluster::usual()?, options.install).await?;
    let existing = if options.reset { replace(&lease, options.scale, global).await? } else { Existing::Keep };
    let date = options.date.unwrap_or_else(|| Utc::now().date_naive());
    let demo = match options.scale {
        Scale::Usual => open(&lease, date, existing).await,
        Scale::Large => load_large(&lease, date, existing).await,
    }
    .map_err(|error| in_the_demo(error, options.scale))?;
    if demo.loaded == Loaded::Before && options.date.is_some() {
        eprintln!("The demo was loaded before and keeps its date; --reset makes it anew.");
    }
    Ok((lease, demo))
}

/// Loads the large demo and shows how far it is; a signal stops it, and keeps the parts that are loaded.
async fn load_large(lease: &Lease, date: NaiveDate, existing: Existing) -> Result<Demo> {
    let (sender, mut progress) = watch::channel(Progress::default());
    let token = CancellationToken::new();
    let context = JobContext::new(sender, token.clone());
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut bar = Bar::new();
    let work = large::open(lease, date, existing, large::Plan::MILLION, &context);
    tokio::pin!(work);
    let result = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = interrupt.recv() => token.cancel(),
            _ = terminate.recv() => token.cancel(),
            Ok(()) = progress.changed() => bar.draw(&progress.borrow_and_update().clone()),
        }
    };
    bar.clear();
    result
}

/// How far a load is, on standard error: one line that is drawn over on a terminal, else a line for
/// every tenth.
struct Bar {
    begun: Instant,
    /// Where this call began, of an earlier one's work.
    first: Option<u64>,
    tenth: u64,
}

impl Bar {
    fn new() -> Self {
        Bar { begun: Instant::now(), first: None, tenth: 0 }
    }

    fn draw(&mut self, progress: &Progress) {
        let total = progress.total.unwrap_or(0).max(1);
        let first = *self.first.get_or_insert(progress.done);
        let mut line = format!("{}: {} of {total}", progress.step, progress.done);
        if let (Some(left), true) = (total.checked_sub(progress.done), progress.done > first) {
            let left = self.begun.elapsed().mul_f64(left as f64 / (progress.done - first) as f64);
            line.push_str(&format!(", about {} min left", left.as_secs().div_ceil(60)));
        }
        if io::stderr().is_terminal() {
            eprint!("\r\x1b[K{line}");
            drop(io::stderr().flush());
        } else if progress.done * 10 / total > self.tenth || progress.done == first {
            self.tenth = progress.done * 10 / total;
            eprintln!("{line}");
        }
    }

    fn clear(&self) {
        if self.first.is_some() && io::stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
    }
}

/// A failure of the demo's own database. One that another build of this program has made cannot be
/// migrated, and need not be: nothing in it is worth more than making it anew.
fn in_the_demo(error: Error, scale: Scale) -> Error {
    if error.kind() != Kind::OtherBuild {
        return error;
    }
    let what = format!("the demo was made by another build of attestor: {error}");
    let again = match scale {
        Scale::Usual => "attestor demo --reset",
        Scale::Large => "attestor demo --scale large --reset",
    };
    Error::new(error.kind(), what).hint(format!("{again} makes it anew; decisions in it are lost"))
}

/// Replaces the demo; where others have it open, only after a yes.
async fn replace(lease: &Lease, scale: Scale, global: &Global) -> Result<Existing> {
    let others = others(lease, scale).await?;
    if others == 0 || global.yes {
        let in_use = if global.yes { InUse::Override } else { InUse::Refuse };
        return Ok(Existing::Replace(in_use));
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        eprint!("The demo is open elsewhere ({others} connections). Cut them off and make it anew? [y/N] ");
        // Waiting for a person must not hold a worker of the runtime.
        let answer = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        });
        let line = answer.await.map_err(io::Error::other)??;
        if matches!(line.trim(), "y" | "Y" | "yes") {
            return Ok(Existing::Replace(InUse::Override));
        }
    }
    Err(Error::new(
        Kind::Failed,
        format!("the demo is open elsewhere ({others} connections); nothing was changed"),
    )
    .hint("close the other consoles, or cut them off with --reset --yes"))
}
