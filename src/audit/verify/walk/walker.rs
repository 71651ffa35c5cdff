//! A walk, row by row.

use super::{Edge, Walk, meet};
use crate::audit::merkle::Range;
use crate::audit::verify::claims::Claims;
use crate::audit::verify::entry::{Stored, check};
use crate::audit::verify::row::Row;
use crate::audit::verify::verdict::{Break, Field, Kind};
use crate::chain::hash::Digest;

/// After how many rows the tree grows at the latest.
const LEAVES_MAX: usize = 256;

/// A walk under way. Hashes are looked into many at a time, so that what it found is known when it is
/// [finished](Walker::finish).
#[derive(Debug)]
pub struct Walker {
    walk: Walk,
    claims: Claims,
    /// The hashes of the entries that the tree doesn't have yet.
    leaves: Vec<Digest>,
}

impl Walker {
    /// Goes on with `walk`.
    pub fn new(walk: Walk) -> Self {
        Walker { walk, claims: Claims::default(), leaves: Vec::new() }
    }

    /// Walks the next row, in the order of seq.
    pub fn push(&mut self, row: &Row<'_>) {
        let walk = &mut self.walk;
        let Some(seq) = row.seq else {
            let found = Break::nowhere(Kind::MetadataMismatch, "an entry without a seq");
            walk.breaks.push(Break { field: Some(Field::Seq), ..found });
            return;
        };
        walk.entries += 1;
        let stored = Stored::of(row);
        let edge = Edge {
            seq,
            occurred_at: row.occurred_at,
            prev_hash: stored.prev_hash,
            entry_hash: stored.leaf(),
        };
        if row.occurred_at.is_some_and(|at| at <= walk.due) {
            walk.last_due = walk.last_due.max(seq);
        }
        if row.chain_id != Some(walk.chain_id.as_bytes()) {
            let why = "an entry of another chain";
            walk.breaks.push(Break::at(seq, Kind::ChainIdMismatch, Field::ChainId, why));
        }
        let breaks = &mut walk.breaks;
        let known_name = walk.is_name.then_some(walk.chain_id.as_bytes());
        check(row, &stored, known_name, &mut self.claims, |flaw| breaks.push(flaw.at(seq)));
        match walk.last {
            Some(last) => {
                meet(&last, &edge, &mut walk.breaks);
                walk.tree = walk.tree.take().filter(|_| last.seq.checked_add(1) == Some(seq));
            }
            None => {
                walk.first = Some(edge);
                walk.tree = u64::try_from(seq - 1).ok().map(Range::starting_at);
            }
        }
        self.leaves.push(edge.entry_hash);
        // Of entries at one position one stands for both, whatever order they came in.
        let order = |edge: &Edge| (edge.entry_hash.0, edge.occurred_at, edge.prev_hash.map(|hash| hash.0));
        let of_two = |known: Option<Edge>| {
            known.filter(|known| known.seq == seq && order(known) < order(&edge)).unwrap_or(edge)
        };
        if walk.first.is_some_and(|first| first.seq == seq) {
            walk.first = Some(of_two(walk.first));
        }
        walk.last = Some(of_two(walk.last));
        if self.claims.are_due() {
            self.settle();
        }
        if self.leaves.len() == LEAVES_MAX {
            self.grow();
        }
    }

    /// How many rows were walked.
    pub fn entries(&self) -> u64 {
        self.walk.entries
    }

    /// The walk, with all that is wrong in it.
    pub fn finish(mut self) -> Walk {
        self.settle();
        self.grow();
        self.walk
    }

    fn settle(&mut self) {
        let breaks = &mut self.walk.breaks;
        self.claims.settle(|seq, flaw| breaks.push(flaw.at(seq)));
    }

    fn grow(&mut self) {
        if let Some(tree) = &mut self.walk.tree {
            tree.push_entries(&self.leaves);
        }
        self.leaves.clear();
    }
}
