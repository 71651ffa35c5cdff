//! The pure core of the verifier, rule by rule: what a row may be, what it is to its neighbours, what a
//! report makes of it. No server is asked, so that each rule can be left out and be missed at once.

mod checklists;
mod entries;
mod lanes;
mod reports;
mod walks;
mod wire;

use attestor::audit::verify::row::Row;
use attestor::chain::hash::{Digest, Preimage, genesis, payload_hash};
use chrono::{DateTime, Utc};

const CHAIN: &str = "example.com/audit";
/// 2026-01-02T03:04:05.000006Z, in microseconds since 2000-01-01.
const TIME: i64 = 820_638_245_000_006;

/// A row that owns its bytes, and can be anything.
#[derive(Debug, Clone)]
struct Made {
    id: Option<i64>,
    seq: Option<i64>,
    occurred_at: Option<i64>,
    /// category, event_type, actor, actor_type, db_user; then repo_full_name, commit_sha, control_id.
    texts: [Option<String>; 8],
    pr_number: Option<i32>,
    framework: Option<Vec<u8>>,
    /// What stands in `framework`, for its hash.
    controls: Vec<String>,
    chain_id: Option<String>,
    payload_alg: Option<String>,
    payload: Option<String>,
    payload_hash: Option<String>,
    prev_hash: Option<String>,
    entry_hash: Option<String>,
}

/// The binary form of a list of texts.
fn list(elements: &[Option<&str>], dimensions: i32, lower: i32) -> Vec<u8> {
    let mut bytes = [dimensions, 0, 25].map(i32::to_be_bytes).concat();
    for _ in 0..dimensions {
        bytes.extend([elements.len() as i32, lower].map(i32::to_be_bytes).concat());
    }
    for element in elements {
        bytes.extend(element.map_or(-1, |text| text.len() as i32).to_be_bytes());
        bytes.extend(element.unwrap_or_default().as_bytes());
    }
    bytes
}

impl Made {
    /// A whole entry at `seq` that follows `prev`.
    fn at(seq: i64, prev: Digest) -> Made {
        let text = |text: &str| Some(text.to_owned());
        Made {
            id: Some(seq),
            seq: Some(seq),
            occurred_at: Some(TIME + seq),
            texts: [
                text("override"),
                text("override_approved"),
                text("alice"),
                text("human"),
                text("svc"),
                text("acme/api"),
                None,
                text("CC8.1"),
            ],
            pr_number: Some(42),
            framework: None,
            controls: Vec::new(),
            chain_id: text(CHAIN),
            payload_alg: text("pgjsonb"),
            payload: Some(format!("{{\"n\": {seq}}}")),
            payload_hash: None,
            prev_hash: Some(prev.to_string()),
            entry_hash: None,
        }
        .controlled(&["SOC2:CC8.1", "ISO27001:A.8.32"])
        .sealed()
    }

    fn controlled(mut self, controls: &[&str]) -> Made {
        let elements: Vec<Option<&str>> = controls.iter().map(|control| Some(*control)).collect();
        let dimensions = i32::from(!controls.is_empty());
        self.framework = Some(list(&elements, dimensions, 1));
        self.controls = controls.iter().map(|&control| control.to_owned()).collect();
        self
    }

    /// The same with the hashes of what stands in it, by the other code that makes them.
    fn sealed(mut self) -> Made {
        self.payload_hash = self.payload.as_deref().map(|text| payload_hash(text).to_string());
        self.resealed()
    }

    /// The same with the hash of its columns alone.
    fn resealed(mut self) -> Made {
        let micros = self.occurred_at.unwrap_or_default() + 946_684_800_000_000;
        let occurred_at = DateTime::<Utc>::from_timestamp_micros(micros).unwrap();
        let text = |at: usize| self.texts[at].as_deref();
        let controls: Vec<&str> = self.controls.iter().map(String::as_str).collect();
        let preimage = Preimage {
            chain_id: self.chain_id.as_deref().unwrap_or_default(),
            seq: self.seq.unwrap_or_default(),
            occurred_at,
            category: text(0).unwrap_or_default(),
            event_type: text(1).unwrap_or_default(),
            actor: text(2).unwrap_or_default(),
            actor_type: text(3).unwrap_or_default(),
            db_user: text(4).unwrap_or_default(),
            repo_full_name: text(5),
            pr_number: self.pr_number,
            commit_sha: text(6),
            framework: &controls,
            control_id: text(7),
            payload_alg: self.payload_alg.as_deref().unwrap_or_default(),
            payload_hash: self.payload_hash.as_deref().unwrap_or_default(),
            prev_hash: self.prev_hash.as_deref().unwrap_or_default(),
        };
        self.entry_hash = Some(preimage.entry_hash().to_string());
        self
    }

    fn hash(&self) -> Digest {
        let digits = self.entry_hash.as_deref().unwrap();
        let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap();
        Digest(std::array::from_fn(byte))
    }

    fn row(&self) -> Row<'_> {
        fn bytes(text: &Option<String>) -> Option<&[u8]> {
            text.as_deref().map(str::as_bytes)
        }
        Row {
            id: self.id,
            seq: self.seq,
            occurred_at: self.occurred_at,
            category: bytes(&self.texts[0]),
            event_type: bytes(&self.texts[1]),
            actor: bytes(&self.texts[2]),
            actor_type: bytes(&self.texts[3]),
            db_user: bytes(&self.texts[4]),
            repo_full_name: bytes(&self.texts[5]),
            pr_number: self.pr_number,
            commit_sha: bytes(&self.texts[6]),
            framework: self.framework.as_deref(),
            control_id: bytes(&self.texts[7]),
            chain_id: bytes(&self.chain_id),
            payload_alg: bytes(&self.payload_alg),
            payload_hash: bytes(&self.payload_hash),
            prev_hash: bytes(&self.prev_hash),
            entry_hash: bytes(&self.entry_hash),
            payload: bytes(&self.payload),
        }
    }
}

/// A whole chain of so many entries.
fn chain(size: i64) -> Vec<Made> {
    let mut entries: Vec<Made> = Vec::new();
    for seq in 1..=size {
        let prev = entries.last().map_or_else(|| genesis(CHAIN), Made::hash);
        entries.push(Made::at(seq, prev));
    }
    entries
}
