//! Fields of a SARIF object, taken leniently: what has another type than the standard says is read
//! where its meaning is plain, left out where it is not, and noted either way.

use super::place::Place;
use crate::intake::deviation::{Deviations, quoted};
use serde_json::{Map, Value};

/// Longest text of a name, a rule, a path: indexes hold at most 2.7 KB, entries of the chain 1 KiB.
pub const NAME_BYTES_MAX: usize = 512;
/// Longest path.
pub const PATH_BYTES_MAX: usize = 1024;
/// Longest text of several lines: a message, a snippet.
pub const PROSE_BYTES_MAX: usize = 16 * 1024;

/// Takes fields at one place of the file and notes what deviates.
pub struct Fields<'a> {
    /// What was noted so far.
    pub deviations: &'a mut Deviations,
    /// Where these fields stand.
    pub place: Place,
}

impl Fields<'_> {
    /// Notes a deviation at `path`.
    pub fn note(&mut self, kind: &'static str, path: &str, what: impl std::fmt::Display) {
        self.deviations.note(kind, self.place, path, what);
    }

    /// A text of at most `max` bytes; empty text is none.
    pub fn text(&mut self, value: Option<&Value>, path: &str, max: usize) -> Option<String> {
        let raw = match value? {
            Value::Null => return None,
            Value::String(text) => return self.fit(text, path, max),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Object(object) => match object.get("text").or_else(|| object.get("name")) {
                Some(Value::String(text)) => text.clone(),
                _ => {
                    self.note("type", path, "an object where text belongs; left out");
                    return None;
                }
            },
            Value::Array(_) => {
                self.note("type", path, "a list where text belongs; left out");
                return None;
            }
        };
        let what = format!("{} where text belongs; read as {}", type_of(value?), quoted(&raw));
        self.note("type", path, what);
        self.fit(&raw, path, max)
    }

    /// `raw` without NUL, which PostgreSQL cannot hold, and cut to `max` bytes; empty text is none.
    pub fn fit(&mut self, raw: &str, path: &str, max: usize) -> Option<String> {
        let mut text = raw.to_owned();
        if text.contains('\0') {
            self.note("NUL", path, "a NUL character; shown as ␀");
            text = text.replace('\0', "␀");
        }
        if text.len() > max {
            self.note("length", path, format!("{} bytes; cut to {max}", text.len()));
            text.truncate(text.floor_char_boundary(max));
        }
        (!text.is_empty()).then_some(text)
    }

    /// An object.
    pub fn object<'v>(&mut self, value: Option<&'v Value>, path: &str) -> Option<&'v Map<String, Value>> {
        match value? {
            Value::Null => None,
            Value::Object(object) => Some(object),
            Value::Array(list) if list.len() == 1 && list[0].is_object() => {
                self.note("type", path, "a list of one where an object belongs; its element was read");
                list[0].as_object()
            }
            other => {
                let what = format!("{} where an object belongs; left out", type_of(other));
                self.note("type", path, what);
                None
            }
        }
    }

    /// A list; an object in its place is a list of one.
    pub fn list<'v>(&mut self, value: Option<&'v Value>, path: &str) -> &'v [Value] {
        match value {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => list,
            Some(value @ Value::Object(_)) => {
                self.note("type", path, "an object where a list belongs; read as a list of one");
                std::slice::from_ref(value)
            }
            Some(other) => {
                let what = format!("{} where a list belongs; left out", type_of(other));
                self.note("type", path, what);
                &[]
            }
        }
    }

    /// A whole number.
    pub fn integer(&mut self, value: Option<&Value>, path: &str) -> Option<i64> {
        let value = value?;
        let (number, read) = match value {
            Value::Null => return None,
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => return Some(number),
                (None, Some(number)) if number.is_finite() => (whole(number), "a number that is not whole"),
                _ => (None, "a number that is too large"),
            },
            Value::String(text) => (text.trim().parse().ok(), "text where a number belongs"),
            other => (None, type_of(other)),
        };
        match number {
            Some(number) => self.note("number", path, format!("{read}; read as {number}")),
            None => self.note("number", path, format!("{read}; left out")),
        }
        number
    }

    /// The number of a line, from 1.
    pub fn line(&mut self, value: Option<&Value>, path: &str) -> Option<i32> {
        let number = self.integer(value, path)?;
        match i32::try_from(number) {
            Ok(line) if line >= 1 => Some(line),
            _ => {
                self.note("line", path, format!("{number} is no line; left out"));
                None
            }
        }
    }

    /// A place in a table; -1 is the standard's "none".
    pub fn index(&mut self, value: Option<&Value>, path: &str) -> Option<usize> {
        let number = self.integer(value, path)?;
        if number < -1 {
            self.note("index", path, format!("{number} is no place in a list; left out"));
        }
        usize::try_from(number).ok()
    }

    /// `true` or `false`.
    pub fn truth(&mut self, value: Option<&Value>, path: &str) -> Option<bool> {
        match value? {
            Value::Null => None,
            Value::Bool(truth) => Some(*truth),
            other => {
                let what = format!("{} where true or false belongs; left out", type_of(other));
                self.note("type", path, what);
                None
            }
        }
    }
}

/// The whole number next to `number`, where an `i64` can hold it.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (number.abs() <= EXACT).then(|| number.trunc() as i64)
}

/// What `value` is, in words.
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
