//! A cursor among rows or lines, and which of them are in sight.

use crate::ui::command::Command;
use crate::ui::widgets::table;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Towards the last row.
    Down,
    /// Towards the first row.
    Up,
}

/// Whether the cursor moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// To another row.
    Yes,
    /// It stays where it was.
    No,
}

/// Where the cursor stands, and the first row that was in sight when it was put there. How many rows there
/// are, and how many are in sight, it is told every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    at: usize,
    first: usize,
}

impl Cursor {
    /// On a row that stands in the middle of `height`, with what is around it.
    pub fn in_the_middle(at: usize, height: usize) -> Self {
        Cursor { at, first: at.saturating_sub(height / 2) }
    }

    /// The index of its row.
    pub fn at(self) -> usize {
        self.at
    }

    /// The first of `height` shown rows out of so many.
    pub fn first_shown(self, height: usize, rows: usize) -> usize {
        table::scrolled(self.first, self.at, height.max(1), rows)
    }

    /// Puts it onto the last row where it stands behind that: there may be fewer by now.
    pub fn hold_within(&mut self, rows: usize) {
        self.at = self.at.min(rows.saturating_sub(1));
    }

    /// Puts it onto a row, and moves what is in sight only as far as that takes.
    pub fn set(&mut self, to: usize, height: usize, rows: usize) {
        self.at = to.min(rows.saturating_sub(1));
        self.first = self.first_shown(height, rows);
    }

    /// Moves it to a row; whether it moved.
    pub fn put(&mut self, to: usize, height: usize, rows: usize) -> Moved {
        self.hold_within(rows);
        if to.min(rows.saturating_sub(1)) == self.at {
            return Moved::No;
        }
        // The offset of the frame before, so that the list moves only at its edges.
        self.first = self.first_shown(height, rows);
        self.set(to, height, rows);
        Moved::Yes
    }

    /// Moves it by so many rows; whether it moved.
    pub fn go(&mut self, way: Way, by: usize, height: usize, rows: usize) -> Moved {
        self.hold_within(rows);
        let to = match way {
            Way::Down => self.at.saturating_add(by),
            Way::Up => self.at.saturating_sub(by),
        };
        self.put(to, height, rows)
    }

    /// Its row stands at another index by now: it goes with it, and what is in sight does not change.
    pub fn follow(&mut self, to: usize) {
        self.at = to;
    }

    /// So many rows came above it, or went: it stays on its own.
    pub fn carried(&mut self, way: Way, by: usize) {
        let carried = |at: usize| match way {
            Way::Down => at + by,
            Way::Up => at.saturating_sub(by),
        };
        (self.at, self.first) = (carried(self.at), carried(self.first));
    }

    /// The next row that way of which `is_wanted` holds.
    pub fn next(self, way: Way, rows: usize, is_wanted: impl Fn(usize) -> bool) -> Option<usize> {
        match way {
            Way::Down => (self.at + 1..rows).find(|at| is_wanted(*at)),
            Way::Up => (0..self.at.min(rows)).rev().find(|at| is_wanted(*at)),
        }
    }
}

/// How far a command moves the cursor, and which way; none for commands that do something else.
pub fn steps(command: Command, half_page: usize) -> Option<(Way, usize)> {
    match command {
        Command::Down => Some((Way::Down, 1)),
        Command::Up => Some((Way::Up, 1)),
        Command::PageDown => Some((Way::Down, half_page)),
        Command::PageUp => Some((Way::Up, half_page)),
        Command::Top => Some((Way::Up, usize::MAX)),
        Command::Bottom => Some((Way::Down, usize::MAX)),
        _ => None,
    }
}
