//! What an auditor trusts about a chain: the keys, and the checkpoint that was last found right.
//!
//! It is kept on the auditor's side. The database never tells which key or which checkpoint to trust,
//! and the size that is pinned never decreases.

mod folder;
mod named;

pub use folder::TrustFolder;
pub use named::key_named;

use super::note::{Checkpoint, Judged, Note, Seal, VerifierKey, root_from_text, root_text};
use crate::chain::hash::Digest;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Keys that are trusted for one chain.
pub const KEYS_MAX: usize = 64;

/// What is trusted about one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The name of the chain.
    pub origin: String,
    /// The keys whose checkpoints are believed.
    pub keys: Vec<VerifierKey>,
    /// The checkpoint that is pinned.
    pub pinned: Option<Signed>,
}

/// A checkpoint with a signature that was judged good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// How many entries it covers.
    pub size: u64,
    /// The root over these.
    pub root: Digest,
    /// The key that signed it.
    pub key: VerifierKey,
    /// When it was signed.
    pub time: DateTime<Utc>,
    /// The note itself.
    pub note: Note,
}

/// Why a note is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disbelief {
    /// It is no checkpoint.
    Malformed(&'static str),
    /// It is of another chain.
    OtherOrigin(String),
    /// No trusted key signed it.
    UnknownKey,
    /// It claims a trusted key, and the signature does not hold.
    BadSignature(Box<VerifierKey>),
}

impl fmt::Display for Disbelief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Disbelief::Malformed(what) => f.write_str(what),
            Disbelief::OtherOrigin(origin) => write!(f, "it is of another chain, {}", visible(origin)),
            Disbelief::UnknownKey => f.write_str("no key that is trusted signed it"),
            Disbelief::BadSignature(key) => {
                write!(f, "the signature of {} does not hold", visible(key.name()))
            }
        }
    }
}

/// How a checkpoint stands to the pinned one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is pinned yet.
    First,
    /// It is the pinned one, or another signature of it.
    Same,
    /// It covers more: that it only grew is to be proved.
    Ahead,
    /// It covers less.
    Behind,
    /// It has the same size and another root.
    Fork,
}

impl Trust {
    /// Trusts nothing about a chain so far.
    pub fn nothing(origin: &str) -> Self {
        Trust { origin: origin.to_owned(), keys: Vec::new(), pinned: None }
    }

    /// Believes a key from now on; `false` where it was believed already.
    pub fn add(&mut self, key: VerifierKey) -> Result<bool> {
        if key.name() != self.origin || key.seal() != Seal::Cosignature {
            let what = format!("the key signs as {}, not as {}", visible(key.name()), visible(&self.origin));
            return Err(Error::new(Kind::Usage, what)
                .hint("name the key of checkpoints, as `attestor audit trust` prints it"));
        }
        if self.keys.contains(&key) {
            return Ok(false);
        }
        if self.keys.len() >= KEYS_MAX {
            return Err(Error::new(Kind::Usage, format!("{KEYS_MAX} keys are trusted already")));
        }
        self.keys.push(key);
        Ok(true)
    }

    /// No longer believes a key; `false` where it was not believed. What is pinned stays pinned.
    pub fn remove(&mut self, key: &VerifierKey) -> bool {
        let before = self.keys.len();
        self.keys.retain(|known| known != key);
        self.keys.len() < before
    }

    /// Judges the bytes of a note by the keys that are trusted.
    pub fn judge(&self, bytes: &[u8]) -> Result<Signed, Disbelief> {
        let note = Note::parse(bytes).map_err(|e| Disbelief::Malformed(e.0))?;
        let checkpoint = Checkpoint::of(&note).map_err(|e| Disbelief::Malformed(e.0))?;
        if checkpoint.origin != self.origin {
            return Err(Disbelief::OtherOrigin(checkpoint.origin));
        }
        let (key, time) = match note.judge(&self.keys) {
            Judged::Signed(key, time) => (key.clone(), time),
            Judged::Unknown => return Err(Disbelief::UnknownKey),
            Judged::Bad(key) => return Err(Disbelief::BadSignature(Box::new(key.clone()))),
        };
        let time = time
            .and_then(|seconds| i64::try_from(seconds).ok())
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or(Disbelief::Malformed("the time of the signature is none"))?;
        Ok(Signed { size: checkpoint.size, root: checkpoint.root, key, time, note })
    }

    /// How a checkpoint stands to the pinned one.
    pub fn standing(&self, signed: &Signed) -> Standing {
        match &self.pinned {
            None => Standing::First,
            Some(pinned) if signed.size > pinned.size => Standing::Ahead,
            Some(pinned) if signed.size < pinned.size => Standing::Behind,
            Some(pinned) if signed.root == pinned.root => Standing::Same,
            Some(_) => Standing::Fork,
        }
    }

    /// Pins a checkpoint, of which it is proved that what is pinned grew to it; `false`, and nothing
    /// done, where that covers as much already.
    pub fn advance(&mut self, signed: Signed) -> bool {
        let forward = matches!(self.standing(&signed), Standing::First | Standing::Ahead);
        if forward {
            self.pinned = Some(signed);
        }
        forward
    }
}

/// What the file holds; every part of it is judged again when it is read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    origin: String,
    keys: Vec<String>,
    pinned: Option<WrittenPin>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPin {
    size: u64,
    root: String,
    key: String,
    time: DateTime<Utc>,
    note: String,
}

impl Trust {
    /// As JSON for the file.
    fn to_json(&self) -> String {
        let pinned = self.pinned.as_ref().map(|pin| WrittenPin {
            size: pin.size,
            root: root_text(&pin.root),
            key: pin.key.to_string(),
            time: pin.time,
            note: pin.note.to_string(),
        });
        let keys = self.keys.iter().map(VerifierKey::to_string).collect();
        let written = Written { origin: self.origin.clone(), keys, pinned };
        // Strings and numbers: this cannot fail.
        serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
    }

    /// Reads the file's text back. The pin holds by itself: its key may be distrusted by now.
    fn from_json(text: &[u8]) -> Result<Self, String> {
        let written: Written = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        let key = |text: &String| text.parse::<VerifierKey>().map_err(|e| e.to_string());
        let keys = written.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
        let pinned = written.pinned.map(|pin| {
            let root = root_from_text(&pin.root).ok_or("the root is not the base64 of 32 bytes")?;
            let note = Note::parse(pin.note.as_bytes()).map_err(|e| e.to_string())?;
            let signed = Signed { size: pin.size, root, key: key(&pin.key)?, time: pin.time, note };
            let only = Trust { keys: vec![signed.key.clone()], ..Trust::nothing(&written.origin) };
            match only.judge(pin.note.as_bytes()) {
                Ok(judged) if judged == signed => Ok(signed),
                Ok(_) => Err("the pinned size, root or time is not the note's".to_owned()),
                Err(why) => Err(format!("the pinned note: {why}")),
            }
        });
        Ok(Trust { origin: written.origin, keys, pinned: pinned.transpose()? })
    }
}
