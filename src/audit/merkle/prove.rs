//! Proofs that an entry is in a tree, and that a tree only grew (RFC 6962, 2.1.1 and 2.1.2).
//!
//! Judging follows RFC 9162, 2.1.3.2 and 2.1.4.2: a proof that is too short, too long, or for another
//! index or size is refused, even where some root could be made of it.

use super::span::Span;
use crate::chain::hash::{Digest, node};
use std::fmt;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The index is not one of the tree's.
    Index,
    /// The sizes are not those of a tree and of what it grew to.
    Size,
    /// It has too few or too many hashes.
    Length,
    /// It leads to another root.
    Root,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flaw::Index => "the index is not in the tree",
            Flaw::Size => "the sizes are not those of a tree that grew",
            Flaw::Length => "the proof has the wrong number of hashes",
            Flaw::Root => "the proof leads to another root",
        })
    }
}

/// The branches whose hashes prove that the leaf `index` is in the tree of `size`, from the leaf up.
pub fn inclusion_path(index: u64, size: u64) -> Result<Vec<Span>, Flaw> {
    let mut path = Vec::new();
    let mut branch = Span::new(0, size).filter(|_| index < size).ok_or(Flaw::Index)?;
    while branch.len() > 1 {
        let (left, right) = branch.halves();
        let (own, other) = if index < right.begin() { (left, right) } else { (right, left) };
        path.push(other);
        branch = own;
    }
    path.reverse();
    Ok(path)
}

/// The branches whose hashes prove that the tree of `old` leaves grew to the tree of `new` leaves.
pub fn consistency_path(old: u64, new: u64) -> Result<Vec<Span>, Flaw> {
    let mut path = Vec::new();
    let mut branch = Span::new(0, new).filter(|_| 0 < old && old <= new).ok_or(Flaw::Size)?;
    while branch.end() != old {
        let (left, right) = branch.halves();
        let (own, other) = if old <= right.begin() { (left, right) } else { (right, left) };
        path.push(other);
        branch = own;
    }
    // The old tree itself is known to whoever judges, where it is a branch of the new one.
    if branch.begin() != 0 {
        path.push(branch);
    }
    path.reverse();
    Ok(path)
}

/// Judges whether `path` proves that `leaf` is at `index` in the tree of `size` under `root`.
pub fn included(index: u64, size: u64, leaf: &Digest, path: &[Digest], root: &Digest) -> Result<(), Flaw> {
    if index >= size {
        return Err(Flaw::Index);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in path {
        if last == 0 {
            return Err(Flaw::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            // Levels at which the right edge has no neighbour add no hash.
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(Flaw::Length);
    }
    if hash == *root { Ok(()) } else { Err(Flaw::Root) }
}

/// Judges whether `path` proves that the tree of `old` leaves under `old_root` grew to that of `new`
/// leaves under `new_root`. From the empty tree everything grows, so that there is nothing to prove.
pub fn consistent(
    (old, old_root): (u64, &Digest),
    (new, new_root): (u64, &Digest),
    path: &[Digest],
) -> Result<(), Flaw> {
    if old == 0 || old > new {
        return Err(Flaw::Size);
    }
    if old == new {
        return match (path.is_empty(), old_root == new_root) {
            (true, true) => Ok(()),
            (true, false) => Err(Flaw::Root),
            (false, _) => Err(Flaw::Length),
        };
    }
    // An old tree that is a branch of the new one is where its own path begins.
    let (first, rest) = match (old.is_power_of_two(), path) {
        (_, []) => return Err(Flaw::Length),
        (true, path) => (old_root, path),
        (false, [first, rest @ ..]) => (first, rest),
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in rest {
        if last == 0 {
            return Err(Flaw::Length);
        }
        if at & 1 == 1 || at == last {
            old_hash = node(step, &old_hash);
            new_hash = node(step, &new_hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new_hash = node(&new_hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(Flaw::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(Flaw::Root) }
}
