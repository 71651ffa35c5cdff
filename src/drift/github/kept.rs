//! What GitHub said before, by the address asked and with its `etag`: asked again, it only says that nothing
//! has changed, and that does not count against the limit.

use serde_json::Value;
use std::collections::BTreeMap;

/// How much is kept of one repository, in bytes of JSON; what goes beyond it is asked for anew each time.
const BYTES_MAX: usize = 512 << 10;
/// How many answers are kept of one repository.
const ANSWERS_MAX: usize = 150;

/// Kept answers of one repository. The parts of an answer that are compared stand in them, and no others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    answers: BTreeMap<String, Answer>,
    bytes: usize,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the server calls this state of it.
    pub etag: String,
    /// What is compared of it.
    pub body: Value,
}

impl Kept {
    /// The answer of this address, where it is kept.
    pub fn get(&self, address: &str) -> Option<&Answer> {
        self.answers.get(address)
    }

    /// Keeps an answer, while there is room.
    pub fn keep(&mut self, address: &str, etag: &str, body: Value) {
        let bytes = address.len() + etag.len() + body.to_string().len();
        if self.answers.len() < ANSWERS_MAX && self.bytes + bytes <= BYTES_MAX {
            self.bytes += bytes;
            self.answers.insert(address.to_owned(), Answer { etag: etag.to_owned(), body });
        }
    }

    /// All of them, by address.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.answers.iter().map(|(address, answer)| (address.as_str(), answer))
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }
}
