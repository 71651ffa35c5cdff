//! All that is known of one test.

use super::failure::FailureGroup;
use super::state::{Ineligible, Thresholds};
use super::test::Test;
use crate::ids::{EntrySeq, TestId, Version};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A test with its runs, failures and decisions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestDetail {
    /// The test.
    #[serde(flatten)]
    pub test: Test,
    /// Why the rules do not ask for its quarantine; none where they do.
    pub ineligible: Option<Ineligible>,
    /// The thresholds that hold.
    pub thresholds: Thresholds,
    /// Its runs, newest first; the last 100.
    pub runs: Vec<RunNote>,
    /// Its last 500 failures, grouped, the most frequent first.
    pub failures: Vec<FailureGroup>,
    /// The same test elsewhere.
    pub elsewhere: Vec<Elsewhere>,
    /// What was decided, oldest first; the last 100.
    pub decisions: Vec<Decision>,
    /// Its entries in the audit chain, oldest first.
    pub entries: Vec<EntryNote>,
}

/// A run of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunNote {
    /// As in a strip: p pass, f fail, k fail and pass, s skip, o outage.
    pub mark: char,
    /// The run, as its CI system names it.
    pub run_key: Option<SafeText>,
    /// The commit.
    pub commit_sha: SafeText,
    /// The branch.
    pub branch: SafeText,
    /// When it started.
    pub at: DateTime<Utc>,
    /// Attempts that passed.
    pub passed: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// How long all of them took together.
    pub duration_ms: Option<i64>,
}

/// The same test in another environment.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Elsewhere {
    /// Its number there.
    pub id: TestId,
    /// Where.
    pub environment: SafeText,
    /// What it is there.
    pub state: SafeText,
    /// Its score there.
    pub flakiness_score: Option<f64>,
}

/// Something that was decided about a test.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Decision {
    /// quarantine, graduate or dismiss.
    pub deed: SafeText,
    /// Who decided.
    pub actor: SafeText,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: SafeText,
    /// Who looks after it.
    pub owner: Option<SafeText>,
    /// The issue.
    pub link: Option<SafeText>,
    /// Until when it holds.
    pub until: Option<DateTime<Utc>>,
    /// Whether the rules asked for it.
    pub by_rule: bool,
    /// The version that was seen.
    pub test_version: Version,
}

/// An entry of the chain, in short.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct EntryNote {
    /// Its number.
    pub seq: EntrySeq,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
}
