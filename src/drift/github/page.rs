//! An answer that was understood: JSON that a database can hold, its tag, and the page after it.

use super::trouble::Trouble;
use reqwest::Url;
use serde_json::Value;

/// An answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// It is as it was when the `etag` was given.
    Unchanged,
    /// What it is.
    Is(Page),
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) body: Value,
    pub(super) etag: Option<String>,
    pub(super) next: Option<Url>,
}

/// The JSON of an answer.
pub(super) fn json(body: &[u8]) -> Result<Value, Trouble> {
    let value = serde_json::from_slice(body).map_err(|e| {
        let what = if e.is_eof() { "it ends in its middle" } else { "it is no JSON" };
        Trouble::Broken(format!("{what} (line {}, column {})", e.line(), e.column()))
    })?;
    Ok(storable(value))
}

/// The value with every NUL shown as what it is: no database can hold one.
fn storable(value: Value) -> Value {
    let text = |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    match value {
        Value::String(raw) => Value::String(text(raw)),
        Value::Array(items) => Value::Array(items.into_iter().map(storable).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (text(name), storable(value))).collect())
        }
        plain => plain,
    }
}
