//! A payload as a tree of lines, every scalar in its exact text.
//!
//! The text is what PostgreSQL prints for a jsonb, so it is well formed; where it is not after all, the
//! lines end at that place and say so. Reading knows no recursion and has bounds: a payload of a megabyte
//! is one text or a hundred thousand of them.

use crate::text::SafeText;
use serde_json::Value as Json;

/// The most lines of a tree.
pub const LINES_MAX: usize = 20_000;
/// The most characters of one text; of more the length is told.
pub const TEXT_CHARS_MAX: usize = 4_000;

/// A payload, line by line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// The lines.
    pub lines: Vec<Line>,
    /// What of the payload is not among them.
    pub rest: Rest,
}

/// Whether lines are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// None is.
    #[default]
    Nothing,
    /// There are more than [`LINES_MAX`].
    TooMany,
    /// The text is no JSON from there on.
    NotJson,
}

/// A line of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// Its name in its object; none in an array.
    pub key: Option<SafeText>,
    /// What stands there.
    pub value: Value,
    /// The index behind its last line.
    pub end: usize,
}

/// What stands in a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A scalar: as it is printed, quotes and all.
    Scalar(SafeText),
    /// An object of so many members.
    Object(usize),
    /// An array of so many elements.
    Array(usize),
}

/// What an entry speaks of, where that can be gone to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A finding.
    Finding(i64),
    /// What these scans saw.
    Scans(Vec<i64>),
}

impl Subject {
    /// What the payload `text` names.
    pub fn of(text: &str) -> Option<Subject> {
        let json: Json = serde_json::from_str(text).ok()?;
        let number = |value: &Json| {
            let id = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
            (id > 0).then_some(id)
        };
        if let Some(id) = json.get("finding_id").and_then(number) {
            return Some(Subject::Finding(id));
        }
        let scans: Vec<i64> = json.get("scan_ids")?.as_array()?.iter().take(50).filter_map(number).collect();
        (!scans.is_empty()).then_some(Subject::Scans(scans))
    }
}

impl Tree {
    /// Reads a payload.
    pub fn of(text: &str) -> Tree {
        let mut reader = Reader { text, at: 0, lines: Vec::new(), open: Vec::new() };
        let rest = reader.read();
        // What was open when the lines ended ends there too.
        let end = reader.lines.len();
        for at in std::mem::take(&mut reader.open) {
            reader.lines[at].end = end;
        }
        Tree { lines: reader.lines, rest }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    lines: Vec<Line>,
    /// The lines of the objects and arrays around the place.
    open: Vec<usize>,
}

impl Reader<'_> {
    fn read(&mut self) -> Rest {
        let mut key = None;
        loop {
            self.skip();
            let Some(byte) = self.text.as_bytes().get(self.at).copied() else {
                return if self.open.is_empty() && key.is_none() { Rest::Nothing } else { Rest::NotJson };
            };
            match byte {
                b'}' | b']' => {
                    let Some(opened) = self.open.pop() else { return Rest::NotJson };
                    let end = self.lines.len();
                    self.lines[opened].end = end;
                    self.at += 1;
                    continue;
                }
                _ if self.lines.len() == LINES_MAX => return Rest::TooMany,
                b'{' | b'[' => {
                    let value = if byte == b'{' { Value::Object(0) } else { Value::Array(0) };
                    self.put(key.take(), value);
                    self.open.push(self.lines.len() - 1);
                    self.at += 1;
                }
                b'"' => {
                    let Some(length) = string_length(&self.text[self.at..]) else { return Rest::NotJson };
                    let text = &self.text[self.at..self.at + length];
                    self.at += length;
                    self.skip();
                    let names = key.is_none() && self.text[self.at..].starts_with(':');
                    if names {
                        self.at += 1;
                        key = Some(bounded(&text[1..text.len() - 1]));
                    } else {
                        self.put(key.take(), Value::Scalar(bounded(text)));
                    }
                }
                _ => {
                    let rest = &self.text[self.at..];
                    let length = rest.find([',', '}', ']', ' ', '\n']).unwrap_or(rest.len()).max(1);
                    let Some(text) = rest.get(..length) else { return Rest::NotJson };
                    self.put(key.take(), Value::Scalar(bounded(text)));
                    self.at += length;
                }
            }
        }
    }

    /// Spaces and commas stand between what counts.
    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', ',', '\n', '\r', '\t']).len();
    }

    fn put(&mut self, key: Option<SafeText>, value: Value) {
        if let Some(&parent) = self.open.last()
            && let Value::Object(count) | Value::Array(count) = &mut self.lines[parent].value
        {
            *count += 1;
        }
        let end = self.lines.len() + 1;
        self.lines.push(Line { depth: self.open.len(), key, value, end });
    }
}

/// The length of the string that `text` begins with, its quotes included.
fn string_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn bounded(text: &str) -> SafeText {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((cut, _)) => SafeText::new(&format!("{}… {} bytes in all", &text[..cut], text.len())),
        None => SafeText::new(text),
    }
}
