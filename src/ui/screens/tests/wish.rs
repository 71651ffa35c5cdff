//! What the Tests screen may ask to be done, and the answers.

use crate::db::page::Page;
use crate::error::Error;
use crate::flaky::actions::{Decide, Outcome};
use crate::flaky::detail::TestDetail;
use crate::flaky::preview::Preview;
use crate::flaky::state::Thresholds;
use crate::flaky::store::tests::{Cursor, Sort, Standing};
use crate::flaky::test::Test;
use crate::ids::TestId;
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
        /// In which order.
        sort: Sort,
        /// The row that they come after.
        after: Option<After>,
        /// How many.
        limit: usize,
    },
    /// How all tests stand.
    Standing,
    /// How all tests stand now that others have done something.
    News,
    /// All that is known of a test.
    Detail(TestId),
    /// What other thresholds would do to the tests of a filter.
    Preview(Thresholds, String),
    /// Decides about tests.
    Decide(Box<Decide>),
}

/// The row that a page comes after. By score, tests whose quarantine is suggested stand before all others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct After {
    /// Its place.
    pub cursor: Cursor,
    /// Whether its quarantine is suggested.
    pub suggested: Suggested,
}

/// Whether the quarantine of a test is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggested {
    /// It is.
    Yes,
    /// It is not.
    No,
}

impl After {
    /// The place behind `test`.
    pub fn of(test: &Test) -> Self {
        let suggested = if test.suggested { Suggested::Yes } else { Suggested::No };
        After { cursor: Cursor::after(test), suggested }
    }
}

/// An answer.
#[derive(Debug)]
pub enum Msg {
    /// Rows.
    Rows {
        /// The question.
        ticket: u64,
        /// Whether they come after others.
        after: Option<After>,
        /// When they were read.
        at: DateTime<Utc>,
        /// The rows, or why there are none.
        result: Result<Page<Test>, Error>,
    },
    /// How all tests stand.
    Standing(Result<Standing, Error>),
    /// The same, after others have done something.
    News(Result<Standing, Error>),
    /// A detail.
    Detail(TestId, Result<Arc<TestDetail>, Error>),
    /// What other thresholds would do.
    Preview(Thresholds, Result<Arc<Preview>, Error>),
    /// What became of a decision.
    Decided(Box<Decide>, Result<Outcome, Error>),
}

impl Wish {
    /// The lane of the preview.
    pub const PREVIEW: &str = "preview";

    /// Whether the answer may be dropped for a newer question.
    pub fn nature(&self) -> Nature {
        Nature::Load(match self {
            Wish::Rows { .. } => LIST,
            Wish::Standing => "standing",
            Wish::News => "news",
            Wish::Detail(_) => DETAIL,
            Wish::Preview(..) => Wish::PREVIEW,
            Wish::Decide(_) => return Nature::Write,
        })
    }
}
