//! How the entries are shared out among those who read them.

use crate::audit::store::rows::Ends;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many entries a piece of work has: some tenths of a second, so that nobody waits long for the last.
const PIECE_ENTRIES: u64 = 16_384;
/// The most pieces: positions that no chain has are not to make work without end.
const PIECES_MAX: u64 = 65_536;

/// All of the work, of which whoever is free takes the next piece.
#[derive(Debug)]
pub struct Plan {
    /// The positions of which entries are walked, piece by piece.
    pieces: Vec<RangeInclusive<i64>>,
    /// Whether the rows are counted without an index, besides.
    is_counted: bool,
    taken: AtomicUsize,
}

impl Plan {
    /// Shares out every position there is, cut behind each of `cuts`, and the counting.
    pub fn whole(ends: Ends, is_indexed: bool, cuts: impl Iterator<Item = u64>) -> Self {
        let pieces = match (ends.first, ends.last) {
            (Some(first), Some(last)) => open_ends(cut(first, last, is_indexed, cuts)),
            _ => Vec::new(),
        };
        Plan { pieces, is_counted: true, taken: AtomicUsize::new(0) }
    }

    /// Shares out the positions behind `size`.
    pub fn after(size: u64, ends: Ends) -> Self {
        let first = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
        let pieces = match ends.last.filter(|last| *last >= first) {
            Some(last) => cut(first, last, true, std::iter::empty()),
            None => Vec::new(),
        };
        Plan { pieces, is_counted: false, taken: AtomicUsize::new(0) }
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
        self.is_counted
    }

    /// The last position of a piece.
    pub fn end(&self, number: usize) -> Option<i64> {
        self.pieces.get(number).map(|seqs| *seqs.end())
    }
}

/// Cuts the positions from `first` to `last` behind each of `cuts`, and into pieces of a good size where
/// an index makes these cheap to find.
fn cut(first: i64, last: i64, is_indexed: bool, cuts: impl Iterator<Item = u64>) -> Vec<RangeInclusive<i64>> {
    let width = if is_indexed { PIECE_ENTRIES.max(first.abs_diff(last) / PIECES_MAX) } else { u64::MAX };
    let mut cuts: Vec<i64> = cuts.filter_map(|size| i64::try_from(size).ok()).collect();
    cuts.retain(|size| (first..last).contains(size));
    cuts.push(last);
    let mut from = first;
    let mut pieces = Vec::new();
    for to in cuts {
        while from <= to {
            let end = from.saturating_add_unsigned(width - 1).min(to);
            pieces.push(from..=end);
            let Some(next) = end.checked_add(1) else { return pieces };
            from = next;
        }
    }
    pieces
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
