//! Signed notes, and checkpoints as their text (C2SP signed-note, tlog-checkpoint, tlog-cosignature).
//!
//! Reading is strict and printing gives back the same bytes. What is not known, lines of a checkpoint
//! or signatures of other keys, is kept and not judged.

mod checkpoint;
mod key;
mod signed;

pub use checkpoint::{Checkpoint, cosigned_text, root_from_text, root_text};
pub use key::{Seal, VerifierKey};
pub use signed::{Judged, Note, SignatureLine};

use std::fmt;

/// What is wrong with a note, a checkpoint or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub(crate) &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

/// Whether a text may name a key: not empty, without spaces and plus signs.
fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || matches!(c, '+' | '\0'..' '))
}
