//! The rows of the list: a window of at most [`ROWS_MAX`] over a chain of any length, the newest first.
//!
//! Entries never change, so the window only ever grows at its edges and is cut at the far one.

use super::super::findings::list::{Edge, Moved, Way};
use crate::audit::entry::Listed;
use crate::ids::EntrySeq;
use crate::ui::widgets::table;

/// The most rows that are held.
pub const ROWS_MAX: usize = 2_000;
/// Rows that are asked for at once.
pub const PAGE: usize = 200;
/// How near to an edge the cursor comes before the next page is asked for.
pub const AHEAD: usize = 80;

/// The window.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    rows: Vec<Listed>,
    cursor: usize,
    first: usize,
    /// What lies above the window.
    pub above: Edge,
    /// What lies below it.
    pub below: Edge,
}

/// Where the cursor goes when rows are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To this entry, or where it is not among them to the nearest older one.
    Seq(EntrySeq),
}

impl Default for Window {
    fn default() -> Self {
        Window { rows: Vec::new(), cursor: 0, first: 0, above: Edge::End, below: Edge::End }
    }
}

impl Window {
    /// The rows.
    pub fn rows(&self) -> &[Listed] {
        &self.rows
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Listed> {
        self.rows.get(self.cursor)
    }

    /// The index of the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The first of `height` shown rows.
    pub fn first_shown(&self, height: usize) -> usize {
        table::scrolled(self.first, self.cursor, height, self.rows.len())
    }

    /// Takes rows in place of all that was held.
    pub fn replace(&mut self, rows: Vec<Listed>, above: Edge, below: Edge, select: Select, height: usize) {
        self.rows = rows;
        (self.above, self.below) = (above, below);
        let last = self.rows.len().saturating_sub(1);
        self.cursor = match select {
            Select::First => 0,
            Select::Last => last,
            Select::Seq(seq) => self.rows.iter().position(|row| row.seq <= seq).unwrap_or(last),
        };
        // A row from the middle stands in the middle, with what is around it.
        self.first = match select {
            Select::First => 0,
            Select::Last | Select::Seq(_) => self.cursor.saturating_sub(height / 2),
        };
    }

    /// Adds a page at an edge, and drops from the other one what is over the bound.
    pub fn extend(&mut self, way: Way, page: Vec<Listed>, more: Edge) {
        match way {
            Way::Down => {
                let last = self.rows.last().map(|row| row.seq);
                self.rows.extend(page.into_iter().filter(|row| last.is_none_or(|last| row.seq < last)));
                self.below = more;
                let over = self.rows.len().saturating_sub(ROWS_MAX).min(self.cursor);
                if over > 0 {
                    self.rows.drain(..over);
                    self.cursor -= over;
                    self.first = self.first.saturating_sub(over);
                    self.above = Edge::More;
                }
            }
            Way::Up => {
                let first = self.rows.first().map(|row| row.seq);
                let fresh: Vec<Listed> =
                    page.into_iter().filter(|row| first.is_none_or(|first| row.seq > first)).collect();
                let count = fresh.len();
                self.rows.splice(0..0, fresh);
                self.cursor += count;
                self.first += count;
                self.above = more;
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

    /// Moves the cursor to an entry of the window; none where the window does not have it.
    pub fn select(&mut self, seq: EntrySeq, height: usize) -> Option<Moved> {
        let at = self.rows.iter().position(|row| row.seq == seq)?;
        Some(self.put(at, height))
    }

    /// Which page is wanted, if any.
    pub fn wants(&self) -> Option<Way> {
        if self.below == Edge::More && self.cursor + AHEAD >= self.rows.len() {
            Some(Way::Down)
        } else if self.above == Edge::More && self.cursor < AHEAD {
            Some(Way::Up)
        } else {
            None
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
}
