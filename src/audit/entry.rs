//! An entry of the chain: as a list shows it, and as it is stored.

use crate::ids::EntrySeq;
use crate::text::SafeText;
use chrono::{DateTime, Utc};

/// An entry in one line, its texts safe to show.
///
/// Whatever stands in the table is listed, even where no append could have put it there: what an
/// attacker left is exactly what somebody wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its position.
    pub seq: EntrySeq,
    /// When it was appended; none where that is no time of the years 1 to 9999.
    pub occurred_at: Option<DateTime<Utc>>,
    /// What it is about.
    pub category: SafeText,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
    /// The login that appended it.
    pub db_user: SafeText,
    /// The repository that it concerns.
    pub repo_full_name: Option<SafeText>,
}

impl Listed {
    /// Who did it; with the login that appended it, where that is another.
    pub fn by(&self) -> String {
        if self.actor == self.db_user {
            self.actor.one_line().into_owned()
        } else {
            format!("{} (via {})", self.actor.one_line(), self.db_user.one_line())
        }
    }
}

/// A row of the chain as it is stored: raw, since hashes are over raw bytes. It is never shown as it is.
///
/// What a constraint forbids is possible here, since a superuser can drop constraints.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stored {
    /// Its identifier, which equals `seq`.
    pub id: Option<i64>,
    /// Its position.
    pub seq: i64,
    /// When it was appended, where that is a time of the years 1 to 9999.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The same as the server writes it, whatever it is.
    pub occurred_at_text: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// What happened.
    pub event_type: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// Whether that is a human, a bot or the system.
    pub actor_type: Option<String>,
    /// The login that appended it.
    pub db_user: Option<String>,
    /// The repository.
    pub repo_full_name: Option<String>,
    /// The pull request.
    pub pr_number: Option<i32>,
    /// The commit.
    pub commit_sha: Option<String>,
    /// The controls, where they are a list of one dimension from 1.
    pub framework: Option<Vec<Option<String>>>,
    /// The same as the server writes it, whatever it is.
    pub framework_text: Option<String>,
    /// The control that it is evidence for.
    pub control_id: Option<String>,
    /// The chain's name.
    pub chain_id: Option<String>,
    /// How the payload is hashed.
    pub payload_alg: Option<String>,
    /// The text of the payload; none where it is larger than an entry may be.
    pub payload: Option<String>,
    /// How large that text is.
    pub payload_bytes: i64,
    /// The payload's hash.
    pub payload_hash: Option<String>,
    /// The hash of the entry before.
    pub prev_hash: Option<String>,
    /// Its own hash.
    pub entry_hash: Option<String>,
    /// Whether a text is longer than an entry may have; what is above was cut then.
    pub is_cut: bool,
    /// How many rows bear this position.
    pub bearers: i64,
}

/// What the entries next to one say of themselves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Around {
    /// The entry with the highest position below.
    pub before: Option<Neighbour>,
    /// The entry with the lowest position above.
    pub behind: Option<Neighbour>,
    /// The name of the chain and its genesis, as the table of the chain has them.
    pub chain: Option<(String, String)>,
}

/// An entry next to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The entry in one line.
    pub listed: Listed,
    /// The hash of the one before it, as stored.
    pub prev_hash: Option<String>,
    /// Its own hash, as stored.
    pub entry_hash: Option<String>,
}
