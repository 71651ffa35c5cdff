//! The manifest of an export: what its file holds, and what vouches for it.

use super::name::ExportType;
use serde::{Deserialize, Serialize};

/// The word for the shape of a manifest.
pub const SCHEMA: &str = "attestor/export/v1";

/// What the file of an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// The chain.
    pub chain_id: String,
    /// How its entries are hashed.
    pub profile: String,
    /// The sort of the export: nightly, day or range.
    pub export_type: String,
    /// The time of the entries, where a day was asked for.
    pub period: Option<Period>,
    /// The selection, in words of SQL.
    pub query: String,
    /// How many entries there are.
    pub entries: u64,
    /// The first.
    pub first_seq: Option<i64>,
    /// The last.
    pub last_seq: Option<i64>,
    /// The hash of the entry before the first.
    pub first_prev_hash: Option<String>,
    /// The hash of the last.
    pub last_entry_hash: Option<String>,
    /// The name of the file.
    pub file: String,
    /// The SHA-256 of the file.
    pub sha256: String,
    /// What the entries were found to be while they were written.
    pub verdict: String,
    /// How many breaks that were.
    pub breaks: u64,
    /// The checkpoint that covers the entries, where there is one.
    pub checkpoint: Option<Covering>,
    /// When it was made, in UTC.
    pub generated_at: String,
    /// What made it.
    pub tool: String,
}

/// A time from, included, to, excluded; RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its begin.
    pub from: String,
    /// Its end.
    pub to: String,
}

/// The checkpoint that covers the entries.
///
/// The proof of the last entry stands in a file of its own. That entry's hash is over the one before, and
/// so on back to the first of the file: the proof for the last covers them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covering {
    /// The name of the proof's file.
    pub proof: String,
    /// How many entries the checkpoint covers.
    pub size: u64,
    /// Its root, in base64.
    pub root: String,
}

impl Manifest {
    /// The document, its end included.
    pub fn document(&self) -> Vec<u8> {
        // Strings and numbers alone: printing them cannot fail.
        let mut document = serde_json::to_vec_pretty(self).unwrap_or_default();
        document.push(b'\n');
        document
    }

    /// Whether its sort is `export_type`.
    pub fn is(&self, export_type: ExportType) -> bool {
        self.export_type == export_type.word()
    }
}
