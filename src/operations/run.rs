//! A run: long work, recorded. What it is, how it stands, how it came out.

use super::redact;
use super::report::Overall;
use crate::chain::entry::Category;
use crate::ids::RunId;
use crate::jobs::Progress;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A sort of work: what the column `type` and the entries in the chain call it. Constants of the areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Its name, such as `verification`: lowercase letters, digits and `_`.
    pub name: &'static str,
    /// The entry that says that it began, `<name>.started`.
    pub started: &'static str,
    /// The entry that says that it ended, `<name>.completed`.
    pub completed: &'static str,
    /// The category of these entries, which decides who may run it.
    pub category: Category,
}

/// What makes a run the same as another: asked for again while one is active, that one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The sort of work.
    pub flow: Flow,
    /// What it is about, such as a chain or a repository.
    pub scope: BTreeMap<String, String>,
    /// What it was given, such as the hash of a file.
    pub inputs: BTreeMap<String, String>,
}

impl Identity {
    /// A run of `flow` about nothing in particular.
    pub fn of(flow: Flow) -> Self {
        Identity { flow, scope: BTreeMap::new(), inputs: BTreeMap::new() }
    }

    /// Adds what the run is about.
    #[must_use]
    pub fn about(mut self, name: &str, value: impl Into<String>) -> Self {
        self.scope.insert(name.to_owned(), value.into());
        self
    }

    /// Adds what the run is given.
    #[must_use]
    pub fn given(mut self, name: &str, value: impl Into<String>) -> Self {
        self.inputs.insert(name.to_owned(), value.into());
        self
    }

    /// SHA-256, in hex, of the compact JSON `{"inputs":{…},"scope":{…},"type":…}` with all keys sorted.
    pub fn hash(&self) -> String {
        let canonical = json!({"inputs": self.inputs, "scope": self.scope, "type": self.flow.name});
        hex(&Sha256::digest(canonical.to_string()))
    }

    /// Scope and inputs as a report may hold them: without what must not be kept.
    pub fn kept(&self) -> BTreeMap<String, String> {
        let all = self.scope.iter().chain(&self.inputs);
        let kept = all.filter(|(name, _)| !redact::is_sensitive(name));
        kept.map(|(name, value)| (name.clone(), redact::text(value))).collect()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits for its turn.
    Queued,
    /// It works.
    Running,
    /// It has ended, in whatever way.
    Completed,
}

/// How a run came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has not ended.
    Pending,
    /// It did all that was asked.
    Succeeded,
    /// It did some of it.
    PartiallySucceeded,
    /// It did not do it.
    Failed,
    /// Something stood in its way before it could begin.
    Blocked,
    /// Somebody stopped it.
    Cancelled,
}

impl Status {
    const ALL: [Status; 3] = [Status::Queued, Status::Running, Status::Completed];

    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            Status::Queued => "queued",
            Status::Running => "running",
            Status::Completed => "completed",
        }
    }

    /// The status that a producer's word means, whatever its letter case.
    pub fn read(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(word.trim()))
    }
}

impl Outcome {
    const ALL: [Outcome; 6] = [
        Outcome::Pending,
        Outcome::Succeeded,
        Outcome::PartiallySucceeded,
        Outcome::Failed,
        Outcome::Blocked,
        Outcome::Cancelled,
    ];

    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Pending => "pending",
            Outcome::Succeeded => "succeeded",
            Outcome::PartiallySucceeded => "partially_succeeded",
            Outcome::Failed => "failed",
            Outcome::Blocked => "blocked",
            Outcome::Cancelled => "cancelled",
        }
    }

    /// The outcome that a producer's word means, whatever its letter case.
    pub fn read(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// Whether a report says the same as the one before it of the same identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// There is none before it.
    First,
    /// The fingerprints are the same.
    Unchanged,
    /// They differ.
    Changed,
}

/// A run in one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// Its flow; the column's name is the seed's.
    #[serde(rename = "type")]
    pub flow: SafeText,
    /// Where it stands, as it was written.
    pub status: SafeText,
    /// How it came out, as it was written.
    pub outcome: SafeText,
    /// What its report says in a word; none where it has none, or breaks the contract there.
    pub overall: Option<Overall>,
    /// Checks that fail and block.
    pub blocking: u64,
    /// Compared with the report before it; none without a report.
    pub since: Option<Since>,
    /// Whether its lease is past: nobody works on it any more, and it blocks nobody.
    pub lost: bool,
    /// What it is about, in a word.
    pub about: Option<SafeText>,
    /// Who asked for it.
    pub user_id: Option<SafeText>,
    /// The login that wrote it.
    pub started_by: SafeText,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// How far it is, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Reached>,
    /// How many of what.
    pub summary_counts: BTreeMap<String, i64>,
    /// What went wrong, without secrets.
    pub failure: Option<SafeText>,
    /// One run of an identity is active at a time.
    pub run_identity_hash: SafeText,
}

impl Run {
    /// Whether somebody works on it, as far as its lease tells.
    pub fn is_active(&self) -> bool {
        !self.lost && matches!(Status::read(&self.status), Some(Status::Queued | Status::Running))
    }

    /// How it stands in a word: what it came to, or that it is under way, or lost.
    pub fn standing(&self) -> &str {
        match Status::read(&self.status) {
            Some(Status::Completed) if Outcome::read(&self.outcome) == Some(Outcome::PartiallySucceeded) => {
                "in part"
            }
            Some(Status::Completed) => &self.outcome,
            _ if self.lost => "lost",
            _ => &self.status,
        }
    }
}

/// How far a run is, as its row says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reached {
    /// What is being done now.
    pub step: SafeText,
    /// Units done so far.
    pub done: u64,
    /// Units in all, where that is known.
    pub total: Option<u64>,
}

impl From<&Progress> for Reached {
    fn from(progress: &Progress) -> Self {
        Reached { step: SafeText::new(&progress.step), done: progress.done, total: progress.total }
    }
}
