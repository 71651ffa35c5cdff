//! The difference between what a repository should be and what it is: typed, and in both directions.
//!
//! Both documents are walked together. What is desired and not there is a difference, and so is what is
//! there and not desired, within the sections that the desired document mentions. Null says nothing.

mod apply;
mod walk;

use super::document::{Document, Json};
use super::ignore::Ignore;
use super::path::Path;
use super::schema::Tier;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

pub use apply::{apply, get, put};

/// What cannot be seen of a repository: no right, or not on its plan. It is never taken for drift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Everything at this way and below it.
    pub path: Path,
    /// Why.
    pub reason: String,
}

/// How a field stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Both sides mean the same.
    Match,
    /// They differ; whether that counts, the tier says.
    Drift,
    /// They differ, and somebody chose not to count it.
    Ignored {
        /// The rule.
        rule: i64,
        /// Why.
        reason: SafeText,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Nobody can tell.
    Unreadable {
        /// Why.
        reason: SafeText,
    },
}

impl Outcome {
    /// The word of the column.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Match => "match",
            Outcome::Drift => "drift",
            Outcome::Ignored { .. } => "ignored",
            Outcome::Unreadable { .. } => "unreadable",
        }
    }
}

/// A field of the two documents: the smallest parts that are compared, or a whole where one side has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The way to it.
    pub path: Path,
    /// What it should be; nothing where it should not be there.
    pub desired: Option<Json>,
    /// What it is; nothing where it is not there, or cannot be read.
    pub observed: Option<Json>,
    /// How much a difference matters.
    pub tier: Tier,
    /// How it stands.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Field {
    /// Whether it differs, and that counts.
    pub fn is_drift(&self) -> bool {
        self.outcome == Outcome::Drift && self.tier > Tier::Low
    }

    /// Whether the two sides differ, whatever is thought of it.
    pub fn differs(&self) -> bool {
        matches!(self.outcome, Outcome::Drift | Outcome::Ignored { .. })
    }
}

/// How a repository stands, by all of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Every field that is asked for is as it should be.
    InSync,
    /// Something differs, and that counts.
    Drifted,
    /// Nothing differs, and something that is asked for could not be read.
    Unknown,
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.in_sync().serialize(serializer)
    }
}

impl Standing {
    /// The column `in_sync`: null where nobody can tell.
    pub fn in_sync(self) -> Option<bool> {
        match self {
            Standing::InSync => Some(true),
            Standing::Drifted => Some(false),
            Standing::Unknown => None,
        }
    }
}

/// All fields of two documents, what is critical first, then in the order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diff {
    /// The fields, matching ones too.
    pub fields: Vec<Field>,
}

impl Diff {
    /// Compares what should be with what is. Rules that have ended by `now` do not count.
    pub fn of(
        desired: &Document,
        observed: &Document,
        unreadable: &[Unreadable],
        ignores: &[Ignore],
        now: DateTime<Utc>,
    ) -> Diff {
        let mut fields = walk::compare(desired, observed, unreadable);
        for field in fields.iter_mut().filter(|field| field.outcome == Outcome::Drift) {
            if let Some(rule) = ignores.iter().find(|rule| rule.covers(&field.path, now)) {
                field.outcome = rule.outcome();
            }
        }
        fields.sort_by_cached_key(|field| (rank(field), field.path.to_string()));
        Diff { fields }
    }

    /// What differs, and counts.
    pub fn drift(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_drift())
    }

    /// What differs in whatever way: also what is ignored, or has no effect.
    pub fn differences(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.differs())
    }

    /// The column `drift_fields`.
    pub fn drift_fields(&self) -> Vec<String> {
        self.paths(Field::is_drift)
    }

    /// The paths of the fields that `which` holds for.
    pub fn paths(&self, which: impl Fn(&Field) -> bool) -> Vec<String> {
        self.fields.iter().filter(|field| which(field)).map(|field| field.path.to_string()).collect()
    }

    /// The field of this path.
    pub fn field(&self, path: &Path) -> Option<&Field> {
        self.fields.iter().find(|field| field.path == *path)
    }

    /// How the repository stands.
    pub fn standing(&self) -> Standing {
        let unreadable = |field: &Field| matches!(field.outcome, Outcome::Unreadable { .. });
        if self.drift().next().is_some() {
            Standing::Drifted
        } else if self.fields.iter().any(unreadable) {
            Standing::Unknown
        } else {
            Standing::InSync
        }
    }
}

fn rank(field: &Field) -> u8 {
    match (&field.outcome, field.tier) {
        (Outcome::Drift, Tier::Critical) => 0,
        (Outcome::Drift, Tier::Normal) => 1,
        (Outcome::Unreadable { .. }, _) => 2,
        (Outcome::Ignored { .. }, _) => 3,
        (Outcome::Drift, Tier::Low) => 4,
        (Outcome::Match, _) => 5,
    }
}
