//! The hashes of the chain's tree: from a cache of whole subtrees, or from the entries themselves.
//!
//! The cache is never trusted by itself. What is made from it is held against a root that is signed;
//! where that fails, everything is read from the entries.

use super::checkpoints::may_read;
use crate::audit::merkle::{Range, Span, Subtree, hash_of_subtrees};
use crate::audit::verify::preimage::from_hex;
use crate::chain::bookkeeping::{Bookkeeping, Note};
use crate::chain::hash::{Digest, node};
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use futures::TryStreamExt;
use sqlx::Row;

/// Levels between one kept level and the next.
pub const TILE_LEVELS: u32 = 8;
/// Subtrees that are written at once.
const BATCH: usize = 4_096;

/// Where hashes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The cache, and entries for what it does not keep.
    Cache,
    /// The entries alone.
    Entries,
}

/// The hash of each branch; none where the entries do not give it.
pub async fn hashes(snapshot: &mut Snapshot, spans: &[Span], source: Source) -> Result<Option<Vec<Digest>>> {
    let mut hashes = Vec::with_capacity(spans.len());
    for span in spans {
        let Some(subtrees) = subtrees(snapshot, *span, source).await? else { return Ok(None) };
        hashes.extend(hash_of_subtrees(&subtrees));
    }
    Ok((hashes.len() == spans.len()).then_some(hashes))
}

/// The tree over the first `size` entries; none where the entries do not give it.
pub async fn tree(snapshot: &mut Snapshot, size: u64, source: Source) -> Result<Option<Range>> {
    let Some(span) = Span::new(0, size) else { return Ok(None) };
    let hashes = subtrees(snapshot, span, source).await?;
    Ok(hashes.and_then(|hashes| Range::of_subtrees(0, size, hashes)))
}

/// Keeps whole subtrees in the cache.
pub async fn keep(books: Bookkeeping<'_>, tiles: &[(Subtree, Digest)]) -> Result<()> {
    for batch in tiles.chunks(BATCH) {
        let level = |tile: &(Subtree, Digest)| i16::try_from(tile.0.level).unwrap_or(i16::MAX);
        let position = |tile: &(Subtree, Digest)| i64::try_from(tile.0.index).unwrap_or(i64::MAX);
        let levels: Vec<i16> = batch.iter().map(level).collect();
        let positions: Vec<i64> = batch.iter().map(position).collect();
        let hashes: Vec<Vec<u8>> = batch.iter().map(|tile| tile.1.0.to_vec()).collect();
        books.write(Note::MerkleTiles, |note| note.bind(levels).bind(positions).bind(hashes)).await?;
    }
    Ok(())
}

/// Whether the cache keeps subtrees of this level.
pub fn is_kept(subtree: Subtree) -> bool {
    subtree.level > 0 && subtree.level.is_multiple_of(TILE_LEVELS)
}

async fn subtrees(snapshot: &mut Snapshot, span: Span, source: Source) -> Result<Option<Vec<Digest>>> {
    if source == Source::Entries {
        let range = from_entries(snapshot, span).await?;
        return Ok(range.map(|range| range.subtrees().to_vec()));
    }
    let is_cached = may_read(snapshot, "merkle_tiles").await?;
    let mut hashes = Vec::new();
    for subtree in span.subtrees() {
        let cached = if is_cached { from_cache(snapshot, subtree).await? } else { None };
        let found = match cached {
            Some(found) => Some(found),
            None => from_entries(snapshot, subtree.span()).await?.and_then(|r| r.subtrees().first().copied()),
        };
        let Some(found) = found else { return Ok(None) };
        hashes.push(found);
    }
    Ok(Some(hashes))
}

/// A subtree from those of the next kept level below it; none where that is the leaves, or one is missing.
async fn from_cache(snapshot: &mut Snapshot, subtree: Subtree) -> Result<Option<Digest>> {
    let level = subtree.level / TILE_LEVELS * TILE_LEVELS;
    if level == 0 {
        return Ok(None);
    }
    let count = 1_u64 << (subtree.level - level);
    let first = subtree.index << (subtree.level - level);
    let (Ok(from), Ok(to)) = (i64::try_from(first), i64::try_from(first + count)) else { return Ok(None) };
    let found: Vec<Vec<u8>> = sqlx::query_scalar(
        "select hash from audit.merkle_tiles where level = $1 and position >= $2 and position < $3
         order by position",
    )
    .bind(i16::try_from(level).unwrap_or(i16::MAX))
    .bind(from)
    .bind(to)
    .fetch_all(snapshot.connection())
    .await?;
    let hashes: Vec<Digest> = found.into_iter().filter_map(|hash| hash.try_into().ok().map(Digest)).collect();
    Ok(if hashes.len() as u64 == count { above(hashes) } else { None })
}

/// The root of the subtree right above these, which are of one level, a power of two of them.
fn above(mut hashes: Vec<Digest>) -> Option<Digest> {
    while hashes.len() > 1 {
        hashes = hashes
            .chunks(2)
            .filter_map(|pair| pair.first().zip(pair.get(1)))
            .map(|(l, r)| node(l, r))
            .collect();
    }
    hashes.pop()
}

/// The range of the entries of `span`, as their hashes are stored; none where one is missing or no hash.
async fn from_entries(snapshot: &mut Snapshot, span: Span) -> Result<Option<Range>> {
    let mut range = Range::starting_at(span.begin());
    let beyond = |_| Error::new(Kind::Usage, "no chain has so many entries");
    let mut rows = sqlx::query(
        "select seq, entry_hash from only audit.audit_trail_entries where seq > $1 and seq <= $2 order by seq",
    )
    .bind(i64::try_from(span.begin()).map_err(beyond)?)
    .bind(i64::try_from(span.end()).map_err(beyond)?)
    .fetch(snapshot.connection());
    while let Some(row) = rows.try_next().await? {
        let (seq, hash): (i64, Option<&str>) = (row.try_get("seq")?, row.try_get("entry_hash")?);
        let next = u64::try_from(seq).ok() == Some(range.end() + 1);
        let Some(hash) = hash.filter(|_| next).and_then(|hash| from_hex(hash.as_bytes())) else {
            return Ok(None);
        };
        range.push_entry(&hash);
    }
    Ok((range.end() == span.end()).then_some(range))
}
