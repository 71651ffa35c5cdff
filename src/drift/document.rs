//! A document: what a repository should be, or is, as JSON whose numbers keep every digit.

mod number;
mod read;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

pub use number::Number;
pub use read::{DEPTH_MAX, Key, Node, Shape, Texts, read, texts};

use super::mistake::Mistake;

/// The entries of an object, by name.
pub type Fields = BTreeMap<String, Json>;

/// A value of JSON. Two are equal where they mean the same: `1.0` is `1`, the order of keys says nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Json {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number with all its digits.
    Number(Number),
    /// A text.
    Text(String),
    /// Values in their order; what the order means, the schema says.
    List(Vec<Json>),
    /// Values by name.
    Object(Fields),
}

impl Json {
    /// Reads one value.
    ///
    /// # Errors
    /// The first mistake: JSON that is none, a key that comes twice, more than [`DEPTH_MAX`] levels, and
    /// what a database could not hold.
    pub fn parse(text: &str) -> Result<Json, Mistake> {
        read(text).map(Json::from)
    }

    /// Whether it says nothing: null.
    pub fn is_null(&self) -> bool {
        *self == Json::Null
    }

    /// The entry `name`, where this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.get(name),
            _ => None,
        }
    }

    /// The text, where this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in a word with its article.
    pub fn sort(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a yes or no",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

/// Compact, with sorted keys.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(truth) => truth.fmt(f),
            Json::Number(number) => number.fmt(f),
            Json::Text(text) => write_text(f, text),
            Json::List(items) => {
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_char(',')?;
                    }
                    item.fmt(f)?;
                }
                f.write_char(']')
            }
            Json::Object(fields) => write_fields(f, fields),
        }
    }
}

fn write_fields(f: &mut impl Write, fields: &Fields) -> fmt::Result {
    f.write_char('{')?;
    for (i, (name, value)) in fields.iter().enumerate() {
        if i > 0 {
            f.write_char(',')?;
        }
        write_text(f, name)?;
        write!(f, ":{value}")?;
    }
    f.write_char('}')
}

/// Writes `text` as JSON does, between quotes.
pub(super) fn write_text(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if (c as u32) < 0x20 => write!(f, "\\u{:04x}", c as u32)?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw(self.to_string(), serializer)
    }
}

fn raw<S: Serializer>(text: String, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

/// Exact where it is read from text; through a [`serde_json::Value`], numbers are as that holds them.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Json::parse(raw.get()).map_err(|mistake| serde::de::Error::custom(mistake.what))
    }
}

impl From<Node> for Json {
    fn from(node: Node) -> Self {
        match node.shape {
            Shape::Null => Json::Null,
            Shape::Bool(truth) => Json::Bool(truth),
            Shape::Number(number) => Json::Number(number),
            Shape::Text(text) => Json::Text(text),
            Shape::List(items) => Json::List(items.into_iter().map(Json::from).collect()),
            Shape::Object(fields) => {
                Json::Object(fields.into_iter().map(|(key, value)| (key.name, Json::from(value))).collect())
            }
        }
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Json::Null,
            Value::Bool(truth) => Json::Bool(truth),
            Value::Number(number) => Json::Number(Number::of(&number)),
            Value::String(text) => Json::Text(text),
            Value::Array(items) => Json::List(items.into_iter().map(Json::from).collect()),
            Value::Object(fields) => {
                Json::Object(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Json::Bool(truth)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Json::Number(number.into())
    }
}

/// What a repository should be, or is: an object of JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document(pub Fields);

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// The first mistake, as [`Json::parse`] finds it; a text that is no object.
    pub fn parse(text: &str) -> Result<Document, Mistake> {
        match Json::parse(text)? {
            Json::Object(fields) => Ok(Document(fields)),
            other => {
                Err(Mistake::at(text, 0, format!("a document is an object, and this is {}", other.sort())))
            }
        }
    }

    /// The document that `value` is, where it is an object.
    pub fn of(value: Json) -> Option<Document> {
        match value {
            Json::Object(fields) => Some(Document(fields)),
            _ => None,
        }
    }

    /// The entry `name`.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// The same as a value.
    pub fn into_json(self) -> Json {
        Json::Object(self.0)
    }
}

/// Compact, with sorted keys: the same document is the same text.
impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fields(f, &self.0)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw(self.to_string(), serializer)
    }
}
