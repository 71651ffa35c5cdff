//! The hash of the chain, profile `attestor/v1`: netstrings under SHA-256.
//!
//! Everything is over raw bytes as they are stored, never over text that was made safe to show.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The only way in which a payload is hashed: over the text that PostgreSQL prints for the jsonb.
pub const PAYLOAD_ALG: &str = "pgjsonb";

/// A SHA-256 digest. It is shown and stored as 64 lowercase hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What an entry's hash is over: its row, with the hashes as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preimage<'a> {
    /// The chain's name.
    pub chain_id: &'a str,
    /// The position, from 1.
    pub seq: i64,
    /// When it was appended, in whole microseconds, of the years 1 to 9999.
    pub occurred_at: DateTime<Utc>,
    /// What it is about.
    pub category: &'a str,
    /// What happened.
    pub event_type: &'a str,
    /// Who did it.
    pub actor: &'a str,
    /// Whether that is a human, a bot or the system.
    pub actor_type: &'a str,
    /// The login that appended it.
    pub db_user: &'a str,
    /// The repository.
    pub repo_full_name: Option<&'a str>,
    /// The pull request.
    pub pr_number: Option<i32>,
    /// The commit.
    pub commit_sha: Option<&'a str>,
    /// The controls that it supports.
    pub framework: &'a [&'a str],
    /// The control that it is evidence for.
    pub control_id: Option<&'a str>,
    /// How the payload is hashed.
    pub payload_alg: &'a str,
    /// The payload's hash, as stored.
    pub payload_hash: &'a str,
    /// The hash of the entry before, as stored.
    pub prev_hash: &'a str,
}

impl Preimage<'_> {
    /// The entry's hash.
    pub fn entry_hash(&self) -> Digest {
        sha256(&self.bytes())
    }

    /// The bytes that the hash is over.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        let mut put = |field: Option<&str>| netstring(&mut bytes, field.map(str::as_bytes));
        put(Some("attestor/entry/v1"));
        put(Some(self.chain_id));
        put(Some(&self.seq.to_string()));
        put(Some(&self.occurred_at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()));
        put(Some(self.category));
        put(Some(self.event_type));
        put(Some(self.actor));
        put(Some(self.actor_type));
        put(Some(self.db_user));
        put(self.repo_full_name);
        put(self.pr_number.map(|n| n.to_string()).as_deref());
        put(self.commit_sha);
        let mut elements = Vec::new();
        for element in self.framework {
            netstring(&mut elements, Some(element.as_bytes()));
        }
        netstring(&mut bytes, Some(&elements));
        let mut put = |field: Option<&str>| netstring(&mut bytes, field.map(str::as_bytes));
        put(self.control_id);
        put(Some(self.payload_alg));
        put(Some(self.payload_hash));
        put(Some(self.prev_hash));
        bytes
    }
}

/// The `prev_hash` of the first entry.
pub fn genesis(chain_id: &str) -> Digest {
    let mut bytes = Vec::new();
    netstring(&mut bytes, Some(b"attestor/genesis/v1"));
    netstring(&mut bytes, Some(chain_id.as_bytes()));
    sha256(&bytes)
}

/// The hash of a payload, of which `text` is what PostgreSQL prints.
pub fn payload_hash(text: &str) -> Digest {
    sha256(text.as_bytes())
}

/// The leaf of an entry in the Merkle tree (RFC 6962); its index is seq - 1.
pub fn leaf(entry_hash: &Digest) -> Digest {
    let mut bytes = Vec::with_capacity(33);
    put_leaf(&mut bytes, entry_hash);
    sha256(&bytes)
}

/// Appends what the leaf of an entry is over.
pub fn put_leaf(bytes: &mut Vec<u8>, entry_hash: &Digest) {
    bytes.push(0);
    bytes.extend_from_slice(&entry_hash.0);
}

/// The node over two neighbours in the Merkle tree.
pub fn node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = Vec::with_capacity(65);
    put_node(&mut bytes, left, right);
    sha256(&bytes)
}

/// Appends what the node over two neighbours is over.
pub fn put_node(bytes: &mut Vec<u8>, left: &Digest, right: &Digest) {
    bytes.push(1);
    bytes.extend_from_slice(&left.0);
    bytes.extend_from_slice(&right.0);
}

/// Appends a field as its length in bytes, a colon, the bytes, a comma; NULL as `-,`.
fn netstring(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(field) => {
            bytes.extend_from_slice(field.len().to_string().as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(field);
        }
        None => bytes.push(b'-'),
    }
    bytes.push(b',');
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
