//! All that is told of one entry.

use super::entry::{Around, Listed, Stored};
use super::examine::{Check, Standing, examine};
use super::payload::{Subject, Tree};
use super::store::stored::Writers;
use crate::ids::EntrySeq;
use crate::text::SafeText;

/// An entry with everything about it, safe to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Its position.
    pub seq: EntrySeq,
    /// Every column but the payload, in the order of the table, by its name.
    pub columns: Vec<(&'static str, Option<SafeText>)>,
    /// The payload.
    pub payload: Payload,
    /// What it speaks of.
    pub subject: Option<Subject>,
    /// Its fields, recomputed.
    pub checks: Vec<Check>,
    /// The entry before.
    pub before: Option<Listed>,
    /// The entry behind.
    pub behind: Option<Listed>,
    /// Who may write such an entry; none where the database does not say.
    pub writers: Option<Writers>,
}

/// The payload of an entry, as far as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// All of it.
    Tree(Tree),
    /// So many bytes, more than any entry may have.
    TooLarge(i64),
    /// It is NULL, which no entry's is.
    Null,
}

impl Detail {
    /// Recomputes a row, and makes it safe to show.
    pub fn of(stored: &Stored, around: Around, writers: Option<Writers>) -> Detail {
        let checks = examine(stored, &around);
        let payload = match &stored.payload {
            Some(text) => Payload::Tree(Tree::of(text)),
            None if stored.payload_bytes > 0 => Payload::TooLarge(stored.payload_bytes),
            None => Payload::Null,
        };
        Detail {
            seq: EntrySeq(stored.seq),
            columns: columns(stored),
            payload,
            subject: stored.payload.as_deref().and_then(Subject::of),
            checks,
            before: around.before.map(|before| before.listed),
            behind: around.behind.map(|behind| behind.listed),
            writers,
        }
    }

    /// A column by its name, where it has a value.
    pub fn column(&self, name: &str) -> Option<&SafeText> {
        self.columns.iter().find(|(known, _)| *known == name)?.1.as_ref()
    }

    /// Whether a field does not hold.
    pub fn is_broken(&self) -> bool {
        self.checks.iter().any(|check| check.standing == Standing::Broken)
    }
}

fn columns(stored: &Stored) -> Vec<(&'static str, Option<SafeText>)> {
    fn text(value: &Option<String>) -> Option<SafeText> {
        value.as_deref().map(SafeText::new)
    }
    let at = stored.occurred_at.map(|at| SafeText::new(&at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()));
    let number = |number: Option<String>| number.map(SafeText::from);
    vec![
        ("id", number(stored.id.map(|id| id.to_string()))),
        ("seq", Some(SafeText::from(stored.seq.to_string()))),
        ("occurred_at", at.or_else(|| text(&stored.occurred_at_text))),
        ("category", text(&stored.category)),
        ("event_type", text(&stored.event_type)),
        ("actor", text(&stored.actor)),
        ("actor_type", text(&stored.actor_type)),
        ("db_user", text(&stored.db_user)),
        ("repo_full_name", text(&stored.repo_full_name)),
        ("pr_number", number(stored.pr_number.map(|pr| pr.to_string()))),
        ("commit_sha", text(&stored.commit_sha)),
        ("framework", text(&stored.framework_text)),
        ("control_id", text(&stored.control_id)),
        ("chain_id", text(&stored.chain_id)),
        ("payload_alg", text(&stored.payload_alg)),
        ("payload_hash", text(&stored.payload_hash)),
        ("prev_hash", text(&stored.prev_hash)),
        ("entry_hash", text(&stored.entry_hash)),
    ]
}
