//! What the commands of the audit have in common when they tell something.

use crate::audit::verify::verdict::Break;
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::Result;
use crate::text::visible;
use serde_json::Value;
use std::io::{self, Write};

/// The exit status of a check that found something.
pub(super) const FOUND: u8 = 3;

/// Prints one object for programs, or lines for people.
pub(super) fn tell(global: &Global, object: &Value, lines: &[String]) -> Result<()> {
    let mut out = io::stdout().lock();
    match global.format() {
        Format::Json => writeln!(out, "{object}")?,
        _ => lines.iter().try_for_each(|line| writeln!(out, "{}", visible(line)))?,
    }
    Ok(out.flush()?)
}

/// A break in one line.
pub(super) fn line(found: &Break) -> String {
    let place = match (found.seq, found.range) {
        (Some(seq), _) => format!("#{seq}"),
        (None, Some((from, to))) if from == to => format!("#{from}"),
        (None, Some((from, to))) => format!("#{from} to #{to}"),
        (None, None) => "the table".to_owned(),
    };
    format!("{place}  {}  {}", found.kind.word(), found.why)
}
