//! Findings that are decided as one: those of a rule, of a file, of a fingerprint.

use super::finding::Severity;
use crate::filter::Filter;
use crate::ids::FindingId;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use std::fmt;

/// What findings are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum GroupBy {
    /// The scanner and its rule.
    Rule,
    /// The repository and the path.
    File,
    /// Who they are across scans and places; findings without a fingerprint are in no group.
    Fingerprint,
}

/// What the findings of a group have in common. A text is none where their column is null.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum GroupKey {
    /// A rule.
    Rule {
        /// The scanner.
        tool: Option<SafeText>,
        /// Its rule.
        rule_id: Option<SafeText>,
    },
    /// A file.
    File {
        /// The repository.
        project_name: Option<SafeText>,
        /// The path.
        file: Option<SafeText>,
    },
    /// A fingerprint.
    Fingerprint {
        /// Who it is across scans.
        fingerprint: SafeText,
    },
}

impl GroupKey {
    /// The two columns of a list: what it is, and what that belongs to.
    pub fn parts(&self) -> [&str; 2] {
        match self {
            GroupKey::Rule { tool, rule_id } => [shown(rule_id), shown(tool)],
            GroupKey::File { project_name, file } => [shown(file), shown(project_name)],
            GroupKey::Fingerprint { fingerprint } => [fingerprint, ""],
        }
    }
}

fn shown(text: &Option<SafeText>) -> &str {
    text.as_deref().unwrap_or("")
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [what, of] = self.parts();
        match of {
            "" => f.write_str(what),
            of => write!(f, "{what} ({of})"),
        }
    }
}

/// A group of findings. Serialised, it is one JSON line of `findings list --group ... --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What they have in common.
    #[serde(flatten)]
    pub key: GroupKey,
    /// How many the filter lets through.
    pub count: i64,
    /// How many of them are in the queue.
    pub undecided: i64,
    /// The highest risk among them.
    pub risk: f64,
    /// The worst severity among them.
    pub severity: Severity,
    /// The riskiest of them.
    pub sample_id: FindingId,
    /// When the oldest of them was first seen.
    pub oldest_at: DateTime<Utc>,
    /// When the newest of them was first seen.
    pub newest_at: DateTime<Utc>,
    /// Exactly those that are counted, decided or not. None as below.
    #[serde(skip)]
    pub all: Option<Filter>,
    /// Exactly those of the group that are in the queue: to decide the group is to decide these. None
    /// where their names are too long for a filter.
    #[serde(serialize_with = "as_text")]
    pub filter: Option<Filter>,
}

fn as_text<S: Serializer>(filter: &Option<Filter>, serializer: S) -> Result<S::Ok, S::Error> {
    match filter {
        // Names in it are as the scanner wrote them.
        Some(filter) => SafeText::from(filter.to_string()).serialize(serializer),
        None => serializer.serialize_none(),
    }
}

/// A place in a list of groups: behind the group that it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupCursor {
    pub(super) risk: f64,
    pub(super) sample: FindingId,
}

impl GroupCursor {
    /// The place behind `group`.
    pub fn after(group: &Group) -> Self {
        GroupCursor { risk: group.risk, sample: group.sample_id }
    }
}
