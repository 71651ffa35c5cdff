//! Those who read a chain together: each with a connection and a thread of its own, all seeing the same
//! state.

use super::plan::Plan;
use crate::audit::store::rows;
use crate::audit::verify::preimage::Preimage;
use crate::audit::verify::walk::Walk;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use crate::jobs::reader::Reader;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// After how many rows the progress is told.
const ROWS_TOLD: u64 = 2_048;

/// What came of the work.
pub enum Done {
    /// The entries of the piece with this number were walked.
    Walked(usize, Box<Walk>),
    /// So many rows stand in the table, and so many of them have a seq.
    Counted(i64, i64),
}

/// Readers at work. Dropped, they stop, and their connections are closed.
pub struct Workers {
    done: Receiver<Result<Done>>,
    /// The one whose connection the others' snapshot hangs on.
    first: JoinHandle<Snapshot>,
    _others: Vec<Reader>,
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
    /// Sets `count` readers to work on `plan`. Where the server grants no connections for them, the one
    /// that `snapshot` has does it all.
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
        // Held by each reader that may still get to work.
        let (ready, begun) = channel(count.get());
        let others = (0..count.get().min(shared.plan.len())).filter_map(|_| {
            // A single one needs no help.
            let name = snapshot.name().filter(|_| count.get() > 1 && shared.plan.len() > 1)?.to_owned();
            let (db, shared, sender, ready) = (db.clone(), shared.clone(), sender.clone(), ready.clone());
            let reader = Reader::start("chain-reader", move || read(db, name, shared, sender, ready));
            reader.inspect_err(|error| tracing::debug!(%error, "one reader fewer")).ok()
        });
        let others = others.collect();
        drop(ready);
        let first = tokio::spawn(lead(snapshot, shared, sender, begun));
        Workers { done, first, _others: others }
    }

    /// What is done next; none when all is.
    pub async fn next(&mut self) -> Option<Result<Done>> {
        self.done.recv().await
    }

    /// Gives the snapshot back, once all is done.
    pub async fn finish(mut self) -> Result<Snapshot> {
        let first = (&mut self.first).await;
        first.map_err(|e| Error::new(Kind::Failed, "a reader stopped on a bug in attestor").because(e))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.first.abort();
    }
}

/// Counts the rows while others walk them, and walks them where there are no others.
async fn lead(
    mut snapshot: Snapshot,
    shared: Arc<Shared>,
    sender: Sender<Result<Done>>,
    mut begun: Receiver<()>,
) -> Snapshot {
    if shared.plan.is_counted() {
        let counted = rows::counted(&mut snapshot).await;
        let failed = counted.is_err();
        let sent = sender.send(counted.map(|(rows, seqs)| Done::Counted(rows, seqs))).await;
        if sent.is_err() || failed {
            return snapshot;
        }
    }
    if begun.recv().await.is_none() {
        work(&mut snapshot, &shared, &sender).await;
    }
    snapshot
}

async fn read(db: Db, name: String, shared: Arc<Shared>, sender: Sender<Result<Done>>, ready: Sender<()>) {
    match db.snapshot_named(&name).await {
        Ok(mut snapshot) => {
            // Nobody asks how many they are.
            let _ = ready.try_send(());
            work(&mut snapshot, &shared, &sender).await;
        }
        Err(error) => tracing::debug!(%error, "one reader fewer"),
    }
}

/// Walks piece after piece, until none is left or one fails.
async fn work(snapshot: &mut Snapshot, shared: &Shared, sender: &Sender<Result<Done>>) {
    let mut preimage = Preimage::default();
    while let Some((number, seqs)) = shared.plan.take() {
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
        let failed = walked.is_err();
        if sender.send(walked.map(|()| Done::Walked(number, Box::new(walk)))).await.is_err() || failed {
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
