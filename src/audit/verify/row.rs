//! A row as it comes over the wire: the bytes as they stand, borrowed, nothing decoded that is not
//! looked at.

use super::wire::{Malformed, Tuple};

/// The columns of an entry, in the order in which [`Row::read`] takes them.
pub const COLUMNS: usize = 19;

/// A row of the chain. Whatever a column may hold where its constraints were dropped is told apart: NULL
/// is none, and texts are bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row<'a> {
    /// The identifier.
    pub id: Option<i64>,
    /// The position.
    pub seq: Option<i64>,
    /// Microseconds since 2000-01-01, as PostgreSQL counts; the ends of its range are the infinities.
    pub occurred_at: Option<i64>,
    /// What it is about.
    pub category: Option<&'a [u8]>,
    /// What happened.
    pub event_type: Option<&'a [u8]>,
    /// Who did it.
    pub actor: Option<&'a [u8]>,
    /// Whether that is a human, a bot or the system.
    pub actor_type: Option<&'a [u8]>,
    /// The login that appended it.
    pub db_user: Option<&'a [u8]>,
    /// The repository.
    pub repo_full_name: Option<&'a [u8]>,
    /// The pull request.
    pub pr_number: Option<i32>,
    /// The commit.
    pub commit_sha: Option<&'a [u8]>,
    /// The controls, as a binary array.
    pub framework: Option<&'a [u8]>,
    /// The control that it is evidence for.
    pub control_id: Option<&'a [u8]>,
    /// The chain's name.
    pub chain_id: Option<&'a [u8]>,
    /// How the payload is hashed.
    pub payload_alg: Option<&'a [u8]>,
    /// The payload's hash.
    pub payload_hash: Option<&'a [u8]>,
    /// The hash of the entry before.
    pub prev_hash: Option<&'a [u8]>,
    /// The entry's own hash.
    pub entry_hash: Option<&'a [u8]>,
    /// The payload's text.
    pub payload: Option<&'a [u8]>,
}

impl<'a> Row<'a> {
    /// Reads a row of [`COLUMNS`].
    #[inline]
    pub fn read(tuple: &mut Tuple<'a>) -> Result<Self, Malformed> {
        Ok(Row {
            id: tuple.bigint()?,
            seq: tuple.bigint()?,
            occurred_at: tuple.bigint()?,
            category: tuple.bytes()?,
            event_type: tuple.bytes()?,
            actor: tuple.bytes()?,
            actor_type: tuple.bytes()?,
            db_user: tuple.bytes()?,
            repo_full_name: tuple.bytes()?,
            pr_number: tuple.integer()?,
            commit_sha: tuple.bytes()?,
            framework: tuple.bytes()?,
            control_id: tuple.bytes()?,
            chain_id: tuple.bytes()?,
            payload_alg: tuple.bytes()?,
            payload_hash: tuple.bytes()?,
            prev_hash: tuple.bytes()?,
            entry_hash: tuple.bytes()?,
            payload: tuple.jsonb()?,
        })
    }
}
