//! The groups pane: findings of one rule, file or fingerprint as one row, in the place of the list.
//!
//! The groups come riskiest first and are never reordered here: what is decided stays where it is, dimmed,
//! until a refresh. A group is opened by its filter; the way back leads to the groups.

use super::wish::GroupsFrom;
use crate::triage::finding::Verdict;
use crate::triage::group::{Group, GroupBy};
use crate::ui::list_detail::cursor::{Cursor, Moved};
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::window::Edge;
use crate::ui::widgets::filter_bar::FilterBar;
use chrono::{DateTime, Utc};

/// The most groups that are held. They are the riskiest ones; a narrower filter brings the others.
pub const GROUPS_MAX: usize = 2_000;

/// The pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    pub(super) shown: Stage,
    pub(super) rows: Vec<Row>,
    pub(super) cursor: Cursor,
    /// Whether more follow.
    pub below: Edge,
    /// How the load stands.
    pub load: Load,
    /// From when the groups are.
    pub as_of: Option<DateTime<Utc>>,
    pub(super) ticket: u64,
    /// Whether anything was decided in the group that is open.
    pub(super) touched: Touched,
}

/// Whether anything was decided in a group since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touched {
    No,
    Yes,
}

/// What stands in the place of the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// The rows.
    Rows,
    /// The groups.
    Groups(GroupBy),
    /// The rows of a group that was opened: by what it was grouped, and the filter before it.
    Inside(GroupBy, Box<FilterBar>),
}

/// A group as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is.
    pub group: Group,
    /// What this person made of it since it was loaded.
    pub done: Done,
}

/// What was done about a group since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing.
    Nothing,
    /// It was decided so.
    Decided(Verdict),
    /// It may wait: it was snoozed, or its risk accepted.
    Waits,
}

impl Default for Groups {
    fn default() -> Self {
        Groups {
            shown: Stage::Rows,
            rows: Vec::new(),
            cursor: Cursor::default(),
            below: Edge::End,
            load: Load::Idle,
            as_of: None,
            ticket: 0,
            touched: Touched::No,
        }
    }
}

impl Groups {
    /// By what the groups in the place of the list are made; none where rows stand there.
    pub fn by(&self) -> Option<GroupBy> {
        match self.shown {
            Stage::Groups(by) => Some(by),
            Stage::Rows | Stage::Inside(..) => None,
        }
    }

    /// Whether groups stand in the place of the list.
    pub fn are_shown(&self) -> bool {
        self.by().is_some()
    }

    /// Whether the rows are those of a group that was opened.
    pub fn is_inside(&self) -> bool {
        matches!(self.shown, Stage::Inside(..))
    }

    /// The groups.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The group under the cursor.
    pub fn selected(&self) -> Option<&Group> {
        self.rows.get(self.cursor.at()).map(|row| &row.group)
    }

    /// The place of the cursor, from 0.
    pub fn cursor(&self) -> usize {
        self.cursor.at()
    }

    /// Takes a page. One from the top replaces what was held; the cursor stays on its group.
    pub(super) fn take(&mut self, from: &GroupsFrom, rows: Vec<Group>, below: Edge, height: usize) {
        let rows = rows.into_iter().map(|group| Row { group, done: Done::Nothing });
        match from {
            GroupsFrom::Behind(_) => self.rows.extend(rows),
            GroupsFrom::Top { .. } => {
                let key = self.selected().map(|group| group.key.clone());
                self.rows = rows.collect();
                let again = key.and_then(|key| self.rows.iter().position(|row| row.group.key == key));
                self.cursor.set(again.unwrap_or(self.cursor()), height, self.rows.len());
            }
        }
        self.rows.truncate(GROUPS_MAX);
        self.below = below;
    }

    pub(super) fn put(&mut self, to: usize, height: usize) -> Moved {
        self.cursor.put(to, height, self.rows.len())
    }

    /// Shows what was made of the group that `filter` selects.
    pub(super) fn done(&mut self, filter: &str, done: Done) {
        self.touched = Touched::Yes;
        for row in &mut self.rows {
            if row.group.filter.as_ref().is_some_and(|own| own.to_string() == filter) {
                row.done = done;
            }
        }
    }
}

/// The findings of a group, for a person, behind their count: `undecided findings of xss (semgrep)`.
pub fn findings_of(group: &Group) -> String {
    format!("undecided findings of {}", name(group))
}

/// The filter that was grouped, as it is said beside a group's name; nothing where that is the queue.
pub fn within(filter: &str) -> String {
    match filter.strip_prefix("is:undecided").unwrap_or(filter).trim() {
        "" => String::new(),
        rest => format!(" within {rest}"),
    }
}

/// How a group is called.
pub fn name(group: &Group) -> String {
    match group.key.parts() {
        ["", ""] => "no name".to_owned(),
        ["", of] => format!("no name ({})", crate::text::visible(of)),
        _ => crate::text::visible(&group.key.to_string()).into_owned(),
    }
}

/// What findings are grouped by, in a word.
pub fn by_word(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Rule => "rule",
        GroupBy::File => "file",
        GroupBy::Fingerprint => "fingerprint",
    }
}
