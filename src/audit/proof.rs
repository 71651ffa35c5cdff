//! A proof that one entry is in the chain, as a file that is checked without the database.
//!
//! JSON: the entry's line, the hashes from its leaf up to a root, and a signed checkpoint of that root.

use super::evidence::judge;
use super::line::Line;
use super::merkle::included;
use super::note::{Checkpoint, Note, root_from_text, root_text};
use super::place::Published;
use super::trust::{Disbelief, Signed, Trust};
use super::verify::verdict::Kind;
use crate::chain::hash::{Digest, leaf};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The format's name.
pub const FORMAT: &str = "attestor/proof/v1";

/// Bytes of a proof's file: a payload of a mebibyte, escaped, and some hashes.
pub const BYTES_MAX: u64 = 16 << 20;

/// A proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Always [`FORMAT`].
    pub format: String,
    /// The entry.
    pub entry: Line,
    /// Its leaf: seq - 1.
    pub leaf_index: u64,
    /// How many leaves the tree has.
    pub tree_size: u64,
    /// The root of the tree, as base64.
    pub root: String,
    /// The hashes from the leaf up, as base64.
    pub inclusion: Vec<String>,
    /// The signed note whose text names the size and the root.
    pub checkpoint: String,
    /// The SSH signature of the note's text.
    pub ssh_signature: Option<String>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unproved {
    /// It is no proof.
    Malformed(String),
    /// The entry is not the one that was hashed, or not in the tree.
    Broken(Kind, String),
    /// The checkpoint is not believed.
    Unbelieved(Disbelief),
}

impl Unproved {
    /// The verdict in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Unproved::Malformed(_) => "MALFORMED",
            Unproved::Broken(kind, _) => kind.word(),
            Unproved::Unbelieved(Disbelief::UnknownKey) => "UNTRUSTED",
            Unproved::Unbelieved(_) => "BAD_SIGNATURE",
        }
    }
}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unproved::Malformed(what) | Unproved::Broken(_, what) => f.write_str(what),
            Unproved::Unbelieved(why) => write!(f, "the checkpoint: {why}"),
        }
    }
}

impl Proof {
    /// The proof of an entry by its path in the tree of a checkpoint.
    pub fn new(
        entry: Line,
        checkpoint: &Checkpoint,
        path: &[Digest],
        note: &Note,
        ssh: Option<String>,
    ) -> Self {
        Proof {
            format: FORMAT.to_owned(),
            leaf_index: u64::try_from(entry.seq - 1).unwrap_or(u64::MAX),
            entry,
            tree_size: checkpoint.size,
            root: root_text(&checkpoint.root),
            inclusion: path.iter().map(root_text).collect(),
            checkpoint: note.to_string(),
            ssh_signature: ssh,
        }
    }

    /// Reads a proof's file.
    pub fn parse(bytes: &[u8]) -> Result<Proof, Unproved> {
        let proof: Proof = serde_json::from_slice(bytes).map_err(|e| Unproved::Malformed(e.to_string()))?;
        if proof.format != FORMAT {
            return Err(Unproved::Malformed(format!("this is no {FORMAT}")));
        }
        Ok(proof)
    }

    /// Checks that the entry is in the tree whose root its checkpoint names; whether anybody signed that
    /// checkpoint is not looked at.
    pub fn check(&self) -> Result<(), Unproved> {
        let entry_hash = self
            .entry
            .recompute()
            .map_err(|kind| Unproved::Broken(kind, "the entry is not the one that was hashed".to_owned()))?;
        let malformed = |what: &str| Unproved::Malformed(what.to_owned());
        let root = root_from_text(&self.root).ok_or(malformed("the root is not the base64 of 32 bytes"))?;
        let path: Option<Vec<Digest>> = self.inclusion.iter().map(|hash| root_from_text(hash)).collect();
        let path = path.ok_or(malformed("the path is not made of hashes"))?;
        if u64::try_from(self.entry.seq).ok().and_then(|seq| seq.checked_sub(1)) != Some(self.leaf_index) {
            return Err(Unproved::Broken(Kind::RootMismatch, "the leaf is another entry's".to_owned()));
        }
        included(self.leaf_index, self.tree_size, &leaf(&entry_hash), &path, &root)
            .map_err(|flaw| Unproved::Broken(Kind::RootMismatch, flaw.to_string()))?;
        let note = Note::parse(self.checkpoint.as_bytes()).map_err(|e| malformed(&e.to_string()))?;
        let checkpoint = Checkpoint::of(&note).map_err(|e| malformed(&e.to_string()))?;
        if checkpoint.origin != self.entry.chain_id {
            return Err(Unproved::Broken(
                Kind::ChainIdMismatch,
                "the checkpoint is of another chain".to_owned(),
            ));
        }
        if (checkpoint.size, checkpoint.root) != (self.tree_size, root) {
            let what = "the checkpoint names another size or root";
            return Err(Unproved::Broken(Kind::RootMismatch, what.to_owned()));
        }
        Ok(())
    }

    /// Checks all of it, by the keys that are trusted for its chain.
    pub fn verify(&self, trust: &Trust) -> Result<Signed, Unproved> {
        self.check()?;
        let published = Published {
            place: "the proof".to_owned(),
            note: self.checkpoint.clone().into_bytes(),
            ssh: self.ssh_signature.clone(),
        };
        let signed = judge(trust, &published).map_err(Unproved::Unbelieved)?.signed;
        if trust.pinned.as_ref().is_some_and(|pin| pin.size == signed.size && pin.root != signed.root) {
            let what = "another root of this size is pinned".to_owned();
            return Err(Unproved::Broken(Kind::Fork, what));
        }
        Ok(signed)
    }
}
