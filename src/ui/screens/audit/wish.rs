//! What the Audit screen may ask to be done, and the answers.

use crate::audit::actions::Inspect;
use crate::audit::detail::Detail;
use crate::audit::entry::Listed;
use crate::audit::inspection::{FiledReport, Inspection, Worklist};
use crate::audit::store::recorded::Recorded;
use crate::db::series::Reach;
use crate::error::Error;
use crate::ids::{EntrySeq, ReportId};
use crate::text::SafeText;
use crate::ui::app::JobDeed;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::load::{DETAIL, LIST};
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Nature;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Where a page begins. The newest entry is the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// At the newest entry.
    Top,
    /// At the oldest entry, upwards.
    Bottom,
    /// Behind this entry, or before it.
    Beyond(Way, EntrySeq),
    /// Some entries before this one, itself, and some behind it.
    Around(EntrySeq),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Rows of the list.
    Rows {
        /// The question, so that a late answer is known as one.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
        /// Where they begin.
        from: From,
    },
    /// How many entries the filter lets through.
    Count {
        /// The question.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
    },
    /// How many entries came.
    News {
        /// The question.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
        /// The newest entry that there was.
        beyond: EntrySeq,
    },
    /// All that is known of an entry.
    Detail(EntrySeq),
    /// What is known of earlier verifications.
    Known,
    /// The sample of a report, or of the newest one.
    Work(Option<ReportId>),
    /// Write down that an entry of a sample was inspected.
    Inspect(Box<Inspect>),
    /// The person said yes to this: it comes back as an answer, and is begun.
    Agreed(JobDeed),
    /// Values of a field that begin so, for completion.
    Values {
        /// The name of the field.
        field: &'static str,
        /// The beginning.
        prefix: String,
    },
}

/// An answer.
#[derive(Debug)]
pub enum Msg {
    /// Rows.
    Rows {
        /// The question.
        ticket: u64,
        /// Where they begin.
        from: From,
        /// When they were read.
        at: DateTime<Utc>,
        /// The rows, or why there are none.
        result: Result<Rows, Error>,
    },
    /// How many entries the filter lets through.
    Count {
        /// The question.
        ticket: u64,
        /// How many, and whether that is all of them.
        result: Result<(u64, Reach), Error>,
    },
    /// How many entries came.
    News {
        /// The question.
        ticket: u64,
        /// How many.
        result: Result<u64, Error>,
    },
    /// A detail; none where there is no such entry.
    Detail(EntrySeq, Result<Option<Arc<Detail>>, Error>),
    /// What is known of earlier verifications; what cannot be read is not known.
    Known(Known),
    /// A sample and the newest reports; none where there is no such report.
    Work(Option<ReportId>, Result<Option<(Worklist, Vec<FiledReport>)>, Error>),
    /// What became of an inspection.
    Inspected(Box<Inspect>, Result<Inspection, Error>),
    /// The person said yes.
    Agreed(JobDeed),
    /// Values of a field.
    Values {
        /// The field.
        field: &'static str,
        /// The beginning that was asked for.
        prefix: String,
        /// The values, or why there are none.
        result: Result<Vec<SafeText>, Error>,
    },
}

/// What is known of verifications before this session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The checkpoint that is pinned on this side.
    pub pinned: Option<Pin>,
    /// The newest verification that the chain says was made.
    pub recorded: Option<Recorded>,
}

/// A checkpoint that is pinned on this side: the chain was at least this long, and had that root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// How many entries it covers.
    pub size: u64,
    /// The key that signed it.
    pub key: SafeText,
    /// When it was signed.
    pub time: DateTime<Utc>,
}

/// Rows, and what lies beyond them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The rows, the newest first.
    pub rows: Vec<Listed>,
    /// What lies above them.
    pub above: Edge,
    /// What lies below them.
    pub below: Edge,
    /// The newest entry of all when they were read, whatever the filter; 0 where there is none.
    pub head: EntrySeq,
}

impl Wish {
    /// Whether the answer may be dropped for a newer question.
    pub fn nature(&self) -> Nature {
        Nature::Load(match self {
            Wish::Rows { .. } => LIST,
            Wish::Count { .. } => "count",
            Wish::News { .. } => "news",
            Wish::Detail(_) => DETAIL,
            Wish::Known => "known",
            Wish::Work(_) => "work",
            // The second only comes back, and is never dropped.
            Wish::Inspect(_) | Wish::Agreed(_) => return Nature::Write,
            Wish::Values { .. } => "values",
        })
    }
}
