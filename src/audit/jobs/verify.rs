//! Verifies the chain: every entry, or those after a trusted checkpoint.

use super::plan::Plan;
use super::since::Since;
use super::workers::{Done, Workers};
use crate::audit::evidence::Evidence;
use crate::audit::merkle::Range;
use crate::audit::store::rows::Ends;
use crate::audit::store::{ground, reconcile, rows};
use crate::audit::verify::ground::{Concern, Ground};
use crate::audit::verify::reconcile::Reconciled;
use crate::audit::verify::report::{Anchors, Report, Required, Scope};
use crate::audit::verify::usual::Usual;
use crate::audit::verify::verdict::{Anchored, Break, Breaks, Field, Kind as Broken, Trusted};
use crate::audit::verify::walk::{Walk, Walker};
use crate::chain::hash::genesis;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use crate::jobs::JobContext;
use crate::text::counted;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

/// How a chain is to be verified.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The chain that it has to be, where that is known from outside of the database.
    pub origin: Option<ChainId>,
    /// The checkpoints that are trusted.
    pub trusted: Vec<Trusted>,
    /// What is wrong with the checkpoints themselves: forks, signatures that do not hold.
    pub checkpoint_breaks: Vec<Break>,
    /// A moment: entries of before it have to be covered by a trusted checkpoint.
    pub covered_until: Option<DateTime<Utc>>,
    /// From where on; everything, where it is none.
    pub since: Option<Since>,
    /// How many connections read at once; as many as this machine has processors, where it is none.
    pub workers: Option<NonZeroUsize>,
}

impl Request {
    /// All of the chain, held against what the checkpoints came to.
    ///
    /// What is wrong with these is a part of the report from the start, so that whatever is recorded of a
    /// verification is what is told of it.
    pub fn held_against(origin: Option<ChainId>, evidence: Option<&Evidence>) -> Self {
        let trusted = evidence.map(Evidence::trusted).unwrap_or_default();
        let checkpoint_breaks = evidence.map(|evidence| evidence.breaks.clone()).unwrap_or_default();
        Request { origin, trusted, checkpoint_breaks, ..Request::default() }
    }
}

/// The most connections that read at once.
const WORKERS_MAX: usize = 16;

/// Verifies the chain as it stands now. A broken chain is a report; what was stopped, by a person or a
/// lost connection, is a report that says how far it came.
///
/// # Errors
/// Where nothing could be looked at: no database, no right to read, no chain.
pub async fn verify(db: &Db, request: &Request, job: &JobContext) -> Result<Report> {
    verify_as_seen(db, db.snapshot().await?, request, job).await
}

/// The same for the chain as it stood when `snapshot` was taken.
pub async fn verify_as_seen(
    db: &Db,
    mut snapshot: Snapshot,
    request: &Request,
    job: &JobContext,
) -> Result<Report> {
    let begun = Instant::now();
    let ground = ground::ground(&mut snapshot).await?;
    if ground.encoding != "UTF8" {
        let what = format!("the database's encoding is {}, not UTF8", ground.encoding);
        return Err(Error::new(Kind::Configuration, what));
    }
    let mut verification = Verification::new(request, &ground);
    if ground.can_be_read() {
        let walked = tokio::select! {
            biased;
            () = job.cancellation().cancelled() => Err(Error::new(Kind::Incomplete, "cancelled")),
            walked = verification.walk(db, snapshot, request, &ground, job) => walked,
        };
        match walked {
            Ok(()) => {}
            // A policy that hides rows from this login is told by the ground.
            Err(error) if error.kind() == Kind::Denied && ground.row_security => {}
            Err(error) if matches!(error.kind(), Kind::Denied | Kind::Configuration) => return Err(error),
            Err(error) => verification.stopped = Some(error.to_string()),
        }
    }
    Ok(verification.report(request, begun))
}

/// Microseconds since 2000-01-01, as PostgreSQL counts.
fn micros(moment: DateTime<Utc>) -> i64 {
    const EPOCH_SECONDS: i64 = 946_684_800;
    moment.timestamp_micros().saturating_sub(EPOCH_SECONDS * 1_000_000)
}

/// A verification on its way.
struct Verification {
    scope: Scope,
    chain_id: Option<String>,
    walk: Option<Walk>,
    breaks: Breaks,
    anchors: Anchors,
    concerns: Vec<Concern>,
    reconciled: Option<Reconciled>,
    stopped: Option<String>,
}

impl Verification {
    fn new(request: &Request, ground: &Ground) -> Self {
        let mut breaks = Breaks::default();
        ground.breaks().into_iter().for_each(|found| breaks.push(found));
        Verification {
            scope: if request.since.is_some() { Scope::Incremental } else { Scope::Full },
            chain_id: None,
            walk: None,
            breaks,
            anchors: Anchors::new(request.trusted.clone()),
            concerns: ground.concerns(),
            reconciled: None,
            stopped: None,
        }
    }

    async fn walk(
        &mut self,
        db: &Db,
        mut snapshot: Snapshot,
        request: &Request,
        ground: &Ground,
        job: &JobContext,
    ) -> Result<()> {
        let chain_id = self.name(&mut snapshot, request, ground).await?;
        let ends = rows::ends(&mut snapshot).await?;
        let (plan, walk) = match &request.since {
            None => {
                let blocks = rows::blocks(&mut snapshot).await?;
                let plan = Plan::whole(ends, blocks, ground.seq_is_indexed, self.anchors.sizes());
                (plan, Walk::new(&chain_id))
            }
            Some(since) => {
                let walk = self.go_on(&mut snapshot, since, &chain_id, ends).await?;
                (Plan::after(since.size, ends), walk)
            }
        };
        self.walk = Some(walk);
        let total = match (ends.first, ends.last) {
            (Some(first), Some(last)) => {
                let first = request.since.as_ref().map_or(first, |since| since.size as i64 + 1);
                u64::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0)
            }
            _ => 0,
        };
        let count = request.workers.unwrap_or_else(processors);
        let plan = Arc::new(plan);
        let empty = Walk::new(&chain_id).noting(request.covered_until.map_or(i64::MIN, micros));
        let workers = Workers::start(db, snapshot, count, plan.clone(), empty, total, job);
        let mut snapshot = self.collect(workers, &plan).await?;
        if self.scope == Scope::Full {
            job.report("reconciling", 0, None);
            self.reconciled = reconcile::reconcile(&mut snapshot).await?;
        }
        let last = self.walk.as_ref().and_then(Walk::last).map_or(0, |last| last.seq);
        self.anchors.end(u64::try_from(last).unwrap_or(0));
        Ok(())
    }

    /// The chain that this has to be: by what is pinned, else by what the database says, else by its
    /// first entry.
    async fn name(&mut self, snapshot: &mut Snapshot, request: &Request, ground: &Ground) -> Result<String> {
        let said = if ground.has_name { ground::name(snapshot).await? } else { None };
        let mismatch =
            |why| Break { field: Some(Field::ChainId), ..Break::nowhere(Broken::ChainIdMismatch, why) };
        if ground.has_name && said.is_none() {
            self.breaks.push(mismatch("the database does not name its chain"));
        }
        if let Some((chain_id, stored)) = &said
            && genesis(chain_id).to_string() != *stored
        {
            self.breaks.push(mismatch("the chain's beginning is not that of its name"));
        }
        let said = said.map(|(chain_id, _)| chain_id);
        if let (Some(origin), Some(said)) = (&request.origin, &said)
            && origin.as_str() != said
        {
            self.breaks.push(mismatch("the database names another chain than the one that is trusted"));
        }
        let pinned = request.origin.as_ref().map(|origin| origin.as_str().to_owned());
        let name = match pinned.or(said) {
            Some(name) => name,
            None => rows::first_name(snapshot).await?.unwrap_or_default(),
        };
        self.chain_id = Some(name.clone());
        Ok(name)
    }

    /// Goes on after a trusted state, of which the last entry is read again for what follows it.
    async fn go_on(
        &mut self,
        snapshot: &mut Snapshot,
        since: &Since,
        chain_id: &str,
        ends: Ends,
    ) -> Result<Walk> {
        let size = i64::try_from(since.size).unwrap_or(i64::MAX);
        let mut last = Walker::new(Walk::new(chain_id));
        if size > 0 {
            rows::each(snapshot, &Usual::of(chain_id), size..=size, |row| last.push(row)).await?;
        }
        let last = last.finish();
        let edge = last.last();
        if edge.is_some() {
            self.anchors.hold(since.size, since.tree.root());
        }
        self.breaks.extend(last.into_breaks());
        match edge {
            Some(edge) => Ok(Walk::after(chain_id, edge, since.tree.clone())),
            None if size > 0 && ends.last.is_some_and(|last| last > size) => {
                self.breaks.push(Break::at(size, Broken::Gap, Field::Seq, "entries are missing"));
                Ok(Walk::new(chain_id))
            }
            None => Ok(Walk::new(chain_id)),
        }
    }

    /// Joins what the readers bring, in the order of the chain.
    async fn collect(&mut self, mut workers: Workers, plan: &Plan) -> Result<Snapshot> {
        let (mut early, mut next, mut in_table) = (BTreeMap::new(), 0, (0, 0));
        while let Some(done) = workers.next().await {
            match done? {
                Done::Counted(rows, seqs) => in_table = (in_table.0 + rows, in_table.1 + seqs),
                Done::Walked(number, walk) => {
                    early.insert(number, walk);
                }
            }
            while let Some(right) = early.remove(&next) {
                self.join(*right, plan.end(next));
                next += 1;
            }
        }
        let snapshot = workers.finish().await?;
        if next < plan.len() {
            return Err(Error::new(Kind::NoDatabase, "a reader ended before its end"));
        }
        if plan.is_counted() {
            self.count(in_table);
        }
        Ok(snapshot)
    }

    fn join(&mut self, right: Walk, end: Option<i64>) {
        let Some(walk) = &mut self.walk else { return };
        walk.join(right);
        let size = walk.tree().map(Range::end);
        let end = end.and_then(|end| u64::try_from(end).ok());
        if let (Some(size), Some(end)) = (size, end) {
            let root = walk.tree().and_then(Range::root);
            self.anchors.hold(size.min(end), root);
        }
    }

    /// Holds the rows that were walked by the index against those that stand in the table.
    fn count(&mut self, (rows, seqs): (i64, i64)) {
        let walked = self.walk.as_ref().map_or(0, Walk::entries);
        if rows > seqs {
            let why = format!("{} without a seq", counted(rows - seqs, "row"));
            let found = Break::nowhere(Broken::MetadataMismatch, why);
            self.breaks.push(Break { field: Some(Field::Seq), ..found });
        }
        if u64::try_from(seqs) != Ok(walked) {
            let why = format!("{} found by the index, and {seqs} in the table", counted(walked, "row"));
            self.breaks.push(Break::nowhere(Broken::HiddenRows, why));
        }
    }

    fn report(self, request: &Request, begun: Instant) -> Report {
        let mut breaks = self.breaks;
        let (mut entries, mut root, mut anchored, mut due) = (0, None, None, 0);
        if let Some(mut walk) = self.walk {
            if self.scope == Scope::Full {
                walk.begin();
            }
            entries = walk.entries();
            due = u64::try_from(walk.last_due()).unwrap_or(0);
            let size = walk.last().map_or(0, |last| u64::try_from(last.seq).unwrap_or(0));
            anchored = self.anchors.anchored(size);
            root = walk.tree().and_then(Range::root);
            breaks.extend(walk.into_breaks());
        }
        if let Some(bad) = self.anchors.bad() {
            breaks.push(bad.clone());
        }
        // Where nothing is trusted, nothing is covered, be the chain ever so young.
        let covered = anchored.as_ref().map(|anchored: &Anchored| anchored.size);
        let required = request
            .covered_until
            .map(|_| Required { seq: due, met: covered.is_some_and(|size| size >= due) });
        let breaks_count = breaks.count() + request.checkpoint_breaks.len() as u64;
        // Behind those of entries, and kept however many these are.
        let mut breaks = breaks.first_ones();
        breaks.extend(request.checkpoint_breaks.iter().cloned());
        Report {
            chain_id: self.chain_id,
            profile: "attestor/v1",
            scope: self.scope,
            entries,
            breaks_count,
            breaks,
            root,
            anchored,
            unverifiable: 0,
            concerns: self.concerns,
            reconciled: self.reconciled,
            required,
            stopped: self.stopped,
            duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn processors() -> NonZeroUsize {
    let most = NonZeroUsize::new(WORKERS_MAX).unwrap_or(NonZeroUsize::MIN);
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).min(most)
}
