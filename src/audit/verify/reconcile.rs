//! Whether what was decided and what was entered speak of the same deeds.

use serde::Serialize;

/// The most orphans that are named; all of them are counted.
pub const ORPHANS_MAX: i64 = 1_000;

/// What came of holding decisions and entries against each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// How many rows of decisions there are.
    pub decisions: u64,
    /// How many entries speak of such rows.
    pub entries: u64,
    /// How many do not fit.
    pub orphans: u64,
    /// The first of them.
    pub first_orphans: Vec<Orphan>,
}

/// A row of a decision, or an entry, that has no counterpart or another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Orphan {
    /// Where it stands.
    pub table: String,
    /// Its number; of an entry, its position.
    pub id: i64,
    /// What does not fit.
    pub why: String,
}
