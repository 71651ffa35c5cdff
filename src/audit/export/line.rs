//! A line of an export: an entry as it stands in the table.

use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// The most bytes of a line: a payload of 1 MiB, each byte of it escaped, and the other fields.
pub const LINE_BYTES_MAX: usize = 8 << 20;

/// An entry, its texts as they stand, in the order of the table's columns.
///
/// `payload_text` is the text that PostgreSQL prints for the payload: its hash can be checked without
/// parsing a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The same as `seq`.
    pub id: i64,
    /// The position in the chain.
    pub seq: i64,
    /// What it is about.
    pub category: String,
    /// What happened.
    pub event_type: String,
    /// Who did it.
    pub actor: String,
    /// Whether that is a human, a bot or the system.
    pub actor_type: String,
    /// The repository.
    pub repo_full_name: Option<String>,
    /// The pull request.
    pub pr_number: Option<i32>,
    /// The controls that it supports.
    pub framework: Vec<Option<String>>,
    /// The payload's hash.
    pub payload_hash: String,
    /// The hash of the entry before.
    pub prev_hash: String,
    /// When it was appended: RFC 3339, UTC, six digits of fraction.
    pub occurred_at: String,
    /// The commit.
    pub commit_sha: Option<String>,
    /// The control that it is evidence for.
    pub control_id: Option<String>,
    /// The login that appended it.
    pub db_user: String,
    /// The chain.
    pub chain_id: String,
    /// How the payload is hashed.
    pub payload_alg: String,
    /// Its own hash.
    pub entry_hash: String,
    /// The payload, as PostgreSQL prints it.
    pub payload_text: String,
}

impl Line {
    /// The line, its end included.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<()> {
        serde_json::to_writer(&mut *out, self)
            .map_err(|error| Error::new(Kind::Failed, format!("entry {} cannot be written", self.seq)).because(error))?;
        out.push(b'\n');
        Ok(())
    }

    /// Reads a line; `number` counts from 1, for the message.
    pub fn read(text: &[u8], number: u64) -> Result<Line> {
        serde_json::from_slice(text).map_err(|error| {
            let error = error.to_string();
            Error::new(Kind::UnreadableInput, format!("line {number} is no entry: {error}"))
                .hint("the file was changed or cut; take it from where it was first put")
        })
    }
}
