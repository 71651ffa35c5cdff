//! What the Drift screen may ask to be done, and the answers.

use crate::db::page::Page;
use crate::drift::actions::{Accept, IgnoreDeed, Snooze};
use crate::drift::plan::{Plan, PlanHash};
use crate::drift::store::detail::{Detail, Spell};
use crate::drift::store::list::{Counts, Cursor, Listed};
use crate::error::Error;
use crate::ids::DeedKey;
use crate::ui::app::JobDeed;
use crate::ui::list_detail::load::{DETAIL, LIST};
use crate::ui::screen::Nature;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Rows of the list.
    Rows {
        /// The question, so that a late answer is known as one.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
        /// The row that they come after.
        after: Option<Cursor>,
        /// How many.
        limit: usize,
    },
    /// How many there are in the filter.
    Counts {
        /// The question.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
    },
    /// How the rows that are held stand now.
    Fresh(Vec<i64>),
    /// All that is known of a repository.
    Detail(i64),
    /// How a field stood over time.
    History(i64, String),
    /// Makes a plan for these repositories.
    Plan(Vec<String>, DeedKey),
    /// Makes a plan for all that drift in this filter.
    PlanFilter(String, DeedKey),
    /// A person has said yes to a job.
    Agreed(JobDeed),
    /// Observes all repositories of this filter.
    ObserveFilter(String),
    /// Does what a person decided.
    Decide(Box<Decision>),
}

/// What a person decided, with the slot under which it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The slot.
    pub slot: String,
    /// The repository's number.
    pub id: i64,
    /// The deed.
    pub deed: Deed,
}

/// A deed.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// What is observed is what is desired.
    Accept(Accept),
    /// Differences are not counted.
    Ignore(IgnoreDeed),
    /// A repository may wait, or no longer.
    Snooze(Snooze),
}

/// An answer.
#[derive(Debug)]
pub enum Msg {
    /// Rows.
    Rows {
        /// The question.
        ticket: u64,
        /// The row that they come after.
        after: Option<Cursor>,
        /// When they were read.
        at: DateTime<Utc>,
        /// The rows, or why there are none.
        result: Result<Page<Listed>, Error>,
    },
    /// How many there are in the filter.
    Counts {
        /// The question.
        ticket: u64,
        /// How many.
        result: Result<Counts, Error>,
    },
    /// How rows stand now.
    Fresh(Result<Vec<Listed>, Error>),
    /// A detail; none where there is no such repository.
    Detail(i64, Result<Option<Arc<Detail>>, Error>),
    /// The history of a field.
    History(i64, String, Result<Vec<Spell>, Error>),
    /// A plan.
    Planned(Result<(Arc<Plan>, PlanHash), Error>),
    /// A job that a person has agreed to.
    Agreed(JobDeed),
    /// The repositories that are to be observed.
    ToObserve(Result<Vec<String>, Error>),
    /// Whether something was decided, and what to say of it.
    Decided(Box<Decision>, Result<String, Error>),
}

impl Wish {
    /// Whether the answer may be dropped for a newer question.
    pub fn nature(&self) -> Nature {
        Nature::Load(match self {
            Wish::Rows { .. } => LIST,
            Wish::Counts { .. } => "counts",
            Wish::Fresh(_) => "fresh",
            Wish::Detail(_) => DETAIL,
            Wish::History(..) => "history",
            Wish::ObserveFilter(_) => "observe",
            Wish::Plan(..) | Wish::PlanFilter(..) | Wish::Agreed(_) | Wish::Decide(_) => {
                return Nature::Write;
            }
        })
    }
}
