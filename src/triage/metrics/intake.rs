//! A file of metrics: JSON Lines, one scan a line.
//!
//! `{"scan_id" | "reference_id", "build_duration_seconds", "artifact_size_bytes", "num_changed_files"}`.
//! Further keys are left alone, empty lines too. A scan that a file names twice is an error: which of
//! the two holds cannot be told.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use serde::{Deserialize, Deserializer};
use std::io::{BufRead, Read};

/// The most lines that a file may have.
pub const ROWS_MAX: usize = 200_000;

const LINE_BYTES_MAX: u64 = 64 * 1024;

/// The metrics of a scan, as a line names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The line, from 1.
    pub line: u64,
    /// The scan's number, where the line has it.
    pub scan_id: Option<i64>,
    /// The scan's reference, where the line has it.
    pub reference_id: Option<String>,
    /// How long the build took.
    pub build_duration_seconds: Option<f64>,
    /// How large what it made is.
    pub artifact_size_bytes: Option<i64>,
    /// How many files had changed.
    pub num_changed_files: Option<i32>,
}

#[derive(Deserialize)]
struct Line {
    scan_id: Option<i64>,
    #[serde(default, deserialize_with = "text_or_number")]
    reference_id: Option<String>,
    build_duration_seconds: Option<f64>,
    #[serde(default, deserialize_with = "whole")]
    artifact_size_bytes: Option<i64>,
    #[serde(default, deserialize_with = "whole")]
    num_changed_files: Option<i64>,
}

/// Reads a file.
///
/// # Errors
/// `UnreadableInput`, with the line.
pub fn read(file: &mut impl BufRead) -> Result<Vec<Measured>> {
    let mut rows = Vec::new();
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        number += 1;
        let read = file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        let read = read.map_err(|e| wrong(number, &format!("reading stopped: {e}")).because(e))?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_BYTES_MAX {
            return Err(wrong(number, "it is too long for a line"));
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if rows.len() == ROWS_MAX {
            return Err(wrong(number, &format!("a file may have {ROWS_MAX} lines")).hint("split the file"));
        }
        rows.push(measured(&bytes, number)?);
    }
    if rows.is_empty() {
        return Err(Error::new(Kind::UnreadableInput, "it holds no metrics"));
    }
    Ok(rows)
}

fn measured(bytes: &[u8], line: u64) -> Result<Measured> {
    let parsed: Line = serde_json::from_slice(bytes).map_err(|e| {
        let text = e.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        wrong(line, &format!("column {}: {what}", e.column()))
    })?;
    let reference_id = parsed.reference_id.filter(|r| !r.is_empty());
    if parsed.scan_id.is_none() && reference_id.is_none() {
        return Err(wrong(line, "neither scan_id nor reference_id says which scan it is of"));
    }
    if reference_id.as_ref().is_some_and(|r| r.contains('\0')) {
        return Err(wrong(line, "reference_id holds a NUL"));
    }
    let num_changed_files = match parsed.num_changed_files {
        None => None,
        Some(count) => match i32::try_from(count) {
            Ok(count) => Some(count),
            Err(_) => return Err(wrong(line, &format!("num_changed_files {count} is too large"))),
        },
    };
    let row = Measured {
        line,
        scan_id: parsed.scan_id,
        reference_id,
        build_duration_seconds: parsed.build_duration_seconds,
        artifact_size_bytes: parsed.artifact_size_bytes,
        num_changed_files,
    };
    let negative = [
        ("build_duration_seconds", row.build_duration_seconds.is_some_and(|d| d < 0.0)),
        ("artifact_size_bytes", row.artifact_size_bytes.is_some_and(|s| s < 0)),
        ("num_changed_files", row.num_changed_files.is_some_and(|n| n < 0)),
    ];
    if let Some((name, _)) = negative.iter().find(|(_, is)| *is) {
        return Err(wrong(line, &format!("{name} is negative")));
    }
    if row.build_duration_seconds.is_none()
        && row.artifact_size_bytes.is_none()
        && num_changed_files.is_none()
    {
        return Err(wrong(
            line,
            "it has none of build_duration_seconds, artifact_size_bytes, num_changed_files",
        ));
    }
    Ok(row)
}

/// A whole number; some producers write 12.0.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Whole(i64),
        Broken(f64),
    }
    match Option::<Number>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Number::Whole(number)) => Ok(Some(number)),
        // Beyond 2^53 a float no longer holds every whole number.
        Some(Number::Broken(number)) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
            Ok(Some(number as i64))
        }
        Some(Number::Broken(number)) => {
            Err(serde::de::Error::custom(format_args!("{number} is not a whole number that fits")))
        }
    }
}

/// A reference; some producers number theirs.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Reference {
        Text(String),
        Number(i64),
    }
    Ok(Option::<Reference>::deserialize(deserializer)?.map(|reference| match reference {
        Reference::Text(text) => text,
        Reference::Number(number) => number.to_string(),
    }))
}

fn wrong(line: u64, why: &str) -> Error {
    Error::new(Kind::UnreadableInput, format!("line {line}: {}", visible(why)))
}
