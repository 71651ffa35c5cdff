//! The rows that are held of a list, which may be of any length.
//!
//! The selection is an id, and rows never move under it: pages are added at the edges, and what others
//! change stays where it is until a refresh.

use super::cursor::{Cursor, Moved, Way};
use std::collections::HashSet;
use std::hash::Hash;

/// A row of a list.
pub trait Row {
    /// What it is known by.
    type Id: Copy + Eq + Hash;

    /// Its id.
    fn id(&self) -> Self::Id;
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

/// Which rows of a list are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Those from the first one on; who looks for rows beyond the bound has a filter.
    FromTheFirst,
    /// Those around the cursor; what is far from it is dropped, and comes again.
    AroundTheCursor,
}

impl Hold {
    /// Rows that are asked for at once.
    pub const fn page(self) -> usize {
        match self {
            Hold::FromTheFirst => 100,
            Hold::AroundTheCursor => 200,
        }
    }

    /// How near to an edge the cursor comes before the next page is asked for.
    pub const fn ahead(self) -> usize {
        match self {
            Hold::FromTheFirst => 30,
            Hold::AroundTheCursor => 80,
        }
    }

    /// The most rows that are held.
    pub const fn rows_max(self) -> usize {
        match self {
            Hold::FromTheFirst => 5_000,
            Hold::AroundTheCursor => 2_000,
        }
    }
}

/// Where the cursor goes when rows are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select<Id> {
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To the row of this id.
    Id {
        /// Which.
        id: Id,
        /// Where the cursor goes when it is not among them.
        or_at: usize,
    },
}

/// The window.
#[derive(Debug, Clone, PartialEq)]
pub struct Window<R> {
    hold: Hold,
    rows: Vec<R>,
    cursor: Cursor,
    /// What lies above the window.
    pub above: Edge,
    /// What lies below it.
    pub below: Edge,
}

impl<R: Row> Window<R> {
    /// A window without rows.
    pub fn new(hold: Hold) -> Self {
        Window { hold, rows: Vec::new(), cursor: Cursor::default(), above: Edge::End, below: Edge::End }
    }

    /// The rows.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The rows, to change what they show.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut R> {
        self.rows.iter_mut()
    }

    /// The row of an id.
    pub fn row(&self, id: R::Id) -> Option<&R> {
        self.rows.iter().find(|row| row.id() == id)
    }

    /// The row of an id, to change what it shows.
    pub fn row_mut(&mut self, id: R::Id) -> Option<&mut R> {
        self.rows.iter_mut().find(|row| row.id() == id)
    }

    /// Puts what is known now of a row in its place; it stays where it is.
    pub fn renew(&mut self, row: R) {
        if let Some(own) = self.row_mut(row.id()) {
            *own = row;
        }
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&R> {
        self.rows.get(self.cursor.at())
    }

    /// The id of the row under the cursor.
    pub fn selected_id(&self) -> Option<R::Id> {
        self.selected().map(Row::id)
    }

    /// The index of the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor.at()
    }

    /// Where the cursor stands, and what is in sight.
    pub fn place(&self) -> Cursor {
        self.cursor
    }

    /// The index of a row.
    pub fn index_of(&self, id: R::Id) -> Option<usize> {
        self.rows.iter().position(|row| row.id() == id)
    }

    /// Whether it holds as many rows as it may, and no more are asked for.
    pub fn is_full(&self) -> bool {
        self.hold == Hold::FromTheFirst && self.rows.len() >= self.hold.rows_max()
    }

    /// Takes rows in place of all that was held.
    pub fn replace(&mut self, rows: Vec<R>, above: Edge, below: Edge, select: Select<R::Id>, height: usize) {
        self.rows = rows;
        (self.above, self.below) = (above, below);
        let last = self.rows.len().saturating_sub(1);
        let at = match select {
            Select::First => 0,
            Select::Last => last,
            Select::Id { id, or_at } => self.index_of(id).unwrap_or(or_at).min(last),
        };
        match (self.hold, select) {
            // The rows begin where they began before: what was in sight stays there.
            (Hold::FromTheFirst, _) => self.cursor.set(at, height, self.rows.len()),
            (Hold::AroundTheCursor, Select::First) => self.cursor = Cursor::default(),
            // A row from the middle stands in the middle, with what is around it.
            (Hold::AroundTheCursor, _) => self.cursor = Cursor::in_the_middle(at, height),
        }
    }

    /// Adds a page at an edge: rows that are held already stay where they are. How many rows came above
    /// the first one, or, at the other edge, went there, since they were over the bound.
    pub fn extend(&mut self, way: Way, page: Vec<R>, more: Edge) -> usize {
        let known: HashSet<R::Id> = self.rows.iter().map(Row::id).collect();
        let fresh: Vec<R> = page.into_iter().filter(|row| !known.contains(&row.id())).collect();
        match way {
            Way::Down => {
                self.below = more;
                self.rows.extend(fresh);
                if self.hold == Hold::FromTheFirst {
                    return 0;
                }
                let over = self.rows.len().saturating_sub(self.hold.rows_max()).min(self.cursor.at());
                if over > 0 {
                    self.rows.drain(..over);
                    self.cursor.carried(Way::Up, over);
                    self.above = Edge::More;
                }
                over
            }
            Way::Up => {
                let count = fresh.len();
                self.above = more;
                self.rows.splice(..0, fresh);
                self.cursor.carried(Way::Down, count);
                let rows_max = self.hold.rows_max().max(self.cursor.at() + 1);
                if self.rows.len() > rows_max {
                    self.rows.truncate(rows_max);
                    self.below = Edge::More;
                }
                count
            }
        }
    }

    /// Moves the cursor; whether it moved.
    pub fn go(&mut self, way: Way, by: usize, height: usize) -> Moved {
        self.cursor.go(way, by, height, self.rows.len())
    }

    /// Moves the cursor to a row by its index; whether it moved.
    pub fn put(&mut self, to: usize, height: usize) -> Moved {
        self.cursor.put(to, height, self.rows.len())
    }

    /// Moves the cursor to the row of an id; none where the window does not have it.
    pub fn select(&mut self, id: R::Id, height: usize) -> Option<Moved> {
        let at = self.index_of(id)?;
        Some(self.put(at, height))
    }

    /// The index of the next row that way of which `is_wanted` holds.
    pub fn next(&self, way: Way, is_wanted: impl Fn(&R) -> bool) -> Option<usize> {
        self.cursor.next(way, self.rows.len(), |at| self.rows.get(at).is_some_and(&is_wanted))
    }

    /// Which page is wanted, if any: its way, and the row that it comes behind.
    pub fn wants(&self) -> Option<(Way, &R)> {
        let ahead = self.hold.ahead();
        if self.below == Edge::More && self.cursor() + ahead >= self.rows.len() && !self.is_full() {
            self.rows.last().map(|last| (Way::Down, last))
        } else if self.above == Edge::More && self.cursor() < ahead {
            self.rows.first().map(|first| (Way::Up, first))
        } else {
            None
        }
    }
}
