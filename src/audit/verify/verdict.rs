//! What a verification finds, in the words of the chain specification.

use crate::chain::hash::Digest;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What is broken. The order is that in which breaks of one entry are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Rows are hidden, or could be: by a view, a policy, a rule, or an index that misses them.
    HiddenRows,
    /// Entries are missing; the seq is that of the first one.
    Gap,
    /// A seq stands twice.
    Duplicate,
    /// An entry of another chain.
    ChainIdMismatch,
    /// The payload is not the one that was hashed.
    PayloadMismatch,
    /// A column is not what was hashed, or what no entry can be.
    MetadataMismatch,
    /// An entry is older than the one before it.
    TimeRegression,
    /// An entry does not follow the one before it.
    LinkMismatch,
    /// The chain is shorter than a checkpoint that is trusted.
    Rollback,
    /// The chain has another root than a checkpoint that is trusted.
    RootMismatch,
    /// Two signed checkpoints of one size have different roots.
    Fork,
    /// A checkpoint's signature is wrong.
    BadSignature,
}

impl Kind {
    /// The word, as reports have it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::HiddenRows => "HIDDEN_ROWS",
            Kind::Gap => "GAP",
            Kind::Duplicate => "DUPLICATE",
            Kind::ChainIdMismatch => "CHAIN_ID_MISMATCH",
            Kind::PayloadMismatch => "PAYLOAD_MISMATCH",
            Kind::MetadataMismatch => "METADATA_MISMATCH",
            Kind::TimeRegression => "TIME_REGRESSION",
            Kind::LinkMismatch => "LINK_MISMATCH",
            Kind::Rollback => "ROLLBACK",
            Kind::RootMismatch => "ROOT_MISMATCH",
            Kind::Fork => "FORK",
            Kind::BadSignature => "BAD_SIGNATURE",
        }
    }
}

/// What of an entry is broken. The order is that in which flaws of one kind are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The position, or its twin `id`.
    Seq,
    /// The chain's name.
    ChainId,
    /// The time.
    OccurredAt,
    /// The payload, or its hash.
    Payload,
    /// The hash of the entry before.
    PrevHash,
    /// A column that the entry's hash is over, or that hash.
    Entry,
}

impl Field {
    /// The word, as reports have it.
    pub fn word(self) -> &'static str {
        match self {
            Field::Payload => "payload",
            Field::Entry => "entry",
            Field::PrevHash => "prev_hash",
            Field::Seq => "seq",
            Field::OccurredAt => "occurred_at",
            Field::ChainId => "chain_id",
        }
    }
}

/// One place where the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Break {
    /// The entry; none where a break has no single place.
    pub seq: Option<i64>,
    /// What is broken.
    pub kind: Kind,
    /// What of the entry.
    pub field: Option<Field>,
    /// For what a root cannot locate: from the entry after the last good size to the first bad size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<(u64, u64)>,
    /// What it is, in words.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: std::borrow::Cow<'static, str>,
}

impl Break {
    /// A break at an entry.
    pub fn at(seq: i64, kind: Kind, field: Field, why: &'static str) -> Self {
        Break { seq: Some(seq), kind, field: Some(field), range: None, why: why.into() }
    }

    /// A break without a place.
    pub fn nowhere(kind: Kind, why: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Break { seq: None, kind, field: None, range: None, why: why.into() }
    }

    /// A break somewhere in a range of entries.
    pub fn within(range: (u64, u64), kind: Kind, why: &'static str) -> Self {
        Break { range: Some(range), ..Break::nowhere(kind, why) }
    }

    /// The entry at which it is certain: breaks are told in this order. What a root cannot locate comes
    /// after what can be located within its range.
    fn place(&self) -> (i64, Kind) {
        let end_of_range = self.range.map(|(_, to)| i64::try_from(to).unwrap_or(i64::MAX));
        (self.seq.or(end_of_range).unwrap_or(0), self.kind)
    }

    /// The order in which breaks are told, whatever order they were found in.
    fn order(&self, other: &Break) -> std::cmp::Ordering {
        self.place().cmp(&other.place()).then_with(|| self.cmp(other))
    }
}

/// The most breaks that are kept; all of them are counted.
pub const BREAKS_MAX: usize = 1_000;

/// Breaks, the first of them kept and all of them counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaks {
    kept: Vec<Break>,
    count: u64,
}

impl Breaks {
    /// Adds one.
    pub fn push(&mut self, found: Break) {
        self.count += 1;
        if self.kept.len() < BREAKS_MAX {
            self.kept.push(found);
        } else if let Some(last) = self.kept.iter_mut().max_by(|a, b| a.order(b))
            && found.order(last).is_lt()
        {
            *last = found;
        }
    }

    /// Adds those of another part of the chain.
    pub fn extend(&mut self, other: Breaks) {
        let uncounted = other.count - other.kept.len() as u64;
        other.kept.into_iter().for_each(|found| self.push(found));
        self.count += uncounted;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first ones, in the order of the chain; what has no place comes first.
    pub fn first_ones(mut self) -> Vec<Break> {
        self.kept.sort_by(Break::order);
        self.kept
    }
}

/// A checkpoint that whoever verifies trusts: its signature was checked, and it was kept outside the
/// database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// The number of entries that it covers.
    pub size: u64,
    /// The root of the tree over these.
    pub root: Digest,
    /// The key that signed it, by its name.
    pub key: String,
    /// When it was signed.
    pub time: DateTime<Utc>,
}

/// How far a trusted checkpoint vouches for the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anchored {
    /// The number of entries that it covers.
    pub size: u64,
    /// The key that signed it.
    pub key: String,
    /// When it was signed.
    pub time: DateTime<Utc>,
    /// How many entries came after it.
    pub tail: u64,
}
