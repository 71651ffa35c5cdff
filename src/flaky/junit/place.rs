//! Places in a file of XML, and how errors tell of them.

use crate::intake::Unreadable;
use crate::text::visible;
use std::{fmt, io};

/// Longest piece of the file that an error quotes, in characters.
const QUOTED_MAX: usize = 40;

/// A place in the file, both from 1. Columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl At {
    /// Goes on behind `piece`.
    pub fn pass(&mut self, piece: &[u8]) {
        let is_begin = |byte: &&u8| **byte & 0xc0 != 0x80;
        match piece.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                self.line += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
                self.column = 1 + piece[last + 1..].iter().filter(is_begin).count() as u64;
            }
            None => self.column += piece.iter().filter(is_begin).count() as u64,
        }
    }
}

/// The beginning of a text of the file, visible.
pub fn cut(text: &str) -> String {
    visible(&text.chars().take(QUOTED_MAX).collect::<String>()).into_owned()
}

/// The same in quotation marks, with a sign where there is more.
pub fn quoted(text: &str) -> String {
    format!("\"{}{}\"", cut(text), if text.chars().nth(QUOTED_MAX).is_some() { "…" } else { "" })
}

/// What breaks the rules of XML at a place.
pub fn broken(what: String, at: At) -> Unreadable {
    Unreadable {
        what: format!("not XML as it should be, at {}: {what}", at),
        hint: "correct that place, or write the file again".to_owned(),
    }
}

/// A file that cannot be read on.
pub fn failed(error: &io::Error) -> Unreadable {
    Unreadable { what: error.to_string(), hint: "look whether the file can be read".to_owned() }
}
