//! The Feedback pane: one's own drafts, and what one said, newest first.

use super::drafts::{Drafts, Slot};
use super::wish::OwnPage;
use crate::ids::{FeedbackId, FindingId};
use crate::triage::finding::{Feedback, Finding};
use crate::ui::list_detail::cursor::Cursor;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::window::Edge;
use std::collections::HashMap;

/// The most rows that are held; older ones are found with the filter `by:me`.
pub const ROWS_MAX: usize = 2_000;

/// The pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    open: Open,
    drafts: Vec<(Slot, String)>,
    said: Vec<Feedback>,
    findings: HashMap<FindingId, Finding>,
    cursor: Cursor,
    /// Whether older ones follow.
    pub below: Edge,
    /// How its load stands.
    pub load: Load,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    Yes,
}

/// A row of the pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OwnRow<'a> {
    /// Something begun.
    Draft(Slot, &'a str),
    /// Something said.
    Said(&'a Feedback),
}

impl Default for Own {
    fn default() -> Self {
        Own {
            open: Open::No,
            drafts: Vec::new(),
            said: Vec::new(),
            findings: HashMap::new(),
            cursor: Cursor::default(),
            below: Edge::End,
            load: Load::Idle,
        }
    }
}

impl Own {
    /// Whether it stands in the place of the list.
    pub fn is_open(&self) -> bool {
        self.open == Open::Yes
    }

    /// Puts it in the place of the list, over the drafts as they are now.
    pub fn open(&mut self, drafts: &Drafts) {
        self.open = Open::Yes;
        self.take_drafts(drafts);
    }

    /// Gives the place back to the list.
    pub fn close(&mut self) {
        self.open = Open::No;
    }

    /// Shows the drafts as they are now; the cursor stays on its row.
    pub fn take_drafts(&mut self, drafts: &Drafts) {
        let before = self.drafts.len();
        self.drafts = drafts.iter().map(|(slot, text)| (slot, text.to_owned())).collect();
        if let Some(said) = self.cursor().checked_sub(before) {
            self.cursor.follow(said + self.drafts.len());
        }
        self.cursor.hold_within(self.len());
    }

    /// The findings that the drafts speak of.
    pub fn drafted(&self) -> Vec<FindingId> {
        self.drafts.iter().map(|(slot, _)| slot.finding()).collect()
    }

    /// The last thing that is held, for the next page.
    pub fn last(&self) -> Option<FeedbackId> {
        self.said.last().map(|said| said.id)
    }

    /// Takes a page; the first one replaces what was held, and the cursor stays on its row.
    pub fn take(&mut self, after: Option<FeedbackId>, page: OwnPage) {
        let selected = self.selected_said().map(|said| said.id);
        if after.is_none() {
            self.said.clear();
            self.findings.clear();
        } else if after != self.last() {
            return;
        }
        self.said.extend(page.rows);
        self.findings.extend(page.findings.into_iter().map(|f| (f.id, f)));
        self.below = if self.said.len() >= ROWS_MAX { Edge::End } else { page.below };
        self.said.truncate(ROWS_MAX);
        self.load = Load::Idle;
        let again = self.said.iter().position(|said| Some(said.id) == selected);
        if let Some(at) = again {
            self.cursor.follow(self.drafts.len() + at);
        }
        self.cursor.hold_within(self.len());
    }

    /// Shows a finding as it is now.
    pub fn decided(&mut self, finding: &Finding) {
        if let Some(known) = self.findings.get_mut(&finding.id) {
            *known = finding.clone();
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.drafts.len() + self.said.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor.at()
    }

    /// The first of `height` shown rows.
    pub fn first_shown(&self, height: usize) -> usize {
        self.cursor.first_shown(height, self.len())
    }

    /// Moves the cursor.
    pub fn put(&mut self, to: usize, height: usize) {
        self.cursor.put(to, height, self.len());
    }

    /// A row by its index.
    pub fn row(&self, at: usize) -> Option<OwnRow<'_>> {
        match self.drafts.get(at) {
            Some((slot, text)) => Some(OwnRow::Draft(*slot, text)),
            None => self.said.get(at - self.drafts.len()).map(OwnRow::Said),
        }
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<OwnRow<'_>> {
        self.row(self.cursor())
    }

    /// A finding that a row speaks of.
    pub fn finding(&self, id: FindingId) -> Option<&Finding> {
        self.findings.get(&id)
    }

    /// The finding that the row under the cursor speaks of.
    pub fn selected_finding(&self) -> Option<&Finding> {
        self.finding(self.selected()?.finding())
    }

    /// What was said in the row under the cursor.
    pub fn selected_said(&self) -> Option<&Feedback> {
        match self.selected()? {
            OwnRow::Said(said) => Some(said),
            OwnRow::Draft(..) => None,
        }
    }
}

impl OwnRow<'_> {
    /// The finding that it speaks of.
    pub fn finding(&self) -> FindingId {
        match self {
            OwnRow::Draft(slot, _) => slot.finding(),
            OwnRow::Said(said) => said.finding_id,
        }
    }
}
