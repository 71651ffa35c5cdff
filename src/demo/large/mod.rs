//! The large demo: a million findings and a million entries of the audit chain, loaded in parts.
//!
//! Each part is a company like that of the usual demo, under an owner of its own, and one change: its
//! rows, an entry of the chain for each of its findings but one, and the entry of the change itself. So
//! an interrupted load keeps whole parts, and the next call goes on behind them; only two parts are ever
//! in memory. Scans are rarer than in the usual demo: a week apart they would be most of the disk.

mod store;

use super::generate::{Extent, history_of};
use super::history::History;
use super::open::{Demo, Existing, Loaded, entry};
use super::{SEED, Scale};
use crate::chain::change::Change;
use crate::db::local::Lease;
use crate::db::{Access, Db};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use chrono::NaiveDate;
use serde_json::{Map, json};
use tokio::task::JoinHandle;

/// The large demo's own database.
pub const DATABASE: &str = "attestor_demo_large";

/// How it is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many parts there are.
    pub parts: u64,
    /// What is in each of them.
    pub part: Extent,
}

impl Plan {
    /// A million findings.
    pub const MILLION: Plan = Plan { parts: 400, part: Extent { findings: 2_500, pace_days: 30 } };

    /// The findings in all; the chain gets as many entries.
    pub fn findings(self) -> u64 {
        self.parts * self.part.findings as u64
    }
}

/// Makes the database and loads what it lacks.
///
/// # Errors
/// [`Kind::Incomplete`] where it was cancelled: whole parts stay, and the next call goes on.
/// [`Kind::Conflict`] where the database is to be replaced and in use, or is loaded by somebody else.
pub async fn open(
    lease: &Lease,
    date: NaiveDate,
    existing: Existing,
    plan: Plan,
    context: &JobContext,
) -> Result<Demo> {
    let mut guard = super::store::Guard::take(lease, Scale::Large).await?;
    if let Existing::Replace(in_use) = existing {
        guard.drop_database(in_use).await?;
    }
    let options = lease.prepare_database(DATABASE).await?;
    let mut admin = store::Admin::connect(lease).await?;
    let found = admin.found().await?;
    if found.parts >= plan.parts {
        guard.release().await?;
        return Ok(Demo { options, loaded: Loaded::Before });
    }
    // What an interrupted part took is given back, so that ids have no gaps.
    let mut after = admin.align_ids().await?;
    // A load that goes on keeps the date with which it began.
    let date = found.date.unwrap_or(date);
    let db = Db::lazy(options.clone(), Access::ReadWrite);
    let mut next = Some((found.parts, made(plan, found.parts, date)));
    while let Some((part, making)) = next.take() {
        context.report("loading", part * plan.part.findings as u64, Some(plan.findings()));
        context.check_cancelled().map_err(|_| {
            Error::new(Kind::Incomplete, format!("stopped; {part} of {} parts are loaded", plan.parts))
                .hint("the same command goes on from there; --reset begins anew")
        })?;
        let mut history =
            making.await.map_err(|e| Error::new(Kind::Failed, "a part could not be made").because(e))??;
        // The next part is made while the server takes this one in.
        if part + 1 < plan.parts {
            next = Some((part + 1, made(plan, part + 1, date)));
        }
        history.move_behind(after);
        let mut change = Change::begin(&db, DeedKey::fresh()).await?;
        super::store::load_after(&mut change, &history, after).await?;
        after.scan += history.scans.rows.len() as i64;
        after.feedback += history.feedbacks.rows.len() as i64;
        store::append_history(&mut change, after.finding + 1, history.findings.rows.len()).await?;
        after.finding += history.findings.rows.len() as i64;
        let more =
            Map::from_iter([("part".to_owned(), json!(part + 1)), ("parts".to_owned(), json!(plan.parts))]);
        change.commit(entry(&history, SEED + part, date, more)).await?;
    }
    context.report("tidying up", plan.findings(), Some(plan.findings()));
    db.close().await;
    admin.tidy_up().await?;
    guard.release().await?;
    Ok(Demo { options, loaded: Loaded::Now })
}

/// Makes the rows of a part, on a thread that may take its time.
fn made(plan: Plan, part: u64, date: NaiveDate) -> JoinHandle<Result<History>> {
    tokio::task::spawn_blocking(move || {
        let mut history = history_of(plan.part, SEED + part, date)
            .map_err(|e| Error::new(Kind::Failed, format!("the demo's templates are wrong: {e}")))?;
        history.move_to(&format!("acme-{:03}", part + 1));
        Ok(history)
    })
}
