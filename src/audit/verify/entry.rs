//! One entry on its own: whether it could be an entry at all, and whether its hashes are its own.
//!
//! Every CHECK of the table is repeated here, since a superuser can drop constraints.

use super::claims::Claims;
use super::preimage::{self, TIMES, from_hex};
use super::row::Row;
use super::verdict::{Break, Field, Kind};
use super::wire::TextArray;
use crate::chain::hash::{Digest, PAYLOAD_ALG};

/// The most bytes that a text of an entry has.
const TEXT_BYTES_MAX: usize = 1_024;

/// What is wrong with an entry on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// What is broken.
    pub kind: Kind,
    /// What of it.
    pub field: Field,
    /// In words.
    pub why: &'static str,
}

impl Flaw {
    /// The break that it is at an entry.
    pub fn at(self, seq: i64) -> Break {
        Break::at(seq, self.kind, self.field, self.why)
    }
}

/// The hashes of an entry as it stores them; none where a text is no hash.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// That of the entry before.
    pub prev_hash: Option<Digest>,
    /// Its own.
    pub entry_hash: Option<Digest>,
}

impl Stored {
    /// Reads them, once a row.
    pub fn of(row: &Row<'_>) -> Self {
        let read = |hash: Option<&[u8]>| hash.and_then(from_hex);
        Stored { prev_hash: read(row.prev_hash), entry_hash: read(row.entry_hash) }
    }

    /// What the tree is over: the entry's hash as it is stored; what is none is as none.
    pub fn leaf(&self) -> Digest {
        self.entry_hash.unwrap_or(Digest([0; 32]))
    }
}

const NOT_ITS_PAYLOAD: Flaw = Flaw {
    kind: Kind::PayloadMismatch,
    field: Field::Payload,
    why: "the payload is not the one that was hashed",
};

const NOT_ITS_COLUMNS: Flaw = Flaw {
    kind: Kind::MetadataMismatch,
    field: Field::Entry,
    why: "entry_hash is not that of these columns",
};

/// Tells `flaw` what is wrong with `row`, which stores `stored`, by itself, once for each field; what is
/// left to be known are the `claims` that it makes. `known_name` is one that a chain can have.
#[inline]
pub fn check(
    row: &Row<'_>,
    stored: &Stored,
    known_name: Option<&[u8]>,
    claims: &mut Claims,
    mut flaw: impl FnMut(Flaw),
) {
    let place = row.seq.unwrap_or_default();
    let mut mismatch = |field, why| flaw(Flaw { kind: Kind::MetadataMismatch, field, why });
    if row.id.is_none() || row.id != row.seq || row.seq.is_none_or(|seq| seq < 1) {
        mismatch(Field::Seq, "id and seq are not the same position");
    }
    if (known_name.is_none() || row.chain_id != known_name) && !row.chain_id.is_some_and(names_a_chain) {
        mismatch(Field::ChainId, "no name that a chain can have");
    }
    let has_time = row.occurred_at.is_some_and(|at| TIMES.contains(&at));
    if !has_time {
        mismatch(Field::OccurredAt, "outside of the years 1 to 9999");
    }
    match payload(row) {
        Ok((text, hash)) => claims.add(place, hash, NOT_ITS_PAYLOAD, |bytes| bytes.extend_from_slice(text)),
        Err(why) => mismatch(Field::Payload, why),
    }
    if stored.prev_hash.is_none() {
        mismatch(Field::PrevHash, "not 64 lowercase hex digits");
    }
    match framework(row) {
        Err(why) => mismatch(Field::Entry, why),
        Ok(_) if texts_flaw(row).is_some() => mismatch(Field::Entry, texts_flaw(row).unwrap_or_default()),
        // What has no text in the preimage has no hash either; it was told above.
        Ok(_) if !has_time || row.seq.is_none() => {}
        Ok(list) => match stored.entry_hash {
            None => mismatch(Field::Entry, "entry_hash is not 64 lowercase hex digits"),
            Some(hash) => {
                claims.add(place, hash, NOT_ITS_COLUMNS, |bytes| preimage::write(bytes, row, &list));
            }
        },
    }
}

/// The payload and the hash that it should have; why not, where it cannot be a payload with a hash.
fn payload<'a>(row: &Row<'a>) -> Result<(&'a [u8], Digest), &'static str> {
    let text = row.payload.ok_or("no payload")?;
    let hash = row.payload_hash.and_then(from_hex).ok_or("payload_hash is not 64 lowercase hex digits")?;
    if row.payload_alg != Some(PAYLOAD_ALG.as_bytes()) {
        return Err("payload_alg is not known");
    }
    Ok((text, hash))
}

/// Whether a chain can have this name.
pub fn names_a_chain(name: &[u8]) -> bool {
    let known = |b: &u8| b.is_ascii_alphanumeric() || b"._/-".contains(b);
    (1..=255).contains(&name.len()) && name.iter().all(known)
}

fn texts_flaw(row: &Row<'_>) -> Option<&'static str> {
    let required = [row.category, row.event_type, row.actor, row.actor_type, row.db_user];
    if required.iter().any(Option::is_none) {
        return Some("a column is NULL that never is");
    }
    let optional = [row.repo_full_name, row.commit_sha, row.control_id];
    let mut texts = required.iter().chain(&optional).flatten();
    texts.any(|text| text.len() > TEXT_BYTES_MAX).then_some("a text is larger than 1 KiB")
}

/// The list of controls, where it has the shape that one may have.
fn framework<'a>(row: &Row<'a>) -> Result<TextArray<'a>, &'static str> {
    const CUT_OFF: &str = "framework can't be read";
    let list = TextArray::read(row.framework.ok_or("framework is NULL")?).map_err(|_| CUT_OFF)?;
    if list.dimensions > 1 || list.lower != 1 {
        return Err("framework is not a list of one dimension from 1");
    }
    // As array_to_string(framework, ',') would have it.
    let mut bytes = 0;
    for (i, element) in list.elements().enumerate() {
        let element = element.map_err(|_| CUT_OFF)?.ok_or("framework holds a NULL")?;
        bytes += element.len() + usize::from(i > 0);
    }
    if bytes > TEXT_BYTES_MAX {
        return Err("framework is larger than 1 KiB");
    }
    Ok(list)
}
