//! A list from its first row on, with the detail of what is under its cursor.

use super::layout::Panes;
use super::load::Load;
use super::shown::Shown;
use super::window::{Hold, Row, Window};
use crate::ui::screen::Ask;
use crate::ui::widgets::filter_bar::FilterBar;
use chrono::{DateTime, Utc};

/// A row of a list that is read page by page.
pub trait Paged: Row {
    /// What the next page comes after, as the database is asked for it.
    type Key;

    /// The place of this row.
    fn key(&self) -> Self::Key;
}

/// The list and its detail. A screen has one, and beside it what is its own.
pub struct ListDetail<R: Row, D, Own = ()> {
    /// The size, and which part has the keys.
    pub panes: Panes,
    /// The filter.
    pub filter: FilterBar,
    /// The rows that are held.
    pub window: Window<R>,
    /// How the load of the rows stands.
    pub load: Load,
    /// When the rows were read, once they were.
    pub as_of: Option<DateTime<Utc>>,
    /// What is known to have changed since.
    pub news: u64,
    /// The last question for the rows: answers to earlier ones are late.
    pub(super) ticket: u64,
    /// The row that is looked for.
    pub(super) sought: Option<R::Id>,
    /// The detail.
    pub shown: Shown<R::Id, D, Own>,
}

/// What the list wants to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want<Id, Key> {
    /// Rows.
    Rows {
        /// The question.
        ticket: u64,
        /// The filter, as it is typed.
        filter: String,
        /// The row that they come after; none for rows in the place of all that is held.
        after: Option<Key>,
        /// How many.
        limit: usize,
    },
    /// How all rows stand together, which is told above the list.
    Standing,
    /// The detail of a row.
    Detail(Id),
}

/// What a list of such rows asks for.
pub type Wants<R> = Vec<Ask<Want<<R as Row>::Id, <R as Paged>::Key>>>;

/// What is wanted as a screen asks for it: `wish` says what a want comes to there.
pub fn asks<Id, Key, W>(wants: Vec<Ask<Want<Id, Key>>>, wish: impl Fn(Want<Id, Key>) -> W) -> Vec<Ask<W>> {
    wants.into_iter().map(|ask| ask.map(&wish)).collect()
}

impl<R: Row, D, Own: Default> ListDetail<R, D, Own> {
    /// The list before anything is known.
    pub fn new() -> Self {
        ListDetail {
            panes: Panes::default(),
            filter: FilterBar::new(""),
            window: Window::new(Hold::FromTheFirst),
            load: Load::Idle,
            as_of: None,
            news: 0,
            ticket: 0,
            sought: None,
            shown: Shown::nothing(),
        }
    }

    /// The row that deeds are about.
    pub fn selected(&self) -> Option<&R> {
        self.window.selected()
    }

    /// The rows from the cursor on.
    pub fn from_the_cursor(&self) -> impl Iterator<Item = &R> {
        self.window.rows().iter().skip(self.window.cursor())
    }

    /// The row that the detail shows, whatever has the cursor.
    pub fn shown_row(&self) -> Option<&R> {
        self.shown.id.and_then(|id| self.window.row(id))
    }

    /// The last question for the rows.
    pub fn ticket(&self) -> u64 {
        self.ticket
    }

    /// Whether nothing was asked for yet.
    pub fn is_new(&self) -> bool {
        self.as_of.is_none() && self.load == Load::Idle
    }

    /// Whether news are worth asking for: there are rows, and no newer ones are on their way.
    pub fn may_have_news(&self) -> bool {
        self.as_of.is_some() && self.load != Load::Asked
    }
}

impl<R: Row, D, Own: Default> Default for ListDetail<R, D, Own> {
    fn default() -> Self {
        ListDetail::new()
    }
}
