//! Reading again what a new checkpoint is to cover: from the last signed root on, all of it recomputed.

use crate::audit::line::moment;
use crate::audit::merkle::{Range, Subtree};
use crate::audit::store::rows;
use crate::audit::store::tree::{self, Source};
use crate::audit::trust::Signed;
use crate::audit::verify::entry::Stored;
use crate::audit::verify::usual::Usual;
use crate::audit::verify::verdict::{Break, Kind as Broken};
use crate::audit::verify::walk::{Walk, Walker};
use crate::chain::hash::Digest;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use crate::jobs::JobContext;
use chrono::{DateTime, Utc};

/// What was read again.
pub(super) struct Reread {
    /// The root over everything.
    pub(super) root: Digest,
    /// The time of the newest entry.
    pub(super) newest: Option<DateTime<Utc>>,
    /// How many entries were read.
    pub(super) entries: u64,
    /// Whole subtrees to keep.
    pub(super) tiles: Vec<(Subtree, Digest)>,
}

/// Reads what came since the last signed checkpoint, up to `seq`, and recomputes all of it.
pub(super) async fn reread(
    snapshot: &mut Snapshot,
    origin: &str,
    base: Option<&Signed>,
    seq: EntrySeq,
    job: &JobContext,
) -> Result<Result<Reread, Vec<Break>>> {
    let usual = Usual::of(origin);
    let (walk, mut range) = match base {
        None => (Walk::new(origin), Range::starting_at(0)),
        Some(signed) => {
            let Some(tree) = trusted_tree(snapshot, signed).await? else {
                return Ok(Err(vec![other_root(signed)]));
            };
            let mut last = Walker::new(Walk::new(origin));
            let size = i64::try_from(signed.size).unwrap_or(i64::MAX);
            rows::each(snapshot, &usual, size..=size, |row| last.push(row)).await?;
            let last = last.finish();
            let Some(edge) = last.last() else { return Ok(Err(vec![other_root(signed)])) };
            if last.breaks().count() > 0 {
                return Ok(Err(last.into_breaks().first_ones()));
            }
            (Walk::after(origin, edge, tree.clone()), tree)
        }
    };
    let mut walker = Walker::new(walk);
    let from = base.map_or(0, |base| base.size);
    let total = u64::try_from(seq.0).unwrap_or(0).saturating_sub(from);
    let mut tiles = Vec::new();
    let mut done = 0_u64;
    let first = i64::try_from(from).unwrap_or(i64::MAX).saturating_add(1);
    let mut stream = Box::pin(rows::each(snapshot, &usual, first..=seq.0, |row| {
        walker.push(row);
        range.push_entry_telling(&Stored::of(row).leaf(), |subtree, hash| {
            if tree::is_kept(subtree) {
                tiles.push((subtree, hash));
            }
        });
        done += 1;
        if done.is_multiple_of(4096) {
            job.report("reading again", done, Some(total));
        }
    }));
    tokio::select! {
        biased;
        () = job.cancellation().cancelled() => return Err(Error::new(Kind::Incomplete, "cancelled; nothing was signed")),
        read = &mut stream => read?,
    }
    drop(stream);
    let mut walk = walker.finish();
    if base.is_none() {
        walk.begin();
    }
    let micros = walk.last().and_then(|last| last.occurred_at);
    let breaks = walk.into_breaks();
    if breaks.count() > 0 {
        return Ok(Err(breaks.first_ones()));
    }
    let newest = micros.and_then(moment);
    match range.root().filter(|_| range.end() == from + total) {
        Some(root) => Ok(Ok(Reread { root, newest, entries: done, tiles })),
        None => Ok(Err(vec![Break::nowhere(Broken::HiddenRows, "entries that were appended are not seen")])),
    }
}

/// The tree under a signed root: from the cache, or where that is wrong from the entries; none where
/// these have another root.
pub(super) async fn trusted_tree(snapshot: &mut Snapshot, signed: &Signed) -> Result<Option<Range>> {
    for source in [Source::Cache, Source::Entries] {
        let tree = tree::tree(snapshot, signed.size, source).await?;
        if let Some(tree) = tree.filter(|tree| tree.root() == Some(signed.root)) {
            return Ok(Some(tree));
        }
    }
    Ok(None)
}

/// The chain does not have the root that was signed.
pub(super) fn other_root(signed: &Signed) -> Break {
    let why = "the chain had another root when this checkpoint was signed";
    Break::within((1, signed.size), Broken::RootMismatch, why)
}
