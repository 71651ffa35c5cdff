//! An entry of the audit chain: as it is handed over, and as it is read back.

use super::controls;
use crate::ids::EntrySeq;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

/// What an entry is about. The word decides which roles may append it and which controls it supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A person's verdict on findings, its taking back, and the intake of the findings themselves.
    FindingTriage,
    /// A setting that holds for everyone.
    ConfigChange,
    /// What repositories should be, what they are, and what was put right.
    Drift,
    /// Tests: their intake, their scores, and what is kept out of the verdict of a build.
    Quarantine,
    /// A risk that is accepted until a time, and the end of that.
    RiskAcceptance,
    /// A verification of the chain: that it began, what it found.
    Verification,
    /// A checkpoint over the chain.
    Checkpoint,
    /// Entries that left the database as a file.
    Export,
    /// A compliance report.
    Report,
}

impl Category {
    /// The word, as the column holds it.
    pub fn word(self) -> &'static str {
        match self {
            Category::FindingTriage => "finding_triage",
            Category::ConfigChange => "config_change",
            Category::Drift => "drift",
            Category::Quarantine => "quarantine",
            Category::RiskAcceptance => "risk_acceptance",
            Category::Verification => "verification",
            Category::Checkpoint => "checkpoint",
            Category::Export => "export",
            Category::Report => "report",
        }
    }

    /// All of them.
    pub const ALL: &[Category] = &[
        Category::FindingTriage,
        Category::ConfigChange,
        Category::Drift,
        Category::Quarantine,
        Category::RiskAcceptance,
        Category::Verification,
        Category::Checkpoint,
        Category::Export,
        Category::Report,
    ];

    /// The category of a word.
    pub fn of_word(word: &str) -> Option<Category> {
        Category::ALL.iter().copied().find(|category| category.word() == word)
    }

    /// The controls that entries of this category support (SOC 2, ISO 27001:2022).
    pub fn controls(self) -> &'static [&'static str] {
        controls::of(self.word())
    }
}

/// Who acts: a person, a bot, or the system by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorType {
    /// A person decided.
    Human,
    /// A program acted in somebody's name.
    Bot,
    /// A schedule or a service acted.
    System,
}

/// What [`Change::commit`](super::change::Change::commit) appends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewEntry {
    pub(crate) category: Category,
    pub(crate) event_type: &'static str,
    pub(crate) actor_type: ActorType,
    pub(crate) payload: Map<String, Value>,
    pub(crate) repo_full_name: Option<String>,
    pub(crate) commit_sha: Option<String>,
    pub(crate) framework: &'static [&'static str],
}

impl NewEntry {
    /// An entry by a person, with the controls of its category.
    pub fn new(category: Category, event_type: &'static str, payload: Map<String, Value>) -> Self {
        NewEntry {
            category,
            event_type,
            actor_type: ActorType::Human,
            payload,
            repo_full_name: None,
            commit_sha: None,
            framework: category.controls(),
        }
    }

    /// The repository that it concerns.
    #[must_use]
    pub fn about(mut self, repo: Option<&str>, commit_sha: Option<&str>) -> Self {
        self.repo_full_name = repo.filter(|r| !r.is_empty()).map(str::to_owned);
        self.commit_sha = commit_sha.filter(|c| !c.is_empty()).map(str::to_owned);
        self
    }
}

/// An entry as it stands in the chain, its texts safe to show.
///
/// For lists and details. It can't be checked from this: hashes are over the raw bytes.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Entry {
    /// Its position in the chain.
    pub seq: EntrySeq,
    /// When it was appended.
    pub occurred_at: DateTime<Utc>,
    /// What it is about.
    pub category: SafeText,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
    /// Whether that is a human, a bot or the system.
    pub actor_type: SafeText,
    /// The login that appended it.
    pub db_user: SafeText,
    /// The repository that it concerns.
    pub repo_full_name: Option<SafeText>,
    /// The pull request that it concerns.
    pub pr_number: Option<i32>,
    /// The commit that it concerns.
    pub commit_sha: Option<SafeText>,
    /// The controls that it supports.
    pub framework: Vec<SafeText>,
    /// The control that it is evidence for.
    pub control_id: Option<SafeText>,
    /// The payload, as PostgreSQL prints it.
    pub payload: SafeText,
    /// The hash of the entry before.
    pub prev_hash: SafeText,
    /// Its own hash.
    pub entry_hash: SafeText,
}

impl Entry {
    /// Who did it; with the login that appended it, where that is another.
    pub fn by(&self) -> String {
        by(&self.actor, &self.db_user)
    }
}

/// Who did it; with the login that appended it, where that is another.
pub(super) fn by(actor: &SafeText, db_user: &SafeText) -> String {
    if actor == db_user { actor.to_string() } else { format!("{actor} (via {db_user})") }
}
