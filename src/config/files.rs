//! Files that a person writes: read with a bound, and told by name and line where they are wrong.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::io::Read;
use std::path::Path;

/// Bytes of a file that a person writes.
const BYTES_MAX: u64 = 1 << 20;

/// The text of a file; none where there is no such file.
pub fn read_if_there(path: &Path) -> Result<Option<String>> {
    let wrong = |why: String| Error::new(Kind::Configuration, format!("{} {why}", shown(path)));
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(wrong(format!("cannot be read: {e}"))),
    };
    let mut text = String::new();
    match file.take(BYTES_MAX + 1).read_to_string(&mut text) {
        Ok(read) if read as u64 > BYTES_MAX => Err(wrong("is longer than 1 MiB".to_owned())),
        Ok(_) => Ok(Some(text)),
        Err(e) => Err(wrong(format!("cannot be read: {e}"))),
    }
}

/// What is wrong with the file called `name` at the byte `at` of its `text`: file, line and column.
pub fn wrong_at(name: &str, text: &str, at: usize, what: &str) -> Error {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Error::new(Kind::Configuration, format!("{name}, line {line}, column {column}: {what}"))
}

/// The same for what the reader of TOML found. Its own rendering would repeat the line, secrets and all.
pub fn wrong_toml(name: &str, text: &str, error: &toml::de::Error) -> Error {
    match error.span() {
        Some(span) => wrong_at(name, text, span.start, error.message()),
        None => Error::new(Kind::Configuration, format!("{name}: {}", error.message())),
    }
}

/// A path as a person reads it.
pub fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}
