//! What a verification came to.

use super::ground::Concern;
use super::reconcile::Reconciled;
use super::verdict::{Anchored, Break, Kind, Trusted};
use crate::chain::hash::Digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No break was found.
    Verified,
    /// There is no entry: nothing was verified.
    Empty,
    /// No break was found, but not all rows could be recomputed.
    Unverifiable,
    /// It stopped before its end, and no break was found until then.
    Incomplete,
    /// The first break.
    Broken(Kind),
}

impl Verdict {
    /// The word, as reports have it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Verified => "VERIFIED",
            Verdict::Empty => "EMPTY",
            Verdict::Unverifiable => "UNVERIFIABLE",
            Verdict::Incomplete => "INCOMPLETE",
            Verdict::Broken(kind) => kind.word(),
        }
    }

    /// The exit status of the command line.
    pub fn exit_status(self) -> u8 {
        match self {
            Verdict::Verified | Verdict::Empty => 0,
            Verdict::Broken(_) => 3,
            Verdict::Unverifiable | Verdict::Incomplete => 4,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a verification came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The chain, as its entries name it.
    pub chain_id: Option<String>,
    /// How the rows are hashed, and linked.
    pub profile: &'static str,
    /// What was looked at.
    pub scope: Scope,
    /// How many rows were walked, from the first one on without a gap in the walking.
    pub entries: u64,
    /// The first breaks, in the order of the chain.
    pub breaks: Vec<Break>,
    /// How many breaks there are.
    pub breaks_count: u64,
    /// The root over all entries; none where one is missing, stands twice or was not walked.
    pub root: Option<Digest>,
    /// How far a trusted checkpoint vouches for it.
    pub anchored: Option<Anchored>,
    /// How many rows could not be recomputed.
    pub unverifiable: u64,
    /// What no longer protects the entries.
    pub concerns: Vec<Concern>,
    /// Whether decisions and entries speak of the same deeds; none where that was not looked at.
    pub reconciled: Option<Reconciled>,
    /// Whether the checkpoint that was required is there; none where none was.
    pub required: Option<Required>,
    /// Why it stopped before its end.
    pub stopped: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
}

/// How much of a chain was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every entry.
    #[default]
    Full,
    /// The entries after a trusted checkpoint. What was changed before it is not seen.
    Incremental,
}

/// A trusted checkpoint that has to cover the chain up to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Required {
    /// The position up to which entries have to be covered.
    pub seq: u64,
    /// Whether they are.
    pub met: bool,
}

impl Report {
    /// The exit status of the command line: that of the verdict, unless something else was found.
    ///
    /// Orphans and a checkpoint that is missing break no entry, and still are something found.
    pub fn exit_status(&self) -> u8 {
        let orphans = self.reconciled.as_ref().is_some_and(|reconciled| reconciled.orphans > 0);
        let unmet = self.required.is_some_and(|required| !required.met);
        match self.verdict().exit_status() {
            0 if orphans || unmet => 3,
            status => status,
        }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        match self.breaks.first() {
            Some(first) => Verdict::Broken(first.kind),
            None if self.stopped.is_some() => Verdict::Incomplete,
            None if self.unverifiable > 0 => Verdict::Unverifiable,
            None if self.entries == 0 && self.scope == Scope::Full => Verdict::Empty,
            None => Verdict::Verified,
        }
    }

    /// The root, as checkpoints write it.
    pub fn root_text(&self) -> Option<String> {
        self.root.map(|root| STANDARD.encode(root.0))
    }
}

/// The report as one JSON object.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", self.verdict().word())?;
        map.serialize_entry("entries", &self.entries)?;
        map.serialize_entry("first_break", &self.breaks.first())?;
        map.serialize_entry("breaks", &self.breaks_count)?;
        map.serialize_entry("root", &self.root_text())?;
        map.serialize_entry("anchored", &self.anchored)?;
        map.serialize_entry("unverifiable", &self.unverifiable)?;
        map.serialize_entry("duration_ms", &self.duration_ms)?;
        map.serialize_entry("profile", self.profile)?;
        map.serialize_entry("scope", &self.scope)?;
        map.serialize_entry("chain_id", &self.chain_id)?;
        map.serialize_entry("first_breaks", &self.breaks)?;
        map.serialize_entry("concerns", &self.concerns)?;
        map.serialize_entry("reconciled", &self.reconciled)?;
        map.serialize_entry("required", &self.required)?;
        map.serialize_entry("stopped", &self.stopped)?;
        map.end()
    }
}

/// Trusted checkpoints held against a chain, from the smallest to the largest.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    trusted: Vec<Trusted>,
    /// How many of them were held against it.
    held: usize,
    good: Option<Trusted>,
    bad: Option<Break>,
}

impl Anchors {
    /// Of checkpoints in any order.
    pub fn new(mut trusted: Vec<Trusted>) -> Self {
        trusted.sort_by_key(|checkpoint| checkpoint.size);
        Anchors { trusted, ..Anchors::default() }
    }

    /// The sizes at which the root is to be known.
    pub fn sizes(&self) -> impl Iterator<Item = u64> {
        self.trusted.iter().map(|checkpoint| checkpoint.size)
    }

    /// The chain has `root` at `size`; none where that can't be told. To be called in the order of sizes.
    pub fn hold(&mut self, size: u64, root: Option<Digest>) {
        while let Some(next) = self.trusted.get(self.held).filter(|next| next.size <= size) {
            self.held += 1;
            let Some(root) = root.filter(|_| next.size == size && self.bad.is_none()) else { continue };
            if next.root == root {
                self.good = Some(next.clone());
            } else {
                let why = "the chain had another root when this checkpoint was signed";
                self.bad = Some(Break::within((self.good_size() + 1, size), Kind::RootMismatch, why));
            }
        }
    }

    /// The chain ends at `size`: what is trusted of a longer one was rolled back.
    pub fn end(&mut self, size: u64) {
        let longer = self.trusted.iter().find(|checkpoint| checkpoint.size > size);
        if let (Some(longer), None) = (longer, &self.bad) {
            let why = "the chain was longer when this checkpoint was signed";
            self.bad = Some(Break::within((self.good_size() + 1, longer.size), Kind::Rollback, why));
        }
    }

    /// What contradicts a checkpoint.
    pub fn bad(&self) -> Option<&Break> {
        self.bad.as_ref()
    }

    /// How far a checkpoint vouches for a chain of `entries`.
    pub fn anchored(&self, entries: u64) -> Option<Anchored> {
        let good = self.good.as_ref()?;
        let tail = entries.saturating_sub(good.size);
        Some(Anchored { size: good.size, key: good.key.clone(), time: good.time, tail })
    }

    fn good_size(&self) -> u64 {
        self.good.as_ref().map_or(0, |good| good.size)
    }
}
