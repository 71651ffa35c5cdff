//! The words of a person: a reason, a comment. As they were typed, never empty, never endless.

use crate::error::{Error, Kind};
use crate::text::SafeText;
use std::fmt;

/// Why somebody decided so: at least one visible word, of bounded length, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The longest reason, in characters.
    pub const CHARS_MAX: usize = 1_000;

    /// The reason in `raw`, without the space around it.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        checked("reason", raw, Self::CHARS_MAX).map(Reason)
    }

    /// The text as it was typed; [`SafeText`] before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Words about a finding that decide nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment(String);

impl Comment {
    /// The longest comment, in characters.
    pub const CHARS_MAX: usize = 20_000;

    /// The comment in `raw`, without the space around it.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        checked("comment", raw, Self::CHARS_MAX).map(Comment)
    }

    /// The text as it was typed; [`SafeText`] before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no reason and no comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextError {
    /// Nothing but space.
    Empty {
        /// What was asked for.
        what: &'static str,
    },
    /// Too long.
    TooLong {
        /// What was asked for.
        what: &'static str,
        /// How long it is.
        chars: usize,
        /// How long it may be.
        chars_max: usize,
    },
    /// It holds U+0000, which the database cannot.
    Nul {
        /// What was asked for.
        what: &'static str,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextError::Empty { what } => write!(f, "the {what} is empty; say in a few words why"),
            TextError::TooLong { what, chars, chars_max } => {
                write!(f, "the {what} has {chars} characters; at most {chars_max} are kept")
            }
            TextError::Nul { what } => {
                write!(f, "the {what} holds the character U+0000, which cannot be kept")
            }
        }
    }
}

impl std::error::Error for TextError {}

impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        Error::new(Kind::Usage, error.to_string())
    }
}

fn checked(what: &'static str, raw: &str, chars_max: usize) -> Result<String, TextError> {
    let text = raw.trim();
    let chars = text.chars().count();
    match () {
        // A text that shows nothing says nothing.
        () if SafeText::new(text).trim().is_empty() => Err(TextError::Empty { what }),
        () if text.contains('\0') => Err(TextError::Nul { what }),
        () if chars > chars_max => Err(TextError::TooLong { what, chars, chars_max }),
        () => Ok(text.to_owned()),
    }
}
