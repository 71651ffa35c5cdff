//! Those who read a chain together: each with a connection and a thread of its own, all seeing the same
//! state.

use super::plan::Plan;
use crate::audit::store::rows;
use crate::audit::verify::usual::Usual;
use crate::audit::verify::walk::{Walk, Walker};
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use crate::jobs::reader::Reader;
use std::num::NonZeroUsize;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel};
use tokio::task::JoinHandle;

/// After how many rows the progress is told.
const ROWS_TOLD: u64 = 2_048;

/// What came of the work.
pub enum Done {
    /// The entries of the piece with this number were walked.
    Walked(usize, Box<Walk>),
    /// So many rows stand in some blocks of the table, and so many of them have a seq.
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
    /// What most rows have in common.
    usual: Usual,
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
        let usual = Usual::of(empty.chain_id());
        let rows = AtomicU64::new(0);
        let shared = Arc::new(Shared { plan, empty, usual, job: job.clone(), rows, total });
        // Held by each reader that is at work, or may still get to it.
        let (told, walked) = unbounded_channel();
        let others = (0..count.get().min(shared.plan.len())).filter_map(|_| {
            // A single one needs no help.
            let name = snapshot.name().filter(|_| count.get() > 1 && shared.plan.len() > 1)?.to_owned();
            let (db, shared, sender, told) = (db.clone(), shared.clone(), sender.clone(), told.clone());
            let reader = Reader::start("chain-reader", move || read(db, name, shared, sender, told));
            reader.inspect_err(|error| tracing::debug!(%error, "one reader fewer")).ok()
        });
        let others = others.collect();
        drop(told);
        let first = tokio::spawn(lead(snapshot, shared, sender, walked));
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

/// Counts the rows of each piece that others have walked, while the server has them at hand; does the work
/// that no other does.
async fn lead(
    mut snapshot: Snapshot,
    shared: Arc<Shared>,
    sender: Sender<Result<Done>>,
    mut walked: UnboundedReceiver<usize>,
) -> Snapshot {
    while let Some(number) = walked.recv().await {
        if shared.count(&mut snapshot, number, &sender).await.is_break() {
            return snapshot;
        }
    }
    while let Some((number, seqs)) = shared.plan.take() {
        if shared.walk(&mut snapshot, number, seqs, &sender).await.is_break()
            || shared.count(&mut snapshot, number, &sender).await.is_break()
        {
            break;
        }
    }
    snapshot
}

/// Walks piece after piece, until none is left or one fails.
async fn read(
    db: Db,
    name: String,
    shared: Arc<Shared>,
    sender: Sender<Result<Done>>,
    walked: UnboundedSender<usize>,
) {
    let mut snapshot = match db.snapshot_named(&name).await {
        Ok(snapshot) => snapshot,
        Err(error) => return tracing::debug!(%error, "one reader fewer"),
    };
    while let Some((number, seqs)) = shared.plan.take() {
        if shared.walk(&mut snapshot, number, seqs, &sender).await.is_break() || walked.send(number).is_err()
        {
            return;
        }
    }
}

impl Shared {
    /// Walks the entries of a piece, and tells what came of it.
    async fn walk(
        &self,
        snapshot: &mut Snapshot,
        number: usize,
        seqs: RangeInclusive<i64>,
        sender: &Sender<Result<Done>>,
    ) -> ControlFlow<()> {
        let mut walker = Walker::new(self.empty.clone());
        let mut untold = 0;
        let walked = rows::each(snapshot, &self.usual, seqs, |row| {
            walker.push(row);
            untold += 1;
            if untold == ROWS_TOLD {
                self.tell(std::mem::take(&mut untold));
            }
        });
        let walked = walked.await;
        self.tell(untold);
        send(sender, walked.map(|()| Done::Walked(number, Box::new(walker.finish())))).await
    }

    /// Counts the rows of a piece, and tells how many they are.
    async fn count(
        &self,
        snapshot: &mut Snapshot,
        number: usize,
        sender: &Sender<Result<Done>>,
    ) -> ControlFlow<()> {
        let Some(blocks) = self.plan.blocks(number) else { return ControlFlow::Continue(()) };
        let counted = rows::counted(snapshot, blocks).await;
        send(sender, counted.map(|(rows, seqs)| Done::Counted(rows, seqs))).await
    }

    fn tell(&self, rows: u64) {
        let done = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.job.report("verifying", done, Some(self.total.max(done)));
    }
}

/// Whether to go on: not after a failure, and not where nobody hears of it.
async fn send(sender: &Sender<Result<Done>>, done: Result<Done>) -> ControlFlow<()> {
    let failed = done.is_err();
    if sender.send(done).await.is_err() || failed {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}
