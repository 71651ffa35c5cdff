//! `attestor demo`: the console on data that nobody can break.

use super::Global;
use super::local::{InstallArgs, lease};
use crate::config::Session;
use crate::db::local::{Cluster, InUse, Lease};
use crate::db::{Access, Db};
use crate::demo::DATABASE;
use crate::demo::open::{Demo, Existing, Loaded, open, others};
use crate::error::{Error, Kind, Result};
use chrono::{NaiveDate, Utc};
use std::io::{IsTerminal, Write};

/// How it is done.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
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
    let url = lease.url(DATABASE);
    lease.end().await?;
    writeln!(std::io::stdout(), "{url}")?;
    Ok(0)
}

/// Opens the demo for the console, which keeps the server up as long as it holds the session.
pub async fn session(options: &Options, global: &Global) -> Result<Session> {
    let (lease, demo) = prepare(options, global).await?;
    let access = if global.read_only { Access::ReadOnly } else { Access::ReadWrite };
    Ok(Session {
        db: Db::lazy(demo.options, access),
        name: "demo".to_owned(),
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
    let existing = if options.reset { replace(&lease, global).await? } else { Existing::Keep };
    let date = options.date.unwrap_or_else(|| Utc::now().date_naive());
    let demo = open(&lease, date, existing).await.map_err(in_the_demo)?;
    if demo.loaded == Loaded::Before && options.date.is_some() {
        eprintln!("The demo was loaded before and keeps its date; --reset makes it anew.");
    }
    Ok((lease, demo))
}

/// A failure of the demo's own database. One that another build of this program has made cannot be
/// migrated, and need not be: nothing in it is worth more than making it anew.
fn in_the_demo(error: Error) -> Error {
    if error.kind() != Kind::OtherBuild {
        return error;
    }
    let what = format!("the demo was made by another build of attestor: {error}");
    Error::new(error.kind(), what).hint("attestor demo --reset makes it anew; decisions in it are lost")
}

/// Replaces the demo; where others have it open, only after a yes.
async fn replace(lease: &Lease, global: &Global) -> Result<Existing> {
    let others = others(lease).await?;
    if others == 0 || global.yes {
        let in_use = if global.yes { InUse::Override } else { InUse::Refuse };
        return Ok(Existing::Replace(in_use));
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        eprint!("The demo is open elsewhere ({others} connections). Cut them off and make it anew? [y/N] ");
        // Waiting for a person must not hold a worker of the runtime.
        let answer = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        let line = answer.await.map_err(std::io::Error::other)??;
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
