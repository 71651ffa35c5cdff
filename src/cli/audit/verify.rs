//! `attestor audit verify`.

use super::attend::attended;
use super::foreign;
use super::known::{Place, trust_folder};
use super::told::{self, Told};
use crate::audit::jobs::{Recorded, Request, Since, verify, verify_recorded};
use crate::cli::Global;
use crate::db::Db;
use crate::db::relation::Relation;
use crate::error::{Error, Kind, Result};
use crate::filter::ahead;
use crate::text::visible;
use chrono::Utc;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// How it is verified.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Read every entry; this is so unless told otherwise.
    #[arg(long, conflicts_with = "incremental")]
    pub full: bool,
    /// Read only what came after the largest checkpoint that is trusted.
    ///
    /// What was changed before it is not seen: this never takes the place of a full verification.
    #[arg(long)]
    pub incremental: bool,
    /// How many connections read at once; by default as many as this machine has processors.
    #[arg(long, value_name = "N")]
    pub workers: Option<NonZeroUsize>,
    /// Exit with 3 unless a trusted checkpoint covers the chain as it stood so long ago, such as 24h.
    #[arg(long, value_name = "AGE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub require_checkpoint: Option<String>,
    /// Verify a chain of another producer, in this table.
    #[arg(long, value_name = "SCHEMA.TABLE", requires = "profile")]
    pub table: Option<Relation>,
    /// How that chain is hashed and linked: gitwire, payload-link; auto proposes one.
    #[arg(long, value_name = "NAME", requires = "table", conflicts_with_all = ["incremental", "require_checkpoint"])]
    pub profile: Option<String>,
    /// Write the report to a file too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Leave no run and no entries in the chain, even where the login may.
    #[arg(long)]
    pub unrecorded: bool,
    /// Then go on: verify each new entry as it comes, until interrupted.
    #[arg(long, conflicts_with_all = ["incremental", "table"])]
    pub follow: bool,
    /// What it is held against.
    #[command(flatten)]
    pub place: Place,
}

/// Verifies; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let covered_until = options.require_checkpoint.as_deref().map(moment_ago).transpose()?;
    let session = global.open().await?;
    let db = &session.db;
    if let (Some(table), Some(profile)) = (&options.table, &options.profile) {
        let report = foreign::verify(db, table, profile).await?;
        return told::tell(&Told { report, run: None }, options.out.as_deref(), global);
    }
    let known = options.place.known(db, global).await?;
    let origin = options.place.origin(&global.settings()?.audit)?;
    let evidence = known.as_ref().map(|known| &known.evidence);
    let since = if options.incremental { Some(Since::newest(db, evidence).await?) } else { None };
    let against = Request::held_against(origin, evidence);
    let request = Request { covered_until, since, workers: options.workers, ..against };
    let Recorded { report, record } = verified(db, request, &options).await?;
    if let Some(known) = &known {
        // The verdict stands, whether or not it can be remembered.
        if let Err(error) = trust_folder().and_then(|folder| known.pin(&report, &folder)) {
            eprintln!("{}", error.report());
            eprintln!("the checkpoint was not pinned");
        }
    }
    let last = report.entries;
    if let Err(error) = &record
        && error.kind() != Kind::Denied
    {
        eprintln!("this verification was not recorded as a run: {}", visible(&error.to_string()));
    }
    let status = told::tell(&Told { report, run: record.ok() }, options.out.as_deref(), global)?;
    if options.follow && status == 0 {
        return super::follow::follow(db, last, global).await;
    }
    Ok(status)
}

async fn verified(db: &Db, request: Request, options: &Options) -> Result<Recorded> {
    let unrecorded = options.unrecorded || options.incremental;
    let db = db.clone();
    attended(move |job| async move {
        if unrecorded {
            let report = verify(&db, &request, &job).await?;
            let why = Error::new(Kind::Denied, "it was not to be recorded");
            return Ok(Recorded { report, record: Err(why) });
        }
        verify_recorded(&db, &request, &job).await
    })
    .await
}

/// The moment that is an age ago; now, where none is told.
fn moment_ago(age: &str) -> Result<chrono::DateTime<Utc>> {
    let now = Utc::now();
    if age.is_empty() {
        return Ok(now);
    }
    ahead(age.trim(), now).map(|ahead| now - (ahead - now)).filter(|moment| *moment <= now).ok_or_else(|| {
        let what = format!("--require-checkpoint: \"{}\" is no age", visible(age));
        Error::new(Kind::Usage, what).hint("write 24h or 7d")
    })
}
