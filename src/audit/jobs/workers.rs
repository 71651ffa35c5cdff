//! Those who read a chain together: each with a connection of its own, all seeing the same state.

use super::plan::{Piece, Plan};
use crate::audit::store::rows;
use crate::audit::verify::preimage::Preimage;
use crate::audit::verify::walk::Walk;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, JoinSet};

/// After how many rows the progress is told.
const ROWS_TOLD: u64 = 2_048;

/// What came of a piece.
pub enum Done {
    /// Entries were walked.
    Walked(Box<Walk>),
    /// So many rows stand in the table, and so many of them have a seq.
    Counted(i64, i64),
}

/// Readers at work. Dropped, they stop, and their connections are closed.
pub struct Workers {
    done: Receiver<(usize, Result<Done>)>,
    /// The one whose connection the others' snapshot hangs on.
    first: JoinHandle<Snapshot>,
    others: JoinSet<()>,
}

/// What all of them share.
struct Shared {
    plan: Arc<Plan>,
    /// A walk of nothing so far.
    empty: Walk,
    job: JobContext,
    rows: AtomicU64,
    total: u64,
}

impl Workers {
    /// Sets `count` readers to work on `plan`. Where the server grants fewer connections, these do it all.
    pub fn start(
        db: &Db,
        snapshot: Snapshot,
        count: NonZeroUsize,
        plan: Arc<Plan>,
        empty: Walk,
        total: u64,
        job: &JobContext,
    ) -> Self {
        let (sender, done) = channel(count.get() * 2);
        let shared = Arc::new(Shared { plan, empty, job: job.clone(), rows: AtomicU64::new(0), total });
        let mut others = JoinSet::new();
        let helpers = (count.get() - 1).min(shared.plan.len().saturating_sub(1));
        for _ in 0..helpers {
            let Some(name) = snapshot.name().map(str::to_owned) else { break };
            let (db, shared, sender) = (db.clone(), shared.clone(), sender.clone());
            others.spawn(async move {
                match db.snapshot_named(&name).await {
                    Ok(mut snapshot) => work(&mut snapshot, &shared, sender).await,
                    Err(error) => tracing::debug!(%error, "one reader fewer"),
                }
            });
        }
        let first = tokio::spawn(async move {
            let mut snapshot = snapshot;
            work(&mut snapshot, &shared, sender).await;
            snapshot
        });
        Workers { done, first, others }
    }

    /// The next piece that is done, with its number; none when all are.
    pub async fn next(&mut self) -> Option<(usize, Result<Done>)> {
        self.done.recv().await
    }

    /// Gives the snapshot back, once all is done.
    pub async fn finish(mut self) -> Result<Snapshot> {
        while self.others.join_next().await.is_some() {}
        let first = (&mut self.first).await;
        first.map_err(|e| Error::new(Kind::Failed, "a reader stopped on a bug in attestor").because(e))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.first.abort();
    }
}

async fn work(snapshot: &mut Snapshot, shared: &Shared, sender: Sender<(usize, Result<Done>)>) {
    let mut preimage = Preimage::default();
    while let Some((number, piece)) = shared.plan.take() {
        let done = match piece {
            Piece::Walk(seqs) => {
                let mut walk = shared.empty.clone();
                let mut untold = 0;
                let walked = rows::each(snapshot, seqs, |row| {
                    walk.push(row, &mut preimage);
                    untold += 1;
                    if untold == ROWS_TOLD {
                        shared.tell(std::mem::take(&mut untold));
                    }
                });
                let walked = walked.await;
                shared.tell(untold);
                walked.map(|()| Done::Walked(Box::new(walk)))
            }
            Piece::Count => rows::counted(snapshot).await.map(|(rows, seqs)| Done::Counted(rows, seqs)),
        };
        let failed = done.is_err();
        if sender.send((number, done)).await.is_err() || failed {
            return;
        }
    }
}

impl Shared {
    fn tell(&self, rows: u64) {
        let done = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.job.report("verifying", done, Some(self.total.max(done)));
    }
}
