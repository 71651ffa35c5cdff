//! `attestor migrate`: the schema, the roles, and the rights on both.

use super::Global;
use super::output::Format;
use crate::db::migrate::{self, Difference, Status};
use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use crate::text::visible;
use serde_json::json;
use sqlx::{ConnectOptions, PgConnection};
use std::io::Write;

/// The exit status of a check that found something.
const FOUND: u8 = 3;

/// How it is done.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Name the chain of a new database, such as example.com/audit.
    ///
    /// It stands in every hash and cannot be changed. Without it the name is attestor.local/ and a
    /// random UUID.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["check", "repair"])]
    pub chain_id: Option<ChainId>,
    /// Only show how far the database is and what differs; exit status 3 where anything is left to do.
    #[arg(long, conflicts_with = "repair")]
    pub check: bool,
    /// Mend rights, owners, triggers and functions, as after a restore with -x, --no-owner or
    /// --disable-triggers, or where somebody replaced one.
    #[arg(long)]
    pub repair: bool,
}

/// Does it; the result is the exit status.
pub async fn run(options: Options, global: &Global) -> Result<u8> {
    if !options.check && global.read_only {
        return Err(Error::new(Kind::Denied, "migrating writes, and this connection is read-only")
            .hint("attestor migrate --check only looks"));
    }
    let (login, lease) = global.config()?.connect_options().await?;
    // The private cluster is looked after by its superuser, whom only its user can reach.
    let server = match &lease {
        Some(lease) => lease.superuser(login.get_database().unwrap_or("attestor")),
        None => login,
    };
    let mut connection = server.application_name("attestor migrate").connect().await?;
    let report = if options.check {
        checked(&mut connection).await?
    } else if options.repair {
        repaired(&mut connection).await?
    } else {
        migrated(&mut connection, options.chain_id.as_ref()).await?
    };
    let mut out = std::io::stdout().lock();
    match global.format() {
        Format::Json => writeln!(out, "{}", report.json())?,
        _ => report.print(&mut out)?,
    }
    out.flush()?;
    Ok(report.exit_status())
}

/// What was found, and what was done about it.
struct Report {
    before: i64,
    now: Status,
    /// What is not as it should be.
    differences: Vec<Difference>,
    /// What was not, and now is.
    mended: Vec<Difference>,
}

async fn checked(connection: &mut PgConnection) -> Result<Report> {
    let now = migrate::status(connection).await?;
    let differences = if now.is_current() { migrate::differences(connection).await? } else { Vec::new() };
    Ok(Report { before: now.version(), now, differences, mended: Vec::new() })
}

async fn repaired(connection: &mut PgConnection) -> Result<Report> {
    let mended = migrate::repair(connection).await?;
    let now = migrate::status(connection).await?;
    let differences = migrate::differences(connection).await?;
    Ok(Report { before: now.version(), now, differences, mended })
}

async fn migrated(connection: &mut PgConnection, chain_id: Option<&ChainId>) -> Result<Report> {
    let done = migrate::bring_up_to_date(connection, chain_id).await?;
    let differences = migrate::differences(connection).await?;
    Ok(Report { before: done.before.version(), now: done.now, differences, mended: done.rights })
}

impl Report {
    fn exit_status(&self) -> u8 {
        if self.now.is_current() && self.differences.is_empty() { 0 } else { FOUND }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "version": self.now.version(),
            "version_before": self.before,
            "current": self.now.is_current(),
            "chain_id": self.now.chain_id,
            "migrations": self.now.steps,
            "mended": self.mended,
            "differences": self.differences,
        })
    }

    fn print(&self, out: &mut impl Write) -> Result<()> {
        let version = self.now.version();
        for step in &self.now.steps {
            let state = match step.applied {
                true if step.version > self.before => "applied now",
                true => "applied",
                false => "not applied",
            };
            writeln!(out, "{:>4}  {:<12}  {state}", step.version, visible(&step.name))?;
        }
        if let Some(chain_id) = &self.now.chain_id {
            writeln!(out, "chain {}", visible(chain_id))?;
        }
        for mended in &self.mended {
            writeln!(out, "mended: {}", visible(&mended.to_string()))?;
        }
        for difference in &self.differences {
            eprintln!("error: {}", visible(&difference.to_string()));
        }
        if !self.now.is_current() {
            eprintln!("version {version}; run `attestor migrate`");
        } else if !self.differences.is_empty() {
            eprintln!("  try: attestor migrate --repair");
        } else if self.before == version && self.mended.is_empty() {
            writeln!(out, "up to date, version {version}")?;
        }
        Ok(())
    }
}
