//! The rows of the list: a window of at most [`ROWS_MAX`] over a list of any length.
//!
//! The selection is an id, and rows never move under it: pages are added at the edges, dropped at
//! the far edge, and what is decided stays where it is until a refresh.

use crate::ids::FindingId;
use crate::triage::finding::Finding;
use crate::triage::store::findings::Count;
use crate::ui::widgets::table;
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// The most rows that are held.
pub const ROWS_MAX: usize = 2_000;
/// Rows that are asked for at once.
pub const PAGE: usize = 200;
/// How near to an edge the cursor comes before the next page is asked for.
pub const AHEAD: usize = 80;

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

/// Whether rows follow at an edge of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The list ends here.
    End,
    /// More can be loaded.
    More,
}

impl Edge {
    /// The edge of a page that says whether more rows follow.
    pub fn of(more: bool) -> Self {
        if more { Edge::More } else { Edge::End }
    }
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Towards the last row.
    Down,
    /// Towards the first row.
    Up,
}

/// The window.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    rows: Vec<Row>,
    cursor: usize,
    first: usize,
    /// What lies above the window.
    pub above: Edge,
    /// What lies below it.
    pub below: Edge,
    /// The place of the window's first row in the whole list, from 0, where it is known.
    place: Option<u64>,
    /// How long the whole list is, where it is known.
    pub total: Option<Count>,
}

impl Default for List {
    fn default() -> Self {
        List {
            rows: Vec::new(),
            cursor: 0,
            first: 0,
            above: Edge::End,
            below: Edge::End,
            place: Some(0),
            total: None,
        }
    }
}

impl List {
    /// The rows of the window.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// The finding under the cursor.
    pub fn selected_id(&self) -> Option<FindingId> {
        self.selected().map(|row| row.finding.id)
    }

    /// The rows of the window, to change what they show.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.rows.iter_mut()
    }

    /// The row of an id.
    pub fn row_mut(&mut self, id: FindingId) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.finding.id == id)
    }

    /// The first of `height` shown rows.
    pub fn first_shown(&self, height: usize) -> usize {
        table::scrolled(self.first, self.cursor, height, self.rows.len())
    }

    /// The index of the cursor in the window.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The place of the cursor in the whole list, from 1, where it is known.
    pub fn position(&self) -> Option<u64> {
        self.place.filter(|_| !self.rows.is_empty()).map(|place| place + self.cursor as u64 + 1)
    }

    /// Learns the place of a row in the whole list, from 0.
    pub fn locate(&mut self, id: FindingId, place: u64) {
        if let Some(at) = self.index_of(id) {
            self.place = place.checked_sub(at as u64);
        }
    }

    /// Takes rows in place of all that was held. The cursor goes to `select`, or where that is gone to
    /// the first of `fallback` rows, counted from the start.
    pub fn replace(&mut self, rows: Vec<Finding>, above: Edge, below: Edge, select: Select, height: usize) {
        self.rows = rows.into_iter().map(Row::from).collect();
        (self.above, self.below) = (above, below);
        let last = self.rows.len().saturating_sub(1);
        self.cursor = match select {
            Select::First => 0,
            Select::Last => last,
            Select::Id { id, or_at } => self.index_of(id).unwrap_or(or_at.min(last)),
        };
        self.place = match (above, below, self.total) {
            (Edge::End, _, _) => Some(0),
            (_, Edge::End, Some(Count::Exactly(total))) => total.checked_sub(self.rows.len() as u64),
            _ => None,
        };
        // A row from the middle stands in the middle, with what is around it.
        self.first = match select {
            Select::First => 0,
            _ => self.cursor.saturating_sub(height / 2),
        };
    }

    /// Adds a page at an edge, and drops from the other one what is over the bound.
    pub fn extend(&mut self, way: Way, page: Vec<Finding>, more: Edge) {
        let known: HashSet<FindingId> = self.rows.iter().map(|row| row.finding.id).collect();
        let fresh: Vec<Row> = page.into_iter().filter(|f| !known.contains(&f.id)).map(Row::from).collect();
        let count = fresh.len();
        match way {
            Way::Down => {
                self.below = more;
                self.rows.extend(fresh);
                let over = self.rows.len().saturating_sub(ROWS_MAX).min(self.cursor);
                if over > 0 {
                    self.rows.drain(..over);
                    self.above = Edge::More;
                    self.cursor -= over;
                    self.first = self.first.saturating_sub(over);
                    self.place = self.place.map(|place| place + over as u64);
                }
            }
            Way::Up => {
                self.above = more;
                self.rows.splice(..0, fresh);
                self.cursor += count;
                self.first += count;
                self.place = match more {
                    Edge::End => Some(0),
                    Edge::More => self.place.and_then(|place| place.checked_sub(count as u64)),
                };
                if self.rows.len() > ROWS_MAX.max(self.cursor + 1) {
                    self.rows.truncate(ROWS_MAX.max(self.cursor + 1));
                    self.below = Edge::More;
                }
            }
        }
    }

    /// Moves the cursor; whether it moved.
    pub fn go(&mut self, way: Way, by: usize, height: usize) -> Moved {
        let to = match way {
            Way::Down => self.cursor.saturating_add(by).min(self.rows.len().saturating_sub(1)),
            Way::Up => self.cursor.saturating_sub(by),
        };
        self.put(to, height)
    }

    /// Moves the cursor to the row of an id, where the window has it.
    pub fn select(&mut self, id: FindingId, height: usize) -> Moved {
        match self.index_of(id) {
            Some(at) => self.put(at, height),
            None => Moved::No,
        }
    }

    /// Moves the cursor to the next row that needs a person; where there is none, it stays.
    pub fn next_needy(&mut self, way: Way, height: usize, now: DateTime<Utc>) -> Moved {
        let waits = |row: &Row| row.finding.snoozed(now).is_some() || row.finding.accepted(now).is_some();
        let needy =
            |row: &Row| row.finding.triage_decision.is_none() && row.saving == Saving::No && !waits(row);
        let found = match way {
            Way::Down => {
                let from = self.rows.len().min(self.cursor + 1);
                self.rows[from..].iter().position(needy).map(|at| from + at)
            }
            Way::Up => self.rows[..self.cursor.min(self.rows.len())].iter().rposition(needy),
        };
        found.map_or(Moved::No, |at| self.put(at, height))
    }

    /// Whether the next page is wanted, and which way.
    pub fn wants(&self) -> Option<Way> {
        if self.below == Edge::More && self.cursor + AHEAD >= self.rows.len() {
            Some(Way::Down)
        } else if self.above == Edge::More && self.cursor < AHEAD {
            Some(Way::Up)
        } else {
            None
        }
    }

    /// Shows a decision that was just made; the row keeps its place.
    pub fn decided(&mut self, finding: Finding) {
        if let Some(row) = self.row_mut(finding.id) {
            *row = Row::from(finding);
        }
    }

    fn put(&mut self, to: usize, height: usize) -> Moved {
        if to == self.cursor {
            return Moved::No;
        }
        // The offset of the frame before, so that the list moves only at its edges.
        self.first = self.first_shown(height);
        self.cursor = to;
        self.first = self.first_shown(height);
        Moved::Yes
    }

    fn index_of(&self, id: FindingId) -> Option<usize> {
        self.rows.iter().position(|row| row.finding.id == id)
    }
}

/// Whether the cursor moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// To another row.
    Yes,
    /// It stays where it was.
    No,
}

/// Where the cursor goes when rows are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To this finding.
    Id {
        /// Which.
        id: FindingId,
        /// Where it would stand, when it is no longer among them.
        or_at: usize,
    },
}

impl From<Finding> for Row {
    fn from(finding: Finding) -> Self {
        Row { finding, saving: Saving::No }
    }
}
