//! Reads a path as it is written.

use super::{Item, ItemName, LABEL, LABELS, Path, Step, scalar};
use crate::drift::document::Json;
use crate::drift::schema::{self, ListKind};
use std::str::FromStr;

/// Steps that a path may have.
const STEPS_MAX: usize = 256;

impl FromStr for Path {
    type Err = String;

    /// Reads what [`Display`](std::fmt::Display) writes. Which steps are items of a list, the schema says.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Path::root());
        }
        let words = words(text)?;
        let (mut path, mut after_mark) = (Path::root(), false);
        for (i, word) in words.iter().enumerate() {
            let step = match word {
                Word::Bare(word) if word == "missing" => Step::Missing,
                Word::Bare(word) if word == "extra" => Step::Extra,
                Word::Bare(word) if i == 0 && word == LABEL && words.len() > 1 => {
                    Step::Key(LABELS.to_owned())
                }
                // The items of labels are written short: what follows the whole name is no item.
                word if i == 1 && words.first().is_some_and(Word::is_labels) => Step::Key(word.key()?),
                word if after_mark || is_list(&path) => Step::Item(word.item()?),
                word => Step::Key(word.key()?),
            };
            after_mark = matches!(step, Step::Missing | Step::Extra);
            path = path.then(step);
        }
        Ok(path)
    }
}

fn is_list(path: &Path) -> bool {
    !path.steps().is_empty() && schema::list(path).is_some_and(|kind| kind != ListKind::Ordered)
}

enum Word {
    Bare(String),
    Quoted { text: String, nth: u32 },
    Value(String, u32),
}

impl Word {
    fn is_labels(&self) -> bool {
        matches!(self, Word::Bare(word) if word == LABELS)
    }

    fn key(&self) -> Result<String, String> {
        match self {
            Word::Bare(text) | Word::Quoted { text, nth: 1 } => Ok(text.clone()),
            _ => Err("a number of an item stands where no list is".to_owned()),
        }
    }

    fn item(&self) -> Result<Item, String> {
        Ok(match self {
            Word::Bare(text) => {
                let (name, nth) = match text.rsplit_once('#') {
                    Some((name, nth)) => {
                        (name, nth.parse().map_err(|_| format!("\"{nth}\" is no number of an item"))?)
                    }
                    None => (text.as_str(), 1),
                };
                let name = match scalar(name) {
                    Some(value) => ItemName::Value(value.to_string()),
                    None => ItemName::Text(name.to_owned()),
                };
                Item { name, nth }
            }
            Word::Quoted { text, nth } => Item { name: ItemName::Text(text.clone()), nth: *nth },
            Word::Value(text, nth) => Item { name: ItemName::Value(text.clone()), nth: *nth },
        })
    }
}

/// Splits a path at its dots, outside of quotes.
fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let (word, behind) = word(rest)?;
        words.push(word);
        if words.len() > STEPS_MAX {
            return Err(format!("a path has at most {STEPS_MAX} steps"));
        }
        match behind.strip_prefix('.') {
            Some(more) => rest = more,
            None if behind.is_empty() => return Ok(words),
            None => return Err("a dot is expected behind a quoted name".to_owned()),
        }
    }
}

fn word(rest: &str) -> Result<(Word, &str), String> {
    let value = rest.strip_prefix('#').filter(|rest| rest.starts_with('"'));
    if let Some(quoted) = value.or(rest.starts_with('"').then_some(rest)) {
        let length = quoted_length(quoted).ok_or("a quote is missing")?;
        let Ok(Json::Text(text)) = Json::parse(&quoted[..length]) else {
            return Err("a quoted name is written as a text of JSON".to_owned());
        };
        let mut behind = &quoted[length..];
        let mut nth = 1;
        if let Some(number) = behind.strip_prefix('#') {
            let length = number.find('.').unwrap_or(number.len());
            nth = number[..length].parse().map_err(|_| "the number of an item is no number".to_owned())?;
            behind = &number[length..];
        }
        let word = if value.is_some() { Word::Value(text, nth) } else { Word::Quoted { text, nth } };
        return Ok((word, behind));
    }
    let length = rest.find('.').unwrap_or(rest.len());
    if length == 0 {
        return Err("a name is missing between the dots".to_owned());
    }
    Ok((Word::Bare(rest[..length].to_owned()), &rest[length..]))
}

/// The bytes of the quoted name at the start, with its quotes.
fn quoted_length(quoted: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
