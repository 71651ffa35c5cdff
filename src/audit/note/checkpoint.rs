//! The text of a checkpoint: whose tree, its size, its root.

use super::{Malformed, Note};
use crate::chain::hash::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::str::FromStr;

/// What a checkpoint says. Its text is three lines and what others may have added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose tree it is: the name of the chain.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// The root of the tree.
    pub root: Digest,
    /// Lines that are not known here; they are signed like the others.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// What the text of a note says.
    pub fn of(note: &Note) -> Result<Self, Malformed> {
        note.text().parse()
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, root_text(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.strip_suffix('\n').ok_or(Malformed("a checkpoint ends with a line feed"))?;
        let mut lines = text.split('\n');
        let mut next = || lines.next().ok_or(Malformed("a checkpoint has three lines and more"));
        let (origin, size, root) = (next()?, next()?, next()?);
        if origin.is_empty() {
            return Err(Malformed("a checkpoint names its origin"));
        }
        let digits = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit());
        if !digits || (size.len() > 1 && size.starts_with('0')) {
            return Err(Malformed("the size is a decimal number without leading zeros"));
        }
        let size = size.parse().map_err(|_| Malformed("the size is too large"))?;
        let root = root_from_text(root).ok_or(Malformed("the root is not the base64 of 32 bytes"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(Malformed("a checkpoint has no empty lines"));
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root, extensions })
    }
}

/// What a cosignature/v1 signs: the time, in seconds since 1970, and the text of the checkpoint.
pub fn cosigned_text(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// A root as checkpoints write it.
pub fn root_text(root: &Digest) -> String {
    STANDARD.encode(root.0)
}

/// Reads a root back.
pub fn root_from_text(text: &str) -> Option<Digest> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Digest)
}
