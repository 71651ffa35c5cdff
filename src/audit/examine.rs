//! One entry recomputed: which of its fields hold, and which do not.
//!
//! This looks at a single row and its neighbours, as it is looked at; it proves nothing about the rest
//! of the chain, which takes a verification.

use super::entry::{Around, Stored};
use crate::chain::hash::{PAYLOAD_ALG, Preimage, genesis, payload_hash};
use crate::text::visible;

/// What is checked of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Its position: that of its identifier, borne by it alone, next to the entry before.
    Seq,
    /// Its time: never before that of the entry before.
    OccurredAt,
    /// The name of the chain.
    ChainId,
    /// The payload, by its hash.
    Payload,
    /// The link to the entry before.
    PrevHash,
    /// Everything else, by the entry's own hash.
    EntryHash,
    /// The link that the entry behind has to this one.
    NextLink,
}

impl Field {
    /// What a person calls it.
    pub fn title(self) -> &'static str {
        match self {
            Field::Seq => "seq",
            Field::OccurredAt => "time",
            Field::ChainId => "chain",
            Field::Payload => "payload",
            Field::PrevHash => "link back",
            Field::EntryHash => "entry",
            Field::NextLink => "link on",
        }
    }
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It does not.
    Broken,
    /// It cannot be told from here.
    Unknown,
}

/// A check of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Of what.
    pub field: Field,
    /// What became of it.
    pub standing: Standing,
    /// In words, safe to show.
    pub said: String,
}

/// Recomputes an entry, field by field.
pub fn examine(stored: &Stored, around: &Around) -> Vec<Check> {
    vec![
        seq(stored, around),
        time(stored, around),
        chain(stored, around),
        payload(stored),
        entry(stored),
        link_back(stored, around),
        link_on(stored, around),
    ]
}

fn check(field: Field, standing: Standing, said: impl Into<String>) -> Check {
    Check { field, standing, said: said.into() }
}

/// The first digits of a hash, which tell it from another.
pub fn short(hash: &str) -> String {
    let safe = visible(hash);
    match safe.char_indices().nth(16) {
        Some((at, _)) => format!("{}…", &safe[..at]),
        None => safe.into_owned(),
    }
}

fn shown(hash: Option<&str>) -> String {
    hash.map_or_else(|| "NULL".to_owned(), short)
}

fn compared(field: Field, stored: Option<&str>, computed: &str) -> Check {
    match stored {
        Some(stored) if stored == computed => check(field, Standing::Holds, short(computed)),
        stored => {
            let said = format!("stored {}, recomputed {}", shown(stored), short(computed));
            check(field, Standing::Broken, said)
        }
    }
}

fn seq(stored: &Stored, around: &Around) -> Check {
    let broken = |said: String| check(Field::Seq, Standing::Broken, said);
    if stored.bearers > 1 {
        return broken(format!("{} rows bear this position", stored.bearers));
    }
    if stored.id != Some(stored.seq) {
        let id = stored.id.map_or_else(|| "NULL".to_owned(), |id| id.to_string());
        return broken(format!("its id is {id}"));
    }
    if stored.seq < 1 {
        return broken("a chain begins at 1".to_owned());
    }
    let wanted = stored.seq - 1;
    match around.before.as_ref().map_or(0, |before| before.listed.seq.0) {
        before if before == wanted && before == 0 => {
            check(Field::Seq, Standing::Holds, "the first of the chain")
        }
        before if before == wanted => check(Field::Seq, Standing::Holds, format!("next to {before}")),
        0 => broken("there is no entry before it".to_owned()),
        before => broken(format!("the entry before is {before}: {} missing", wanted.saturating_sub(before))),
    }
}

fn time(stored: &Stored, around: &Around) -> Check {
    let Some(at) = stored.occurred_at else {
        let text = stored.occurred_at_text.as_deref().map_or_else(|| "NULL".into(), visible);
        return check(Field::OccurredAt, Standing::Broken, format!("{text} is no time that an entry has"));
    };
    let Some(before) = &around.before else {
        return check(Field::OccurredAt, Standing::Holds, "nothing stands before it");
    };
    match before.listed.occurred_at {
        Some(earlier) if at < earlier => {
            let by = (earlier - at).num_microseconds().unwrap_or(i64::MAX);
            let said = format!("{:.6} s before the entry before", by as f64 / 1e6);
            check(Field::OccurredAt, Standing::Broken, said)
        }
        Some(_) => check(Field::OccurredAt, Standing::Holds, "not before the entry before"),
        None => check(Field::OccurredAt, Standing::Unknown, "the entry before has no time"),
    }
}

fn chain(stored: &Stored, around: &Around) -> Check {
    let own = stored.chain_id.as_deref();
    match (own, &around.chain) {
        (Some(own), Some((name, _))) if own == name => {
            check(Field::ChainId, Standing::Holds, visible(own).into_owned())
        }
        (own, Some((name, _))) => {
            let own = own.map_or_else(|| "NULL".into(), visible);
            check(Field::ChainId, Standing::Broken, format!("{own}, and this chain is {}", visible(name)))
        }
        (_, None) => check(Field::ChainId, Standing::Unknown, "the database does not name its chain"),
    }
}

fn payload(stored: &Stored) -> Check {
    match &stored.payload {
        Some(text) => {
            compared(Field::Payload, stored.payload_hash.as_deref(), &payload_hash(text).to_string())
        }
        None if stored.payload_bytes == 0 => check(Field::Payload, Standing::Broken, "it is NULL"),
        None => {
            let said = format!(
                "{} bytes, more than an entry may have; a verification reads it",
                stored.payload_bytes
            );
            check(Field::Payload, Standing::Unknown, said)
        }
    }
}

fn entry(stored: &Stored) -> Check {
    match computed(stored) {
        Ok(hash) => compared(Field::EntryHash, stored.entry_hash.as_deref(), &hash),
        Err(fault) => check(Field::EntryHash, Standing::Broken, format!("this is no entry: {fault}")),
    }
}

/// The hash of an entry over its row as stored, or why the row can be none.
fn computed(stored: &Stored) -> Result<String, String> {
    fn required<'a>(name: &str, value: &'a Option<String>) -> Result<&'a str, String> {
        value.as_deref().ok_or_else(|| format!("{name} is NULL"))
    }
    if stored.is_cut {
        return Err("a text is longer than 1 KiB".to_owned());
    }
    let payload_alg = required("payload_alg", &stored.payload_alg)?;
    if payload_alg != PAYLOAD_ALG {
        return Err(format!("payload_alg {} is not known", visible(payload_alg)));
    }
    let framework = stored.framework.as_ref().ok_or("framework is no list of one dimension from 1")?;
    let framework: Option<Vec<&str>> = framework.iter().map(Option::as_deref).collect();
    let framework = framework.ok_or("framework holds a NULL")?;
    for (name, hash) in [
        ("payload_hash", &stored.payload_hash),
        ("prev_hash", &stored.prev_hash),
        ("entry_hash", &stored.entry_hash),
    ] {
        let hash = required(name, hash)?;
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(format!("{name} is no SHA-256 in lowercase hex"));
        }
    }
    let preimage = Preimage {
        chain_id: required("chain_id", &stored.chain_id)?,
        seq: stored.seq,
        occurred_at: stored.occurred_at.ok_or("its time is none of the years 1 to 9999")?,
        category: required("category", &stored.category)?,
        event_type: required("event_type", &stored.event_type)?,
        actor: required("actor", &stored.actor)?,
        actor_type: required("actor_type", &stored.actor_type)?,
        db_user: required("db_user", &stored.db_user)?,
        repo_full_name: stored.repo_full_name.as_deref(),
        pr_number: stored.pr_number,
        commit_sha: stored.commit_sha.as_deref(),
        framework: &framework,
        control_id: stored.control_id.as_deref(),
        payload_alg,
        payload_hash: required("payload_hash", &stored.payload_hash)?,
        prev_hash: required("prev_hash", &stored.prev_hash)?,
    };
    Ok(preimage.entry_hash().to_string())
}

fn link_back(stored: &Stored, around: &Around) -> Check {
    let own = stored.prev_hash.as_deref();
    match (&around.before, &around.chain) {
        (Some(before), _) => match &before.entry_hash {
            Some(hash) if own == Some(hash.as_str()) => {
                check(Field::PrevHash, Standing::Holds, format!("{} of {}", short(hash), before.listed.seq))
            }
            hash => {
                let said =
                    format!("stored {}, {} has {}", shown(own), before.listed.seq, shown(hash.as_deref()));
                check(Field::PrevHash, Standing::Broken, said)
            }
        },
        (None, Some((name, _))) => compared(Field::PrevHash, own, &genesis(name).to_string()),
        (None, None) => check(Field::PrevHash, Standing::Unknown, "the database does not name its chain"),
    }
}

fn link_on(stored: &Stored, around: &Around) -> Check {
    let Some(behind) = &around.behind else {
        return check(Field::NextLink, Standing::Unknown, "nothing stands behind it yet");
    };
    let (own, theirs) = (stored.entry_hash.as_deref(), behind.prev_hash.as_deref());
    if own.is_some() && own == theirs {
        check(Field::NextLink, Standing::Holds, format!("{} builds on it", behind.listed.seq))
    } else {
        let said = format!("{} builds on {}", behind.listed.seq, shown(theirs));
        check(Field::NextLink, Standing::Broken, said)
    }
}
