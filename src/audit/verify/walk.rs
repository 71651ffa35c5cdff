//! A run of neighbouring entries that was walked; and runs that meet, joined.
//!
//! What a run says does not depend on where it was cut: the first row of a run is held against the one
//! before it when the run is joined to its left neighbour, by the same rule as inside a run.

mod walker;

pub use walker::Walker;

use super::entry::names_a_chain;
use super::verdict::{Break, Breaks, Field, Kind};
use crate::audit::merkle::Range;
use crate::chain::hash::{Digest, genesis};

/// What one row is to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Its position.
    pub seq: i64,
    /// Its time, in microseconds since 2000-01-01; none where it has none.
    pub occurred_at: Option<i64>,
    /// The hash of the entry before, as stored; none where that is no hash.
    pub prev_hash: Option<Digest>,
    /// Its own hash, as stored.
    pub entry_hash: Digest,
}

/// A run of entries that was walked.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The chain that they have to be of.
    chain_id: String,
    /// Whether that is a name that a chain can have.
    is_name: bool,
    first: Option<Edge>,
    last: Option<Edge>,
    entries: u64,
    breaks: Breaks,
    /// The tree over them; none once one is missing or too many.
    tree: Option<Range>,
    /// A moment, in microseconds since 2000-01-01, and the last entry of before it.
    due: i64,
    last_due: i64,
}

impl Walk {
    /// A walk over the chain `chain_id`, of nothing so far.
    pub fn new(chain_id: &str) -> Self {
        Walk {
            chain_id: chain_id.to_owned(),
            is_name: names_a_chain(chain_id.as_bytes()),
            first: None,
            last: None,
            entries: 0,
            breaks: Breaks::default(),
            tree: None,
            due: i64::MIN,
            last_due: 0,
        }
    }

    /// Notes the last entry of before a moment, in microseconds since 2000-01-01.
    #[must_use]
    pub fn noting(self, due: i64) -> Self {
        Walk { due, ..self }
    }

    /// A walk that goes on after the entry `last`, which is vouched for, as the tree before it.
    pub fn after(chain_id: &str, last: Edge, tree: Range) -> Self {
        Walk { first: Some(last), last: Some(last), tree: Some(tree), ..Walk::new(chain_id) }
    }

    /// Joins the run to the right of this one.
    pub fn join(&mut self, right: Walk) {
        self.breaks.extend(right.breaks);
        self.entries += right.entries;
        self.last_due = self.last_due.max(right.last_due);
        let Some(first) = right.first else { return };
        match self.last {
            Some(last) => {
                meet(&last, &first, &mut self.breaks);
                let tree = self.tree.take().zip(right.tree);
                self.tree = tree.and_then(|(mut left, right)| left.join(&right).then_some(left));
            }
            None => {
                self.first = Some(first);
                self.tree = right.tree;
            }
        }
        self.last = right.last;
    }

    /// Holds the first entry against the beginning of the chain.
    pub fn begin(&mut self) {
        let Some(first) = self.first else { return };
        if first.seq > 1 {
            self.breaks.push(Break::at(1, Kind::Gap, Field::Seq, "entries are missing"));
        }
        if first.prev_hash != Some(genesis(&self.chain_id)) {
            let why = "the first entry does not follow the chain's beginning";
            self.breaks.push(Break::at(first.seq, Kind::LinkMismatch, Field::PrevHash, why));
        }
    }

    /// The chain that its entries have to be of.
    pub fn chain_id(&self) -> &str {
        &self.chain_id
    }

    /// Takes in what was found elsewhere.
    pub fn note(&mut self, found: Break) {
        self.breaks.push(found);
    }

    /// How many rows were walked.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The position of the last entry of before the moment that was to be noted; 0 where there is none.
    pub fn last_due(&self) -> i64 {
        self.last_due
    }

    /// The first entry.
    pub fn first(&self) -> Option<Edge> {
        self.first
    }

    /// The last entry.
    pub fn last(&self) -> Option<Edge> {
        self.last
    }

    /// The tree over the entries; none where one is missing or stands twice.
    pub fn tree(&self) -> Option<&Range> {
        self.tree.as_ref()
    }

    /// What was found.
    pub fn breaks(&self) -> &Breaks {
        &self.breaks
    }

    /// What was found, to add to.
    pub fn into_breaks(self) -> Breaks {
        self.breaks
    }
}

/// Holds an entry against the one before it.
fn meet(before: &Edge, entry: &Edge, breaks: &mut Breaks) {
    let next = before.seq.saturating_add(1);
    if entry.seq < before.seq {
        let why = "the index gives its rows out of order";
        breaks.push(Break::at(entry.seq, Kind::HiddenRows, Field::Seq, why));
    } else if entry.seq == before.seq {
        // Which of the two follows the one before it can't be said.
        breaks.push(Break::at(entry.seq, Kind::Duplicate, Field::Seq, "the position stands twice"));
        return;
    } else if entry.seq > next {
        breaks.push(Break::at(next, Kind::Gap, Field::Seq, "entries are missing"));
    }
    if entry.occurred_at < before.occurred_at {
        let why = "older than the entry before it";
        breaks.push(Break::at(entry.seq, Kind::TimeRegression, Field::OccurredAt, why));
    }
    if entry.prev_hash != Some(before.entry_hash) {
        let why = "does not follow the entry before it";
        breaks.push(Break::at(entry.seq, Kind::LinkMismatch, Field::PrevHash, why));
    }
}
