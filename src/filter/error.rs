//! What is wrong with a filter, where, and what was probably meant.

use crate::error::{Error, Kind};
use crate::text::visible;
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// A filter that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Where it starts: the first character is 1.
    pub column: usize,
    /// How many characters are meant; 0 where something is missing.
    pub length: usize,
    /// What is wrong, without the column.
    pub message: String,
    /// What to do about it, where that is known.
    pub suggestion: Option<Suggestion>,
}

/// What to do about a wrong filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// The marked characters were probably meant to be these.
    Instead(String),
    /// Advice in a sentence without its full stop.
    Advice(String),
}

/// How many columns of the filter the command line shows around the marked place, at most.
const SHOWN_COLUMNS_MAX: usize = 70;

impl FilterError {
    pub(super) fn new(column: usize, length: usize, message: impl Into<String>) -> Self {
        FilterError { column, length, message: message.into(), suggestion: None }
    }

    pub(super) fn instead(mut self, word: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion::Instead(word.into()));
        self
    }

    pub(super) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion::Advice(advice.into()));
        self
    }

    /// The line of `text` around the place, and a line below it that marks the place.
    pub fn marked(&self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let at = self.column.saturating_sub(1).min(chars.len());
        let end = (at + self.length).min(chars.len());
        let from = at.saturating_sub(SHOWN_COLUMNS_MAX / 2);
        let until = (from + SHOWN_COLUMNS_MAX).min(chars.len());
        let shown = |range: &[char]| visible(&range.iter().collect::<String>()).into_owned();
        let before = shown(&chars[from..at]);
        let marked = shown(&chars[at..end.min(until)]);
        let line = format!("{before}{marked}{}", shown(&chars[end.min(until)..until]));
        format!("{line}\n{}{}", " ".repeat(before.width()), "^".repeat(marked.width().max(1)))
    }

    /// The failure of a command that was given `text` as its filter, with the place marked.
    pub fn in_text(&self, text: &str) -> Error {
        let what = format!("{} at column {} of the filter", self.message, self.column);
        let advice = match &self.suggestion {
            Some(suggestion) => suggestion.to_string(),
            None => "change the marked place".to_owned(),
        };
        let mut hint = advice;
        for line in self.marked(text).lines() {
            hint.push_str("\n    ");
            hint.push_str(line);
        }
        Error::new(Kind::Usage, what).hint(hint)
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.message, self.column)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FilterError {}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suggestion::Instead(word) => write!(f, "did you mean `{word}`?"),
            Suggestion::Advice(advice) => f.write_str(advice),
        }
    }
}

impl From<FilterError> for Error {
    fn from(error: FilterError) -> Self {
        Error::new(Kind::Usage, format!("{} at column {} of the filter", error.message, error.column))
            .hint(error.suggestion.map_or_else(|| "look at that column".to_owned(), |s| s.to_string()))
    }
}

/// `text` as it can stand in a message: visible, in one line, and short.
pub(super) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    let mut short: String = text.chars().take(CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    visible(&short).into_owned()
}
