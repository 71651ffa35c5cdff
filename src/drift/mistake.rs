//! A mistake in a text that a person wrote: where it is, and what to try.

use crate::error::{Error, Kind};
use crate::text::visible;
use serde::Serialize;
use std::fmt;

/// A place in a text; both count from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl Place {
    /// The place of the byte `at` of `text`.
    pub fn of(text: &str, at: usize) -> Self {
        let before = &text[..text.floor_char_boundary(at.min(text.len()))];
        let start = before.rfind('\n').map_or(0, |feed| feed + 1);
        Place {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[start..].chars().count() + 1,
        }
    }
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong there.
    pub what: String,
    /// What may help.
    pub hint: Option<String>,
}

impl Mistake {
    /// What is wrong at the byte `at` of `text`.
    pub fn at(text: &str, at: usize, what: impl Into<String>) -> Self {
        Mistake { place: Place::of(text, at), what: what.into(), hint: None }
    }

    /// Adds what may help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The mistake as the failure of reading `file`.
    pub fn in_file(self, file: &str) -> Error {
        let error = Error::new(Kind::UnreadableInput, format!("{}:{self}", visible(file)));
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.place.line, self.place.column, self.what)
    }
}
