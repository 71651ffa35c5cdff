//! Rules about differences that are not counted, until a time.

use super::diff::Outcome;
use super::glob::Glob;
use super::path::Path;
use crate::text::SafeText;
use chrono::{DateTime, Utc};

/// A rule: which fields of which repositories, why, and until when.
#[derive(Debug, Clone, PartialEq)]
pub struct Ignore {
    /// Its number.
    pub id: i64,
    /// The repositories.
    pub repos: Glob,
    /// The fields.
    pub paths: Glob,
    /// Why.
    pub reason: SafeText,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The login that decided.
    pub by: SafeText,
}

impl Ignore {
    /// Whether it holds for a field at `now`. Which repositories it is for is asked before.
    pub fn covers(&self, path: &Path, now: DateTime<Utc>) -> bool {
        self.until > now && self.paths.matches(&path.words())
    }

    /// What becomes of a field that it covers.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Ignored { rule: self.id, reason: self.reason.clone(), until: self.until }
    }
}
