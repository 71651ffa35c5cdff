//! A permalink: the text that leads to one finding or test on one connection,
//! `attestor://prod/findings/1234`.
//!
//! Numbers are a database's own, so the name of the connection is part of the link: a finding of another
//! database is never shown in its place.

use crate::error::{Error, Kind, Result};
use crate::ids::{FindingId, TestId};
use crate::text::visible;
use std::fmt;
use std::str::FromStr;

/// What every link begins with.
pub const SCHEME: &str = "attestor://";
/// Characters of a link that are looked at.
const CHARS_MAX: usize = 1_000;

/// A link to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permalink {
    /// The name of the connection.
    pub connection: String,
    /// The row.
    pub to: Linked,
}

/// What a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// A finding.
    Finding(FindingId),
    /// A test in an environment.
    Test(TestId),
}

impl FromStr for Permalink {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let wrong = |what: &str| {
            let shown: String = visible(text).chars().take(100).collect();
            Error::new(Kind::Usage, format!("{shown} is no link: {what}"))
                .hint("a link looks like attestor://prod/findings/1234; yu in the console copies one")
        };
        if text.chars().count() > CHARS_MAX {
            return Err(wrong("it is too long"));
        }
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| wrong("it does not begin with attestor://"))?;
        let (name, place) = rest.split_once('/').ok_or_else(|| wrong("it names no finding"))?;
        let connection = decoded(name)
            .filter(|name| !name.is_empty())
            .ok_or_else(|| wrong("the name of the connection cannot be read"))?;
        let (to, number): (fn(i64) -> Linked, _) =
            match (place.strip_prefix("findings/"), place.strip_prefix("tests/")) {
                (Some(number), _) => (|id| Linked::Finding(FindingId(id)), number),
                (None, Some(number)) => (|id| Linked::Test(TestId(id)), number),
                (None, None) => return Err(wrong("it names no finding and no test")),
            };
        let is_number = number.bytes().all(|b| b.is_ascii_digit());
        match number.parse() {
            Ok(id) if is_number => Ok(Permalink { connection, to: to(id) }),
            _ => Err(wrong("what it leads to has no number")),
        }
    }
}

impl fmt::Display for Permalink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCHEME)?;
        for byte in self.connection.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                    write!(f, "{}", char::from(byte))?;
                }
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        match self.to {
            Linked::Finding(id) => write!(f, "/findings/{id}"),
            Linked::Test(id) => write!(f, "/tests/{id}"),
        }
    }
}

/// A name without its percent signs; none where it is no text.
fn decoded(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let code = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(code).ok()?);
    }
    String::from_utf8(bytes).ok()
}
