//! What the screen may ask to be done, and the answers.

use super::arrange::{ArrangeMsg, ArrangeWish};
use super::reading::{Code, Colours};
use crate::db::page::Page;
use crate::error::Error;
use crate::ids::{DeedKey, FeedbackId, FindingId};
use crate::text::SafeText;
use crate::triage::actions::{AttendTo, GiveComment, GiveFeedback, Outcome, TakeBack, TakeBackDeed, Target};
use crate::triage::detail::{FindingDetail, Sighting};
use crate::triage::finding::{Feedback, Finding};
use crate::triage::group::{Group, GroupBy};
use crate::triage::stats::Stats;
use crate::triage::store::findings::{Count, Sort};
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Nature;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Which rows, in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The filter, as it is typed.
    pub filter: String,
    /// The order.
    pub sort: Sort,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// At the first row.
    Top,
    /// At the last row, upwards.
    Bottom,
    /// Behind this row, or before it.
    Beyond(Way, Box<Finding>),
    /// Some rows before this one, and some behind it.
    Around(Box<Finding>),
}

/// Where a page of groups begins.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupsFrom {
    /// At the riskiest group, and so many of them.
    Top {
        /// How many.
        count: usize,
    },
    /// Behind this group.
    Behind(Box<Group>),
}

/// The form in which a finding is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The line that `findings show --json` prints.
    Json,
    /// Markdown.
    Markdown,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Rows of the list.
    Rows {
        /// The question, so that a late answer is known as one.
        ticket: u64,
        /// Which rows.
        query: Query,
        /// Where they begin.
        from: From,
    },
    /// Groups of findings.
    Groups {
        /// The question.
        ticket: u64,
        /// Which findings are grouped.
        filter: String,
        /// By what.
        by: GroupBy,
        /// Where they begin.
        from: GroupsFrom,
    },
    /// How many rows there are, and how many stand before this one.
    Count {
        /// The question.
        ticket: u64,
        /// Which rows.
        query: Query,
        /// The row whose place is asked.
        row: Option<Box<Finding>>,
    },
    /// How many findings came.
    News {
        /// The question.
        ticket: u64,
        /// Which rows.
        query: Query,
        /// The newest finding that there was.
        beyond: FindingId,
    },
    /// All that is known of a finding.
    Detail(FindingId),
    /// The scans of a finding's life.
    Life(FindingId),
    /// A finding by its number, to go to its row.
    Find(FindingId),
    /// The tokens of code.
    Colour(Box<Code>),
    /// Something about the views.
    Arrange(ArrangeWish),
    /// A finding, to be copied in this form.
    Copy(FindingId, Form),
    /// Values of a field that begin so, for completion.
    Values {
        /// The name of the field.
        field: &'static str,
        /// The beginning.
        prefix: String,
    },
    /// What this login said, from there on.
    Own {
        /// Behind which feedback.
        after: Option<FeedbackId>,
        /// Findings that are wanted beside those that were spoken of.
        about: Vec<FindingId>,
    },
    /// The nearest row that needs a person, beyond this one.
    Needy {
        /// Which rows.
        query: Query,
        /// Which way.
        way: Way,
        /// Beyond which row.
        row: Box<Finding>,
    },
    /// The findings of a filter, with the versions that a deed on them is about.
    Targets {
        /// The question.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
    },
    /// The AI's verdicts against people's.
    People {
        /// Of which findings, as it is typed.
        filter: String,
    },
    /// Decides.
    Decide(GiveFeedback),
    /// Takes back.
    TakeBack(TakeBack),
    /// Takes back a whole deed.
    TakeBackDeed {
        /// Which.
        deed: TakeBackDeed,
        /// The findings that it decided.
        findings: Arc<[FindingId]>,
    },
    /// Claims, snoozes, accepts a risk, or ends that.
    Attend(AttendTo),
    /// Comments.
    Comment(GiveComment),
    /// The person said yes to this: it comes back as an answer, so that the row can show it before
    /// it is sent.
    Agreed(Box<Wish>, String),
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
    /// Groups of findings.
    Groups {
        /// The question.
        ticket: u64,
        /// Where they begin.
        from: GroupsFrom,
        /// When they were read.
        at: DateTime<Utc>,
        /// The groups, or why there are none.
        result: Result<GroupsPage, Error>,
    },
    /// Counts.
    Count {
        /// The question.
        ticket: u64,
        /// The row whose place was asked.
        row: Option<FindingId>,
        /// The counts.
        result: Result<Counts, Error>,
    },
    /// How many findings came.
    News {
        /// The question.
        ticket: u64,
        /// How many.
        result: Result<u64, Error>,
    },
    /// A detail.
    Detail(FindingId, Result<Box<FindingDetail>, Error>),
    /// The scans of a finding's life.
    Life(FindingId, Result<Page<Sighting>, Error>),
    /// A finding; none where there is none of this number.
    Found(FindingId, Result<Option<Box<Finding>>, Error>),
    /// Values of a field.
    Values {
        /// The field.
        field: &'static str,
        /// The beginning that was asked for.
        prefix: String,
        /// The values, or why there are none.
        result: Result<Vec<SafeText>, Error>,
    },
    /// What this login said.
    Own {
        /// Behind which feedback the page begins.
        after: Option<FeedbackId>,
        /// The page, or why there is none.
        result: Result<OwnPage, Error>,
    },
    /// The nearest row that needs a person; none where there is none that way.
    Needy(Way, Result<Option<Box<Finding>>, Error>),
    /// The findings of a filter.
    Targets {
        /// The question.
        ticket: u64,
        /// The findings, or why there are none.
        result: Result<Vec<Target>, Error>,
    },
    /// The AI's verdicts against people's.
    People {
        /// Of which findings.
        filter: String,
        /// What is measured, or why nothing is.
        result: Result<Box<Stats>, Error>,
    },
    /// The tokens of code.
    Coloured(FindingId, Box<Colours>),
    /// Something about the views.
    Arrange(ArrangeMsg),
    /// The text of a finding, to be copied.
    Copied(Result<SafeText, Error>),
    /// What became of a deed.
    Done(DeedKey, Result<Outcome, Error>),
    /// The person said yes.
    Agreed(Box<Wish>, String),
}

/// Rows, and what lies beyond them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The rows, in the order of the list.
    pub rows: Vec<Finding>,
    /// What lies above them.
    pub above: Edge,
    /// What lies below them.
    pub below: Edge,
    /// For rows around one: where in them that row stands or would stand.
    pub at: usize,
    /// The newest finding of all when they were read, whatever the filter.
    pub newest: Option<FindingId>,
}

/// Groups, and what lies beyond them.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupsPage {
    /// The riskiest first.
    pub rows: Vec<Group>,
    /// Whether more follow.
    pub below: Edge,
    /// The newest finding of all when they were read, whatever the filter.
    pub newest: Option<FindingId>,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// In all.
    pub total: Count,
    /// Before the row that was asked about.
    pub before: Option<Count>,
}

/// A page of what this login said, and the findings that it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnPage {
    /// The newest first.
    pub rows: Vec<Feedback>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether more follow.
    pub below: Edge,
}

impl Wish {
    /// Whether the answer may be dropped for a newer question.
    pub fn nature(&self) -> Nature {
        match self {
            Wish::Rows { .. } | Wish::Find(_) | Wish::Needy { .. } => Nature::Load("list"),
            Wish::Groups { .. } => Nature::Load("groups"),
            Wish::Count { .. } => Nature::Load("count"),
            Wish::News { .. } => Nature::Load("news"),
            Wish::Life(_) => Nature::Load("life"),
            Wish::Detail(_) => Nature::Load("detail"),
            Wish::Colour(_) => Nature::Load("colours"),
            Wish::Arrange(_) => Nature::Load("views"),
            Wish::Copy(..) => Nature::Load("copy"),
            Wish::Values { .. } => Nature::Load("values"),
            Wish::Own { .. } => Nature::Load("own"),
            Wish::Targets { .. } => Nature::Load("targets"),
            Wish::People { .. } => Nature::Load("people"),
            Wish::Decide(_)
            | Wish::TakeBack(_)
            | Wish::TakeBackDeed { .. }
            | Wish::Attend(_)
            | Wish::Comment(_)
            | Wish::Agreed(..) => Nature::Write,
        }
    }

    /// The key of a deed.
    pub fn key(&self) -> Option<DeedKey> {
        match self {
            Wish::Decide(deed) => Some(deed.key),
            Wish::TakeBack(deed) => Some(deed.key),
            Wish::TakeBackDeed { deed, .. } => Some(deed.key),
            Wish::Attend(deed) => Some(deed.key),
            Wish::Comment(deed) => Some(deed.key),
            _ => None,
        }
    }

    /// The filter that chose the findings of a deed, for the record.
    pub fn filter(&self) -> Option<&str> {
        match self {
            Wish::Decide(deed) => deed.filter.as_deref(),
            Wish::TakeBack(deed) => deed.filter.as_deref(),
            Wish::Attend(deed) => deed.filter.as_deref(),
            _ => None,
        }
    }

    /// The findings that a deed is about.
    pub fn findings(&self) -> Vec<FindingId> {
        match self {
            Wish::Decide(deed) => deed.targets.iter().map(|t| t.finding).collect(),
            Wish::TakeBack(deed) => deed.targets.iter().map(|(t, _)| t.finding).collect(),
            Wish::TakeBackDeed { findings, .. } => findings.to_vec(),
            Wish::Attend(deed) => deed.targets.iter().map(|t| t.finding).collect(),
            Wish::Comment(deed) => vec![deed.finding],
            _ => Vec::new(),
        }
    }
}
