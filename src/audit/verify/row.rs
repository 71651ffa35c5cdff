//! A row as it comes over the wire: the bytes as they stand, borrowed, nothing decoded that is not
//! looked at.

use super::usual::Usual;
use super::wire::{Malformed, Tuple};

/// How many columns [`Row::read`] takes, of which the first stands for those that usually go without
/// saying.
pub const COLUMNS: usize = 17;

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
    /// Reads a row of [`COLUMNS`]; what is left out of it is as `usual`.
    #[inline]
    pub fn read<'t: 'a>(tuple: &mut Tuple<'t>, usual: &'a Usual) -> Result<Self, Malformed> {
        let unusual = tuple.bytes()?;
        let seq = tuple.bigint()?;
        let filled = usual.fill(seq, unusual)?;
        let occurred_at = tuple.bigint()?;
        let category = tuple.bytes()?;
        Ok(Row {
            id: filled.id,
            seq,
            occurred_at,
            category,
            event_type: tuple.bytes()?,
            actor: tuple.bytes()?,
            actor_type: tuple.bytes()?,
            db_user: tuple.bytes()?,
            repo_full_name: tuple.bytes()?,
            pr_number: tuple.integer()?,
            commit_sha: tuple.bytes()?,
            framework: match tuple.bytes()? {
                None if filled.has_list => usual.list(category),
                stored => stored,
            },
            control_id: tuple.bytes()?,
            chain_id: filled.chain_id,
            payload_alg: filled.payload_alg,
            payload_hash: tuple.bytes()?,
            prev_hash: tuple.bytes()?,
            entry_hash: tuple.bytes()?,
            payload: tuple.jsonb()?,
        })
    }
}
