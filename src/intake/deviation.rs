//! What a file does against the standard, and what was made of it.

use crate::text::visible;
use std::collections::BTreeMap;
use std::fmt;

/// How many deviations of one kind are listed; more are counted.
pub const LISTED_OF_A_KIND_MAX: u64 = 20;

/// Longest piece of the file that a deviation quotes, in characters.
const QUOTED_MAX: usize = 60;

/// The deviations of one file: the first of each kind in words, the rest as counts.
#[derive(Debug, Clone, Default)]
pub struct Deviations {
    listed: Vec<String>,
    of_kind: BTreeMap<&'static str, u64>,
}

impl Deviations {
    /// Notes that `path` at `place` deviates; `what` says how, and what was done.
    pub fn note(
        &mut self,
        kind: &'static str,
        place: impl fmt::Display,
        path: &str,
        what: impl fmt::Display,
    ) {
        let count = self.of_kind.entry(kind).or_default();
        *count += 1;
        if *count <= LISTED_OF_A_KIND_MAX {
            let dot = if path.is_empty() { "" } else { "." };
            self.listed.push(visible(&format!("{place}{dot}{path}: {what}")).into_owned());
        }
    }

    /// How many there are in all.
    pub fn count(&self) -> u64 {
        self.of_kind.values().sum()
    }

    /// All of them in words; a kind with too many ends with a count.
    pub fn into_lines(self) -> Vec<String> {
        let mut lines = self.listed;
        for (kind, count) in self.of_kind {
            if count > LISTED_OF_A_KIND_MAX {
                lines.push(format!("{} more of this kind: {kind}", count - LISTED_OF_A_KIND_MAX));
            }
        }
        lines
    }
}

/// A piece of the file in quotation marks, visible and cut.
pub fn quoted(raw: &str) -> String {
    let cut: String = raw.chars().take(QUOTED_MAX).collect();
    let more = if cut.len() < raw.len() { "…" } else { "" };
    format!("\"{}{more}\"", visible(&cut))
}
