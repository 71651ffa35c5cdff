//! Chains of other producers, by the profile that says how they are hashed and linked.
//!
//! In these profiles a row commits to its payload and, by `prev_hash`, to the payload of the row before.
//! Nothing else of a row is hashed: its metadata can be changed unseen, and so can the last payload with
//! its hash. What can be said is that links hold; history is not committed.

use super::preimage::from_hex;
use super::verdict::{Break, Breaks, Field, Kind};
use super::wire::{Malformed, Tuple};
use crate::chain::hash::{Digest, sha256};
use std::fmt;
use std::str::FromStr;

/// How a foreign chain is hashed and linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// payload_hash over `JSON.stringify` of the payload, whose key order a jsonb has lost.
    Gitwire,
    /// payload_hash over the text that PostgreSQL prints for the jsonb.
    PayloadLink,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 2] = [Profile::PayloadLink, Profile::Gitwire];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Gitwire => "gitwire",
            Profile::PayloadLink => "payload-link",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Profile {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Profile::ALL.into_iter().find(|profile| profile.word() == text).ok_or_else(|| {
            format!("\"{}\" is no profile; there are gitwire and payload-link", crate::text::visible(text))
        })
    }
}

/// What a payload's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// A jsonb: one form for one value, whatever order its keys had.
    Jsonb,
    /// The text as it was written.
    Text,
}

/// A row of a foreign chain.
#[derive(Debug, Clone, Copy)]
pub struct ForeignRow<'a> {
    /// Its place: its seq, or its id where it has no other.
    pub place: Option<i64>,
    /// The payload's text.
    pub payload: Option<&'a [u8]>,
    /// The payload's hash.
    pub payload_hash: Option<&'a [u8]>,
    /// The payload's hash of the row before.
    pub prev_hash: Option<&'a [u8]>,
}

impl<'a> ForeignRow<'a> {
    /// Reads a row of place, payload, payload_hash and prev_hash.
    pub fn read(tuple: &mut Tuple<'a>, stored: Stored) -> Result<Self, Malformed> {
        Ok(ForeignRow {
            place: tuple.bigint()?,
            payload: match stored {
                Stored::Jsonb => tuple.jsonb()?,
                Stored::Text => tuple.bytes()?,
            },
            payload_hash: tuple.bytes()?,
            prev_hash: tuple.bytes()?,
        })
    }
}

/// What can be said of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recomputed {
    /// It is the one that was hashed.
    Own,
    /// It is not.
    Other,
    /// It may be: the text that was hashed is lost.
    Unknown,
}

/// A walk over a foreign chain.
#[derive(Debug)]
pub struct ForeignWalk {
    profile: Profile,
    stored: Stored,
    /// Whether places have no gaps, as a seq has not; an id may.
    is_gapless: bool,
    last: Option<(i64, Option<Digest>)>,
    compact: Vec<u8>,
    /// How many rows were walked.
    pub entries: u64,
    /// How many payloads are neither their own nor another: the text that was hashed is lost.
    pub unverifiable: u64,
    /// How many payloads are their own.
    pub own: u64,
    /// What is broken.
    pub breaks: Breaks,
}

impl ForeignWalk {
    /// A walk of nothing so far.
    pub fn new(profile: Profile, stored: Stored, is_gapless: bool) -> Self {
        ForeignWalk {
            profile,
            stored,
            is_gapless,
            last: None,
            compact: Vec::new(),
            entries: 0,
            unverifiable: 0,
            own: 0,
            breaks: Breaks::default(),
        }
    }

    /// Walks the next row, in the order of places.
    pub fn push(&mut self, row: &ForeignRow<'_>) {
        self.entries += 1;
        let Some(place) = row.place else {
            let found = Break::nowhere(Kind::MetadataMismatch, "a row without a place");
            self.breaks.push(Break { field: Some(Field::Seq), ..found });
            return;
        };
        let stored = row.payload_hash.and_then(from_hex);
        match (row.payload, stored) {
            (Some(payload), Some(stored)) => match self.recompute(payload, stored) {
                Recomputed::Own => self.own += 1,
                Recomputed::Unknown => self.unverifiable += 1,
                Recomputed::Other => {
                    let why = "the payload is not the one that was hashed";
                    self.breaks.push(Break::at(place, Kind::PayloadMismatch, Field::Payload, why));
                }
            },
            _ => {
                let why = "no payload, or payload_hash is not 64 lowercase hex digits";
                self.breaks.push(Break::at(place, Kind::MetadataMismatch, Field::Payload, why));
            }
        }
        let links = match self.last {
            None => row.prev_hash.is_none(),
            Some((_, before)) => before.is_some() && row.prev_hash.and_then(from_hex) == before,
        };
        match self.last {
            Some((last, _)) if last == place => {
                self.breaks.push(Break::at(place, Kind::Duplicate, Field::Seq, "the place stands twice"));
            }
            last => {
                let next = last.map_or(1, |(last, _)| last.saturating_add(1));
                if self.is_gapless && place > next {
                    self.breaks.push(Break::at(next, Kind::Gap, Field::Seq, "rows are missing"));
                }
            }
        }
        if !links {
            let why = match self.last {
                None => "the first row says that another came before it",
                Some(_) => "does not follow the row before it",
            };
            self.breaks.push(Break::at(place, Kind::LinkMismatch, Field::PrevHash, why));
        }
        self.last = Some((place, stored));
    }

    /// Whether `payload` is the one that `stored` is over.
    fn recompute(&mut self, payload: &[u8], stored: Digest) -> Recomputed {
        if self.profile == Profile::PayloadLink {
            return if sha256(payload) == stored { Recomputed::Own } else { Recomputed::Other };
        }
        if self.stored == Stored::Text && sha256(payload) == stored {
            return Recomputed::Own;
        }
        let form = compact(payload, &mut self.compact);
        match form {
            _ if sha256(&self.compact) == stored => Recomputed::Own,
            Form::Only => Recomputed::Other,
            Form::OneOfSeveral => Recomputed::Unknown,
        }
    }
}

/// Whether a text is the only one that `JSON.stringify` could have made of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// No object has two keys, and no number has a second way to be written.
    Only,
    /// Keys stood in another order, or numbers were written otherwise.
    OneOfSeveral,
}

/// Writes the JSON `text` without the spaces between its parts into `compact`, as `JSON.stringify` does.
pub fn compact(text: &[u8], compact: &mut Vec<u8>) -> Form {
    compact.clear();
    let (mut form, mut in_string, mut is_escaped) = (Form::Only, false, false);
    // Whether each open bracket is that of an object.
    let mut open: Vec<bool> = Vec::new();
    for &byte in text {
        if in_string {
            compact.push(byte);
            in_string = byte != b'"' || is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            continue;
        }
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => continue,
            b'"' => in_string = true,
            b'{' | b'[' => open.push(byte == b'{'),
            b'}' | b']' => drop(open.pop()),
            b',' if open.last() == Some(&true) => form = Form::OneOfSeveral,
            // Fractions and exponents: JavaScript writes 1.50 as 1.5, and 1e3 as 1000.
            b'.' | b'E' => form = Form::OneOfSeveral,
            b'e' if compact.last().is_some_and(u8::is_ascii_digit) => form = Form::OneOfSeveral,
            _ => {}
        }
        compact.push(byte);
    }
    if has_large_number(compact) { Form::OneOfSeveral } else { form }
}

/// Whether a number has more digits than JavaScript keeps of it.
fn has_large_number(compact: &[u8]) -> bool {
    const DIGITS_MAX: usize = 15;
    compact.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > DIGITS_MAX)
}
