//! What was seen of a repository at a time.

use super::diff::Unreadable;
use super::document::Document;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What was seen of one repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Its name, `owner/name`.
    pub repo: String,
    /// What it is.
    pub document: Document,
    /// What of it could not be read.
    pub unreadable: Vec<Unreadable>,
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// Who made fields what they are, by the path as it is written, where the source tells.
    pub actors: BTreeMap<String, String>,
}

impl Observation {
    /// What was seen of `repo` at a time, all of it readable and nobody named.
    pub fn of(repo: impl Into<String>, document: Document, at: DateTime<Utc>) -> Self {
        Observation { repo: repo.into(), document, unreadable: Vec::new(), at, actors: BTreeMap::new() }
    }
}
