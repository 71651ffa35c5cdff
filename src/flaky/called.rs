//! How a person calls a test: by its number, by its hash or the start of it, or by its name.

use crate::ids::TestId;
use std::convert::Infallible;
use std::str::FromStr;

/// Fewest digits of a hash that name a test.
const DIGITS_MIN: usize = 4;
/// Digits of a whole hash.
const DIGITS: usize = 16;

/// What a test was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// The number of its row: one environment of it.
    Number(TestId),
    /// Its hash, the start of its hash, or its name, bare or as `suite › name`.
    Words(String),
}

impl Called {
    /// The digits of a hash that `words` may be, in lower case.
    pub(super) fn digits(words: &str) -> Option<String> {
        let hex =
            (DIGITS_MIN..=DIGITS).contains(&words.len()) && words.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| words.to_ascii_lowercase())
    }
}

/// A number is a number, unless it has all the digits of a hash.
impl FromStr for Called {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_hash = text.len() == DIGITS && Called::digits(text).is_some();
        Ok(match text.parse() {
            Ok(id) if !is_hash => Called::Number(id),
            _ => Called::Words(text.to_owned()),
        })
    }
}
