//! What a repository should be, put together in layers, and where each value comes from.
//!
//! The document that a producer or a person wrote whole lies undermost; over it the policies whose globs
//! match, the weakest first; over these the values that people set or accepted for this repository. Objects
//! are laid over each other entry by entry, a list takes the place of a list, null takes an entry away.

use super::diff::put;
use super::document::{Document, Fields, Json};
use super::path::{Path, Step};
use super::policy::Policy;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// A value that a person decided on for one repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The field.
    pub path: Path,
    /// What it should be; nothing where it should not be there.
    pub value: Option<Json>,
    /// Whether it was set, or accepted as it was found.
    pub kind: DecidedKind,
    /// Why.
    pub reason: SafeText,
    /// The login that decided.
    pub by: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a value was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedKind {
    /// Somebody wrote it.
    Set,
    /// Somebody took what was observed.
    Accepted,
}

impl DecidedKind {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            DecidedKind::Set => "set",
            DecidedKind::Accepted => "accepted",
        }
    }
}

/// Where a desired value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The document under the policies.
    Base,
    /// A policy, by its name.
    Policy(SafeText),
    /// A person, for this repository alone.
    Person {
        /// `set` or `accepted`.
        kind: &'static str,
        /// The login.
        by: SafeText,
        /// Why.
        reason: SafeText,
    },
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Base => f.write_str("base document"),
            Source::Policy(name) => write!(f, "policy {}", name.one_line()),
            Source::Person { kind, by, .. } => write!(f, "{kind} by {}", by.one_line()),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a repository should be, and where that comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Desired {
    /// What it should be.
    pub document: Document,
    /// Where each value comes from, by its place in the document.
    sources: BTreeMap<Vec<Step>, Source>,
}

impl Desired {
    /// Puts the layers together. `policies` are those that match, the weakest first.
    pub fn of(base: Option<&Document>, policies: &[&Policy], decided: &[Decided]) -> Desired {
        let mut desired = Desired::default();
        if let Some(base) = base {
            desired.lay(&base.0, &Source::Base);
        }
        for policy in policies {
            desired.lay(&policy.desired.0, &Source::Policy(SafeText::new(&policy.name)));
        }
        for value in decided {
            put(&mut desired.document, &value.path, value.value.as_ref());
            let source = Source::Person {
                kind: value.kind.word(),
                by: value.by.clone(),
                reason: value.reason.clone(),
            };
            desired.mark(value.path.location().cloned().collect(), &source);
        }
        desired
    }

    /// Where the value of a field comes from: the nearest that speaks of it, or of what it lies in.
    pub fn source(&self, path: &Path) -> Vec<&Source> {
        let mut steps: Vec<Step> = path.location().cloned().collect();
        let within: BTreeSet<&Source> = self
            .sources
            .range(steps.clone()..)
            .take_while(|(own, _)| own.starts_with(&steps))
            .map(|(_, s)| s)
            .collect();
        if !within.is_empty() {
            return within.into_iter().collect();
        }
        while steps.pop().is_some() {
            if let Some(source) = self.sources.get(&steps) {
                return vec![source];
            }
        }
        Vec::new()
    }

    fn lay(&mut self, layer: &Fields, source: &Source) {
        let mut document = std::mem::take(&mut self.document.0);
        self.lay_fields(&mut document, layer, &mut Vec::new(), source);
        self.document.0 = document;
    }

    fn lay_fields(&mut self, under: &mut Fields, over: &Fields, way: &mut Vec<Step>, source: &Source) {
        for (name, value) in over {
            way.push(Step::Key(name.clone()));
            match (under.get_mut(name), value) {
                (_, Json::Null) => {
                    under.remove(name);
                    self.mark(way.clone(), source);
                }
                (Some(Json::Object(under)), Json::Object(over)) => self.lay_fields(under, over, way, source),
                (_, Json::Object(over)) => {
                    let mut fields = Fields::new();
                    self.mark(way.clone(), source);
                    self.lay_fields(&mut fields, over, way, source);
                    under.insert(name.clone(), Json::Object(fields));
                }
                (_, value) => {
                    under.insert(name.clone(), value.clone());
                    self.mark(way.clone(), source);
                }
            }
            way.pop();
        }
    }

    /// Says where the value at `way` comes from, and everything in it.
    fn mark(&mut self, way: Vec<Step>, source: &Source) {
        self.sources.retain(|own, _| !own.starts_with(&way));
        self.sources.insert(way, source.clone());
    }
}
