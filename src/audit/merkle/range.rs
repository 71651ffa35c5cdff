//! A run of neighbouring leaves as the fewest whole subtrees that cover it.
//!
//! Its memory grows with the logarithm of its length, so that a chain of any size is rooted in one
//! pass. Ranges that touch can be joined, which lets several readers share a chain.

use super::span::{Span, Subtree, level_of};
use crate::chain::hash::{Digest, leaf, node, put_leaf, put_node};
use crate::chain::lanes::Batch;

/// How many nodes of one level are worth being hashed together.
const ROW_MIN: usize = 16;

/// A run of neighbouring leaves, as the fewest whole subtrees that cover it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    begin: u64,
    end: u64,
    /// The roots of the subtrees, from left to right.
    subtrees: Vec<Digest>,
}

impl Range {
    /// An empty range before the leaf `begin`.
    pub fn starting_at(begin: u64) -> Self {
        Range { begin, end: begin, subtrees: Vec::new() }
    }

    /// The index of the first leaf.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// The index behind the last leaf.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Appends the leaf of an entry.
    pub fn push_entry(&mut self, entry_hash: &Digest) {
        self.push(leaf(entry_hash), 0, |_, _| {});
    }

    /// Appends the leaves of neighbouring entries, level by level: the nodes of one don't wait for each
    /// other.
    pub fn push_entries(&mut self, entry_hashes: &[Digest]) {
        let mut batch = Batch::default();
        entry_hashes.iter().for_each(|entry_hash| batch.push(|bytes| put_leaf(bytes, entry_hash)));
        let mut row = batch.hash();
        // What has no partner in the row, from the right end up.
        let mut rest = Vec::new();
        let mut level = 0;
        while row.len() >= ROW_MIN {
            let is_right = self.end & (1 << level) != 0;
            if is_right {
                self.push(row[0], level, |_, _| {});
            }
            let (pairs, last) = row[usize::from(is_right)..].as_chunks();
            rest.extend(last.first().map(|last| (*last, level)));
            pairs.iter().for_each(|[left, right]| batch.push(|bytes| put_node(bytes, left, right)));
            row = batch.hash();
            level += 1;
        }
        row.into_iter().for_each(|subtree| self.push(subtree, level, |_, _| {}));
        rest.into_iter().rev().for_each(|(subtree, level)| self.push(subtree, level, |_, _| {}));
    }

    /// Appends the leaf of an entry, and tells `whole` every subtree of two leaves and more that it
    /// completes, from the lowest up.
    pub fn push_entry_telling(&mut self, entry_hash: &Digest, whole: impl FnMut(Subtree, Digest)) {
        self.push(leaf(entry_hash), 0, whole);
    }

    /// The range of the whole subtrees `hashes`, which cover the leaves `begin` to `end` from left to
    /// right; none where their number is not the one that covers them.
    pub fn of_subtrees(begin: u64, end: u64, hashes: Vec<Digest>) -> Option<Self> {
        let known = Span::new(begin, end)?.subtrees().len() == hashes.len();
        known.then_some(Range { begin, end, subtrees: hashes })
    }

    /// The roots of the whole subtrees that cover it, from left to right.
    pub fn subtrees(&self) -> &[Digest] {
        &self.subtrees
    }

    /// Joins `right`, which begins where this range ends; `false`, and nothing done, where it does not.
    #[must_use]
    pub fn join(&mut self, right: &Range) -> bool {
        if right.begin != self.end {
            return false;
        }
        let mut at = right.begin;
        for subtree in &right.subtrees {
            let level = level_of(at, right.end);
            at += 1 << level;
            self.push(*subtree, level, |_, _| {});
        }
        true
    }

    /// The root of the tree, for a range that begins at the first leaf and is not empty.
    pub fn root(&self) -> Option<Digest> {
        if self.begin != 0 {
            return None;
        }
        super::hash_of_subtrees(&self.subtrees)
    }

    /// Appends a whole subtree of `2^level` leaves, and joins what it completes.
    fn push(&mut self, mut subtree: Digest, mut level: u32, mut whole: impl FnMut(Subtree, Digest)) {
        // A subtree is completed by its left neighbour, where this range holds that one.
        let mut at = self.end;
        self.end += 1 << level;
        while at & (1 << level) != 0 && at - (1 << level) >= self.begin {
            let Some(left) = self.subtrees.pop() else { break };
            subtree = node(&left, &subtree);
            at -= 1 << level;
            level += 1;
            whole(Subtree { level, index: at >> level }, subtree);
        }
        self.subtrees.push(subtree);
    }
}
