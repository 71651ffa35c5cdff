//! The way to a field of a document, and how it is written.
//!
//! A field is written as a dotted path: `branch_protection.enforce_admins`. Where a whole object or an
//! item of a list is on one side alone, the path says on which: `branch_protection.missing`,
//! `rulesets.extra.main`. Labels are written short: `label.missing.bug`. A name that could be taken for
//! something else stands between quotes: `settings."a.b"`, `branch_protection."missing"`.

mod read;

use super::document::{Json, write_text};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt::{self, Write};

/// The entry of a document that holds its labels, and the word that paths have for it.
pub(super) const LABELS: &str = "required_labels";
const LABEL: &str = "label";

/// One step on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The entry of an object.
    Key(String),
    /// The item of a list that is a set, or keyed.
    Item(Item),
    /// What follows, or what came before, is desired and not there.
    Missing,
    /// It is there and not desired.
    Extra,
}

/// An item of a list, by what tells it from the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Item {
    /// What tells it.
    pub name: ItemName,
    /// The how manieth of this name it is, from 1.
    pub nth: u32,
}

/// What tells an item of a list from the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemName {
    /// The text that it is, or that its key is.
    Text(String),
    /// Itself, compact with sorted keys: a number, or an object without a key.
    Value(String),
}

/// The way to a field. Two are the same field where they are written the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole document.
    pub fn root() -> Self {
        Path::default()
    }

    /// The way along `keys`.
    pub fn of_keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Path(keys.into_iter().map(|key| Step::Key(key.to_owned())).collect())
    }

    /// The way along these steps.
    pub fn of_steps(steps: Vec<Step>) -> Self {
        Path(steps)
    }

    /// Its steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Where the field stands in a document: its steps without what is missing or extra.
    pub fn location(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(|step| !matches!(step, Step::Missing | Step::Extra))
    }

    /// The same way, one step longer.
    #[must_use]
    pub fn then(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// The same way with a word for on which side it is alone: before an item, behind anything else.
    #[must_use]
    pub(super) fn marked(&self, mark: Step) -> Path {
        let mut steps = self.0.clone();
        match steps.pop() {
            Some(item @ Step::Item(_)) => steps.extend([mark, item]),
            Some(key) => steps.extend([key, mark]),
            None => steps.push(mark),
        }
        Path(steps)
    }

    /// Whether this is `other`, or leads through it.
    pub fn is_within(&self, other: &Path) -> bool {
        let mut own = self.location();
        other.location().all(|step| own.next() == Some(step))
    }

    /// The name of its first entry.
    pub fn section(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Its steps as they are written, one by one; globs are matched against these.
    pub fn words(&self) -> Vec<String> {
        let write = |(i, step): (usize, &Step)| match step {
            Step::Key(key) if i == 0 && key == LABELS && self.is_of_a_label() => LABEL.to_owned(),
            Step::Key(key) => word(key, i == 0 && key == LABEL),
            Step::Item(item) => item.to_string(),
            Step::Missing => "missing".to_owned(),
            Step::Extra => "extra".to_owned(),
        };
        self.0.iter().enumerate().map(write).collect()
    }

    fn is_of_a_label(&self) -> bool {
        matches!(self.location().nth(1), Some(Step::Item(_)))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.words().join("."))
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Item {
    /// The first item of this name.
    pub fn named(name: &str) -> Self {
        Item { name: ItemName::Text(name.to_owned()), nth: 1 }
    }

    /// The item that is this value.
    pub fn of_value(value: &Json) -> Self {
        let name = match value {
            Json::Text(text) => ItemName::Text(text.clone()),
            other => ItemName::Value(other.to_string()),
        };
        Item { name, nth: 1 }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            // A text that looks like a value keeps its quotes.
            ItemName::Text(text) => f.write_str(&word(text, looks_like_a_value(text)))?,
            ItemName::Value(value) if is_bare(value) => f.write_str(value)?,
            ItemName::Value(value) => {
                f.write_char('#')?;
                write_text(f, value)?;
            }
        }
        if self.nth > 1 { write!(f, "#{}", self.nth) } else { Ok(()) }
    }
}

/// Whether a text would be read as a value: a number as we write it, true, false or null.
fn looks_like_a_value(text: &str) -> bool {
    scalar(text).is_some()
}

/// The value that is written so, and no other way.
pub(super) fn scalar(text: &str) -> Option<Json> {
    let value = Json::parse(text).ok()?;
    let is_scalar = matches!(value, Json::Null | Json::Bool(_) | Json::Number(_));
    (is_scalar && value.to_string() == text).then_some(value)
}

/// A name as a path has it: bare where nothing else could be meant.
fn word(name: &str, is_taken: bool) -> String {
    if is_bare(name) && !is_taken && !matches!(name, "missing" | "extra") {
        return name.to_owned();
    }
    let mut quoted = String::new();
    // Writing into a text cannot fail.
    let _ = write_text(&mut quoted, name);
    quoted
}

/// Whether a name needs no quotes: it has no sign that means something in a path or in a glob.
fn is_bare(name: &str) -> bool {
    !name.is_empty()
        && name.trim() == name
        && !name.contains(|c: char| c.is_control() || ".\"\\#*?[]{}".contains(c))
}
