//! The lease of a running run, renewed while its process lives.

use crate::chain::bookkeeping::{Bookkeeping, Note};
use crate::db::Db;
use crate::error::Result;
use crate::ids::RunId;
use crate::jobs::{JobContext, Progress};
use serde_json::json;
use std::time::Duration;
use tokio::task::AbortHandle;

/// How long a run counts as alive after it was heard of.
pub const LEASE: Duration = Duration::from_secs(30);
/// How often it is heard of at least.
const RENEWED: Duration = Duration::from_secs(10);
/// How often its progress is told at most.
const TOLD: Duration = Duration::from_secs(1);

/// Renews the lease of a run until it is dropped.
pub(super) struct Keeper(AbortHandle);

impl Keeper {
    /// Keeps the lease of `run`, and tells how far it is. Where somebody has taken the run for dead, as
    /// after this process slept, `job` is cancelled: the place may be another's by now.
    pub(super) fn keep(db: Db, run: RunId, job: JobContext) -> Self {
        Keeper(tokio::spawn(keep(db, run, job)).abort_handle())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep(db: Db, run: RunId, job: JobContext) {
    let mut progress = job.watch();
    loop {
        // The first word comes after a while: work that ends at once writes nothing here.
        tokio::time::sleep(TOLD).await;
        let news = tokio::time::timeout(RENEWED - TOLD, progress.changed());
        // Told or not told anything new, the lease is renewed.
        let _ = news.await;
        let reached = progress.borrow_and_update().clone();
        // A lost connection is tried again; the work has trouble of its own then.
        if let Ok(0) = renew(&db, run, &reached).await {
            return job.cancellation().cancel();
        }
    }
}

/// Renews the lease by the server's time; gives 0 where the run is no longer running.
async fn renew(db: &Db, run: RunId, progress: &Progress) -> Result<u64> {
    let reached = json!({"step": progress.step, "done": progress.done, "total": progress.total});
    let lease_s = LEASE.as_secs_f64();
    Bookkeeping::of(db)?.write(Note::RunProgress, |note| note.bind(run).bind(lease_s).bind(reached)).await
}
