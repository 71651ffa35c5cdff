//! A verification as a run that others can see, with its two entries in the chain.

use super::verify::{Request, verify_as_seen};
use crate::audit::verify::checklist::checks;
use crate::audit::verify::report::{Report, Verdict};
use crate::chain::entry::Category;
use crate::chain::recent::head;
use crate::db::{Access, Db};
use crate::error::{Error, Kind, Result};
use crate::ids::RunId;
use crate::jobs::JobContext;
use crate::operations::run::{Flow, Identity, Outcome};
use crate::operations::start::{Asked, Finished, Started, start};

/// The runs of verifications.
pub const VERIFICATION: Flow = Flow {
    name: "verification",
    started: "verification.started",
    completed: "verification.completed",
    category: Category::Verification,
};

/// A verification, and the run that says so.
#[derive(Debug)]
pub struct Recorded {
    /// What it came to.
    pub report: Report,
    /// The run, or why there is none.
    pub record: Result<RunId>,
}

/// Verifies the whole chain as it stands now, and records that as a run where the login may.
///
/// The state that is verified is taken before the run is begun, so that its own entries are no part of it.
/// Where it can't be recorded, be it for a right or for what was done to the database, it is verified all
/// the same.
pub async fn verify_recorded(db: &Db, request: &Request, job: &JobContext) -> Result<Recorded> {
    let snapshot = db.snapshot().await?;
    // An entry in an empty chain would make it one that looks whole the next time.
    let is_empty = matches!(head(db).await, Ok(head) if head.seq.0 == 0);
    if db.access() == Access::ReadOnly || is_empty {
        let report = verify_as_seen(db, snapshot, request, job).await?;
        let why = if is_empty { "an empty chain is left empty" } else { "this connection is read-only" };
        return Ok(Recorded { report, record: Err(Error::new(Kind::Denied, why)) });
    }
    let chain = db.chain_name().await.unwrap_or_default();
    let asked = Asked::new(Identity::of(VERIFICATION).about("chain", chain)).recorded_or_not();
    // Taken by the work when it begins: still here, nothing was done yet.
    let mut waiting = Some(snapshot);
    let taken = &mut waiting;
    let begun = start(db, &asked, job, |job| async move {
        let snapshot = taken.take().ok_or_else(|| Error::new(Kind::Failed, "it was begun twice"))?;
        let report = verify_as_seen(db, snapshot, request, &job).await?;
        let verdict = report.verdict();
        let outcome = match verdict {
            Verdict::Incomplete if job.cancellation().is_cancelled() => Outcome::Cancelled,
            Verdict::Incomplete => Outcome::PartiallySucceeded,
            _ => Outcome::Succeeded,
        };
        let (entries, breaks, root) = (report.entries, report.breaks_count, report.root_text());
        let checked = checks(&report);
        let finished = Finished::new(report)
            .outcome(outcome)
            .counts([("entries", entries), ("breaks", breaks)])
            .fact("verdict", verdict.word())
            .fact("size", entries)
            .fact("root", root)
            .checks(checked);
        Ok(finished)
    })
    .await;
    match begun {
        Ok(Started::Done(done)) => Ok(Recorded { report: done.value, record: done.record }),
        other => {
            let why = match other {
                Ok(Started::Active(found)) => {
                    Error::new(Kind::Conflict, format!("run {} is under way already", found.id))
                }
                Ok(Started::Done(_)) => Error::new(Kind::Failed, "it was not recorded"),
                Err(error) => error,
            };
            let Some(snapshot) = waiting else { return Err(why) };
            let report = verify_as_seen(db, snapshot, request, job).await?;
            Ok(Recorded { report, record: Err(why) })
        }
    }
}
