//! What the Overview may ask to be done, and the answers.

use super::lines::{Line, Section};
use crate::chain::recent::Recent;
use crate::error::Error;
use crate::ids::EntrySeq;
use crate::ui::screen::Nature;
use crate::ui::session::Visit;
use chrono::{DateTime, Utc};

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// What there is now, and what there was at the last visit.
    Look,
    /// The lines of a section, as far as they are quick.
    Section(Section, Look),
    /// The lines of a section however long they take, after those that were quick.
    Whole(Section, Look),
    /// The newest audit entries.
    Entries,
    /// Where the chain ends now.
    News,
    /// Remembers a visit to the database of this name.
    Keep(String, Visit),
}

/// What a visit begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The name of the database; none where the login may not read it, and then no visit is kept.
    pub database: Option<String>,
    /// What there was at the last visit; none where this is the first.
    pub last: Option<Visit>,
    /// What there is now. It is read before everything else: what comes meanwhile is new next time.
    pub now: Visit,
}

/// An answer.
#[derive(Debug)]
pub enum Msg {
    /// What there is.
    Looked(Result<Look, Error>),
    /// What of a section was quick, as of this moment; the whole is yet to be asked for.
    Glance(Section, DateTime<Utc>, Vec<Line>),
    /// The lines of a section, as of this moment.
    Section(Section, DateTime<Utc>, Result<Vec<Line>, Error>),
    /// The newest audit entries, as of this moment.
    Entries(DateTime<Utc>, Result<Vec<Recent>, Error>),
    /// Where the chain ends.
    News(Result<EntrySeq, Error>),
    /// Whether the visit is remembered; else why not.
    Kept(Result<(), String>),
}

impl Wish {
    /// The lane of the look that a visit begins with.
    pub const LOOK_LANE: &str = "look";

    /// Whether the answer may be dropped for a newer question. All of them may: each section has a
    /// lane of its own, so that none waits for another, and nothing is written to the database.
    pub fn nature(&self) -> Nature {
        Nature::Load(match self {
            Wish::Look => Wish::LOOK_LANE,
            Wish::Section(section, _) | Wish::Whole(section, _) => section.lane(),
            Wish::Entries => ENTRIES_LANE,
            Wish::News => "news",
            Wish::Keep(..) => "visit",
        })
    }
}

/// The lane of the audit entries.
pub const ENTRIES_LANE: &str = "entries";
