//! Failures grouped: messages that differ in numbers, addresses and times alone are one.

use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// How much of a message tells failures apart.
const CHARS_MAX: usize = 300;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What it said.
    pub message: SafeText,
    /// The commit.
    pub commit_sha: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

/// Failures that say the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailureGroup {
    /// What they say, with `#` for what differs.
    pub text: String,
    /// How many.
    pub count: u64,
    /// On how many commits.
    pub commits: u64,
    /// The first of them.
    pub first_at: DateTime<Utc>,
    /// The last of them.
    pub last_at: DateTime<Utc>,
    /// What the last of them said, whole.
    pub example: SafeText,
}

/// Groups failures, the most frequent first.
pub fn grouped(failures: &[Failure]) -> Vec<FailureGroup> {
    let mut groups: Vec<(FailureGroup, Vec<&SafeText>)> = Vec::new();
    for failure in failures {
        let text = normalised(&failure.message);
        let place = groups.iter().position(|(group, _)| group.text == text).unwrap_or_else(|| {
            let (first_at, last_at) = (failure.at, failure.at);
            let example = failure.message.clone();
            groups
                .push((FailureGroup { text, count: 0, commits: 0, first_at, last_at, example }, Vec::new()));
            groups.len() - 1
        });
        let (group, commits) = &mut groups[place];
        group.count += 1;
        group.first_at = group.first_at.min(failure.at);
        if failure.at > group.last_at {
            group.last_at = failure.at;
            group.example = failure.message.clone();
        }
        if !commits.contains(&&failure.commit_sha) {
            commits.push(&failure.commit_sha);
            group.commits += 1;
        }
    }
    let mut groups: Vec<FailureGroup> = groups.into_iter().map(|(group, _)| group).collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    groups
}

/// The beginning of a message with `#` in place of every word that holds a digit, and single spaces: what
/// is left when times, ports, addresses and identifiers are taken out.
pub fn normalised(message: &str) -> String {
    let mut text = String::new();
    let mut word = String::new();
    let mut chars = 0;
    for c in message.chars().chain(std::iter::once(' ')).take(4 * CHARS_MAX) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            if word.contains(|c: char| c.is_numeric()) {
                if !text.ends_with('#') {
                    text.push('#');
                }
            } else {
                text.push_str(&word);
            }
            word.clear();
        }
        let joins_numbers = matches!(c, '.' | ':' | '-' | '+') && text.ends_with('#');
        if c.is_whitespace() {
            if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
        } else if !joins_numbers {
            text.push(c);
        }
        chars += 1;
        if chars > CHARS_MAX {
            break;
        }
    }
    if !word.is_empty() && !word.contains(|c: char| c.is_numeric()) {
        text.push_str(&word);
    }
    let text = text.trim();
    if text.is_empty() { "(no message)".to_owned() } else { text.chars().take(CHARS_MAX).collect() }
}
