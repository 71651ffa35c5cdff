//! How the entries are shared out among those who read them.

use crate::audit::store::rows::{Blocks, Ends};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many entries a piece of work has: some tenths of a second, so that a cancelled one ends soon.
const PIECE_ENTRIES: u64 = 16_384;
/// How many entries the last pieces have: nobody waits long for another's.
const LAST_ENTRIES: u64 = 2_048;
/// Pieces become smaller once so many would be left.
const PIECES_LEFT: u64 = 8;
/// The most pieces: positions that no chain has are not to make work without end.
const PIECES_MAX: u64 = 65_536;

/// All of the work, of which whoever is free takes the next piece.
#[derive(Debug)]
pub struct Plan {
    /// The positions of which entries are walked, piece by piece.
    pieces: Vec<RangeInclusive<i64>>,
    /// The blocks of the table whose rows are counted with each piece, without an index. What is walked
    /// and what is counted are about the same rows, so that each block is fetched once.
    blocks: Vec<Option<Blocks>>,
    taken: AtomicUsize,
}

impl Plan {
    /// Shares out every position there is, cut behind each of `cuts`, and the counting of the `blocks` that
    /// the table has.
    pub fn whole(ends: Ends, blocks: u32, is_indexed: bool, cuts: impl Iterator<Item = u64>) -> Self {
        // Rows that no index knows are counted too where there seems to be none.
        let (first, last) = ends.first.zip(ends.last).unwrap_or((1, 1));
        let pieces = cut(first, last, is_indexed, cuts);
        let blocks = share_out(blocks, first, &pieces);
        let pieces = open_ends(pieces);
        Plan { pieces, blocks, taken: AtomicUsize::new(0) }
    }

    /// Shares out the positions behind `size`.
    pub fn after(size: u64, ends: Ends) -> Self {
        let first = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
        let pieces = match ends.last.filter(|last| *last >= first) {
            Some(last) => cut(first, last, true, std::iter::empty()),
            None => Vec::new(),
        };
        Plan { pieces, blocks: Vec::new(), taken: AtomicUsize::new(0) }
    }

    /// The next piece that nobody has taken, with its number.
    pub fn take(&self) -> Option<(usize, RangeInclusive<i64>)> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        Some((number, self.pieces.get(number)?.clone()))
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether the rows are counted besides.
    pub fn is_counted(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// The blocks whose rows are counted with a piece.
    pub fn blocks(&self, number: usize) -> Option<Blocks> {
        self.blocks.get(number).copied().flatten()
    }

    /// The last position of a piece.
    pub fn end(&self, number: usize) -> Option<i64> {
        self.pieces.get(number).map(|seqs| *seqs.end())
    }
}

/// Cuts the positions from `first` to `last` behind each of `cuts`, and into pieces of a good size where
/// an index makes these cheap to find.
fn cut(first: i64, last: i64, is_indexed: bool, cuts: impl Iterator<Item = u64>) -> Vec<RangeInclusive<i64>> {
    let most = PIECE_ENTRIES.max(first.abs_diff(last) / PIECES_MAX);
    let width = |from: i64| match is_indexed {
        true => (from.abs_diff(last) / PIECES_LEFT).clamp(LAST_ENTRIES, most),
        false => u64::MAX,
    };
    let mut cuts: Vec<i64> = cuts.filter_map(|size| i64::try_from(size).ok()).collect();
    cuts.retain(|size| (first..last).contains(size));
    cuts.push(last);
    let mut from = first;
    let mut pieces = Vec::new();
    for to in cuts {
        while from <= to {
            let end = from.saturating_add_unsigned(width(from) - 1).min(to);
            pieces.push(from..=end);
            let Some(next) = end.checked_add(1) else { return pieces };
            from = next;
        }
    }
    pieces
}

/// Shares the `blocks` of the table out as the positions from `first` on are: entries that follow each other
/// mostly lie beside each other. The last piece has all that may be behind them.
fn share_out(blocks: u32, first: i64, pieces: &[RangeInclusive<i64>]) -> Vec<Option<Blocks>> {
    let all = pieces.last().map_or(1, |last| u128::from(last.end().abs_diff(first)) + 1);
    let mut from = 0;
    let share = |(nth, piece): (usize, &RangeInclusive<i64>)| {
        let before = u128::from(piece.end().abs_diff(first)) + 1;
        let to = u32::try_from(u128::from(blocks) * before / all).unwrap_or(u32::MAX);
        let share = match nth + 1 == pieces.len() {
            true => Some(Blocks { first: from, end: None }),
            false => (from < to).then_some(Blocks { first: from, end: Some(to) }),
        };
        from = to;
        share
    };
    pieces.iter().enumerate().map(share).collect()
}

/// Nothing stands before the first position or behind the last one, as far as the index knows; the rows
/// say that themselves.
fn open_ends(mut pieces: Vec<RangeInclusive<i64>>) -> Vec<RangeInclusive<i64>> {
    if let Some(first) = pieces.first_mut() {
        *first = i64::MIN..=*first.end();
    }
    if let Some(last) = pieces.last_mut() {
        *last = *last.start()..=i64::MAX;
    }
    pieces
}
