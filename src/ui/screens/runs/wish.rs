//! What the Runs screen may ask to be done, and the answers.

use crate::db::page::Page;
use crate::error::Error;
use crate::ids::RunId;
use crate::operations::acknowledge::{Acknowledge, Acknowledgement};
use crate::operations::run::Run;
use crate::operations::store::list::Standing;
use crate::operations::store::one::Detail;
use crate::ui::list_detail::load::{DETAIL, LIST};
use crate::ui::screen::Nature;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Rows of the list.
    Rows {
        /// The question, so that a late answer is known as one.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
        /// The run that they come after.
        after: Option<RunId>,
        /// How many.
        limit: usize,
    },
    /// How things stand, whatever the filter.
    Standing,
    /// How many runs came.
    News {
        /// The question.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
        /// The newest run that there was.
        beyond: RunId,
    },
    /// All that is known of a run.
    Detail(RunId),
    /// How far these are, a while from now.
    Follow(Vec<RunId>),
    /// Says that a check was seen.
    Acknowledge(Box<Acknowledge>),
}

/// An answer.
#[derive(Debug)]
pub enum Msg {
    /// Rows.
    Rows {
        /// The question.
        ticket: u64,
        /// The run that they come after.
        after: Option<RunId>,
        /// When they were read.
        at: DateTime<Utc>,
        /// The rows, or why there are none.
        result: Result<Page<Run>, Error>,
    },
    /// How things stand.
    Standing(Result<Standing, Error>),
    /// How many runs came.
    News {
        /// The question.
        ticket: u64,
        /// How many.
        result: Result<u64, Error>,
    },
    /// A detail; none where there is no such run.
    Detail(RunId, Result<Option<Arc<Detail>>, Error>),
    /// How far runs are now.
    Followed(Result<Vec<Run>, Error>),
    /// Whether a check was acknowledged.
    Acknowledged(Box<Acknowledge>, Result<Acknowledgement, Error>),
}

impl Wish {
    /// Whether the answer may be dropped for a newer question.
    pub fn nature(&self) -> Nature {
        Nature::Load(match self {
            Wish::Rows { .. } => LIST,
            Wish::Standing => "standing",
            Wish::News { .. } => "news",
            Wish::Detail(_) => DETAIL,
            Wish::Follow(_) => "progress",
            Wish::Acknowledge(_) => return Nature::Write,
        })
    }
}
