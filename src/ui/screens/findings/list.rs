//! The rows of the list, and where they lie in all of it.
//!
//! What is decided stays where it is until a refresh; how a deed on a row stands is told in the row.

use crate::ids::FindingId;
use crate::triage::finding::Finding;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::cursor::{Moved, Way};
use crate::ui::list_detail::window::{self, Edge, Hold, Select, Window};
use chrono::{DateTime, Utc};

/// The most rows that are held.
pub const ROWS_MAX: usize = Hold::AroundTheCursor.rows_max();
/// Rows that are asked for at once.
pub const PAGE: usize = Hold::AroundTheCursor.page();
/// How near to an edge the cursor comes before the next page is asked for.
pub const AHEAD: usize = Hold::AroundTheCursor.ahead();

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it shows.
    pub finding: Finding,
    /// The deed that is under way on it.
    pub saving: Saving,
}

/// Whether a deed is under way on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saving {
    /// None.
    No,
    /// On its way to the database.
    UnderWay,
    /// Sent, and the answer never came.
    Unsure,
}

impl window::Row for Row {
    type Id = FindingId;

    fn id(&self) -> FindingId {
        self.finding.id
    }
}

/// The rows that are held, and their place among all.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The rows.
    pub window: Window<Row>,
    /// The place of the window's first row in the whole list, from 0, where it is known.
    place: Option<u64>,
    /// How long the whole list is, where it is known.
    pub total: Option<Count>,
}

impl Default for List {
    fn default() -> Self {
        List { window: Window::new(Hold::AroundTheCursor), place: Some(0), total: None }
    }
}

impl List {
    /// The rows of the window.
    pub fn rows(&self) -> &[Row] {
        self.window.rows()
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.window.selected()
    }

    /// The finding under the cursor.
    pub fn selected_id(&self) -> Option<FindingId> {
        self.window.selected_id()
    }

    /// The rows of the window, to change what they show.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.window.rows_mut()
    }

    /// The row of an id.
    pub fn row_mut(&mut self, id: FindingId) -> Option<&mut Row> {
        self.window.row_mut(id)
    }

    /// The index of the cursor in the window.
    pub fn cursor(&self) -> usize {
        self.window.cursor()
    }

    /// The place of the cursor in the whole list, from 1, where it is known.
    pub fn position(&self) -> Option<u64> {
        self.place.filter(|_| !self.rows().is_empty()).map(|place| place + self.cursor() as u64 + 1)
    }

    /// Learns the place of a row in the whole list, from 0.
    pub fn locate(&mut self, id: FindingId, place: u64) {
        if let Some(at) = self.window.index_of(id) {
            self.place = place.checked_sub(at as u64);
        }
    }

    /// Takes rows in place of all that was held.
    pub fn replace(
        &mut self,
        rows: Vec<Finding>,
        above: Edge,
        below: Edge,
        select: Select<FindingId>,
        height: usize,
    ) {
        self.place = match (above, below, self.total) {
            (Edge::End, _, _) => Some(0),
            (_, Edge::End, Some(Count::Exactly(total))) => total.checked_sub(rows.len() as u64),
            _ => None,
        };
        let rows = rows.into_iter().map(Row::from).collect();
        self.window.replace(rows, above, below, select, height);
    }

    /// Adds a page at an edge, and drops from the other one what is over the bound.
    pub fn extend(&mut self, way: Way, page: Vec<Finding>, more: Edge) {
        let shifted = self.window.extend(way, page.into_iter().map(Row::from).collect(), more) as u64;
        self.place = match (way, more) {
            (Way::Down, _) => self.place.map(|place| place + shifted),
            (Way::Up, Edge::End) => Some(0),
            (Way::Up, Edge::More) => self.place.and_then(|place| place.checked_sub(shifted)),
        };
    }

    /// Moves the cursor; whether it moved.
    pub fn go(&mut self, way: Way, by: usize, height: usize) -> Moved {
        self.window.go(way, by, height)
    }

    /// Moves the cursor to the row of an id, where the window has it.
    pub fn select(&mut self, id: FindingId, height: usize) -> Moved {
        self.window.select(id, height).unwrap_or(Moved::No)
    }

    /// Moves the cursor to the next row that needs a person; where there is none, it stays.
    pub fn next_needy(&mut self, way: Way, height: usize, now: DateTime<Utc>) -> Moved {
        let waits = |row: &Row| row.finding.snoozed(now).is_some() || row.finding.accepted(now).is_some();
        let needy =
            |row: &Row| row.finding.triage_decision.is_none() && row.saving == Saving::No && !waits(row);
        let found = self.window.next(way, needy);
        found.map_or(Moved::No, |at| self.window.put(at, height))
    }

    /// Shows a decision that was just made; the row keeps its place.
    pub fn decided(&mut self, finding: Finding) {
        self.window.renew(Row::from(finding));
    }
}

impl From<Finding> for Row {
    fn from(finding: Finding) -> Self {
        Row { finding, saving: Saving::No }
    }
}
