//! An entry as a line of an export and as part of a proof: every hashed field, and the payload's exact
//! text as a string, so that its hash can be checked without reading a number.

use super::verify::preimage::from_hex;
use super::verify::row::Row;
use super::verify::verdict::Kind;
use super::verify::wire::TextArray;
use crate::chain::hash::{Digest, PAYLOAD_ALG, Preimage, payload_hash};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How times are written: RFC 3339 in UTC, six fraction digits.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

/// The most bytes of a line: a payload of a mebibyte, each byte of it escaped, and the other fields.
pub const BYTES_MAX: usize = 8 << 20;

/// An entry with everything that its hash is over. The keys are the names of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the columns of audit.audit_trail_entries, which are documented there")]
pub struct Line {
    pub id: i64,
    pub seq: i64,
    pub occurred_at: String,
    pub category: String,
    pub event_type: String,
    pub actor: String,
    pub actor_type: String,
    pub db_user: String,
    pub repo_full_name: Option<String>,
    pub pr_number: Option<i32>,
    pub commit_sha: Option<String>,
    pub framework: Vec<String>,
    pub control_id: Option<String>,
    pub chain_id: String,
    pub payload_alg: String,
    pub payload_text: String,
    pub payload_hash: String,
    pub prev_hash: String,
    pub entry_hash: String,
}

impl Line {
    /// The line of a row; none where the row could be no entry.
    pub fn of(row: &Row<'_>) -> Option<Line> {
        let text = |field: Option<&[u8]>| String::from_utf8(field?.to_vec()).ok();
        let optional = |field: Option<&[u8]>| match field {
            None => Some(None),
            Some(_) => text(field).map(Some),
        };
        let mut framework = Vec::new();
        let list =
            TextArray::read(row.framework?).ok().filter(|list| list.dimensions <= 1 && list.lower == 1)?;
        for element in list.elements() {
            framework.push(text(element.ok()?)?);
        }
        Some(Line {
            id: row.id?,
            seq: row.seq?,
            occurred_at: moment(row.occurred_at?)?.format(TIME).to_string(),
            category: text(row.category)?,
            event_type: text(row.event_type)?,
            actor: text(row.actor)?,
            actor_type: text(row.actor_type)?,
            db_user: text(row.db_user)?,
            repo_full_name: optional(row.repo_full_name)?,
            pr_number: row.pr_number,
            commit_sha: optional(row.commit_sha)?,
            framework,
            control_id: optional(row.control_id)?,
            chain_id: text(row.chain_id)?,
            payload_alg: text(row.payload_alg)?,
            payload_text: text(row.payload)?,
            payload_hash: text(row.payload_hash)?,
            prev_hash: text(row.prev_hash)?,
            entry_hash: text(row.entry_hash)?,
        })
    }

    /// Appends the line of a file, its end included.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }

    /// Reads the line of a file, without its end.
    pub fn read(text: &[u8]) -> Result<Line, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// Recomputes its hashes: the entry's hash, or what is wrong with it.
    pub fn recompute(&self) -> Result<Digest, Kind> {
        if payload_hash(&self.payload_text).to_string() != self.payload_hash {
            return Err(Kind::PayloadMismatch);
        }
        let time = DateTime::parse_from_rfc3339(&self.occurred_at).map(|time| time.with_timezone(&Utc));
        let time = time.ok().filter(|time| time.format(TIME).to_string() == self.occurred_at);
        let (Some(occurred_at), true) = (time, self.payload_alg == PAYLOAD_ALG && self.id == self.seq) else {
            return Err(Kind::MetadataMismatch);
        };
        if self.chain_id.parse::<crate::ids::ChainId>().is_err() {
            return Err(Kind::MetadataMismatch);
        }
        let framework: Vec<&str> = self.framework.iter().map(String::as_str).collect();
        let hash = Preimage {
            chain_id: &self.chain_id,
            seq: self.seq,
            occurred_at,
            category: &self.category,
            event_type: &self.event_type,
            actor: &self.actor,
            actor_type: &self.actor_type,
            db_user: &self.db_user,
            repo_full_name: self.repo_full_name.as_deref(),
            pr_number: self.pr_number,
            commit_sha: self.commit_sha.as_deref(),
            framework: &framework,
            control_id: self.control_id.as_deref(),
            payload_alg: &self.payload_alg,
            payload_hash: &self.payload_hash,
            prev_hash: &self.prev_hash,
        }
        .entry_hash();
        if from_hex(self.entry_hash.as_bytes()) == Some(hash) {
            Ok(hash)
        } else {
            Err(Kind::MetadataMismatch)
        }
    }
}

/// The time that PostgreSQL counts in microseconds since 2000-01-01; none where there is no such time.
pub fn moment(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(946_684_800, 0)?.checked_add_signed(TimeDelta::microseconds(micros))
}
