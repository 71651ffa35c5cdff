//! What the Drift screen knows.

use super::detail_lines::DetailLine;
use super::review_lines;
use crate::drift::plan::{Plan, PlanHash};
use crate::drift::store::detail::{Detail, FieldDetail, Spell};
use crate::drift::store::list::{Counts, Cursor as Place, Listed};
use crate::ui::list_detail::ListDetail;
use crate::ui::list_detail::cursor::Cursor;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::state::Paged;
use crate::ui::list_detail::update::Room;
use crate::ui::list_detail::window::Row;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::prompt::{self, Prompt};
use chrono::{DateTime, Utc};
use ratatui::text::Line;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The Drift screen.
pub struct Drift {
    /// The repositories, what was worst first when they were loaded, and what is known of one.
    pub(super) list: ListDetail<Listed, Detail, History>,
    pub(super) counts: Option<Counts>,
    /// Rows that have changed since they were loaded, and stand where they stood.
    pub(super) changed: BTreeSet<i64>,
    /// Whether fields that match are shown.
    pub(super) matching: Matching,
    /// The plan that is being reviewed, in the place of the detail.
    pub(super) review: Option<Review>,
    pub(super) layer: Layer,
    /// Deeds that were sent and not answered, by their slots.
    pub(super) under_way: BTreeSet<String>,
    /// What was typed and not sent, by its slot.
    pub(super) drafts: BTreeMap<String, String>,
    /// Reasons that were given, the latest first.
    pub(super) reasons: VecDeque<String>,
    pub(super) now: DateTime<Utc>,
}

impl Row for Listed {
    type Id = i64;

    fn id(&self) -> i64 {
        self.repo_id
    }
}

impl Paged for Listed {
    type Key = Place;

    fn key(&self) -> Place {
        self.cursor()
    }
}

/// Whether fields are shown that match, or differ without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// They are counted.
    Folded,
    /// They are.
    Unfolded,
}

/// The history of a field, beside the detail of its repository.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The field whose history is open, and its spells once they are here.
    pub open: Option<(String, Option<Vec<Spell>>)>,
}

/// A plan that is being reviewed: what is seen here is what is applied, by its hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its hash.
    pub hash: PlanHash,
    /// Where the cursor stands among its lines.
    pub cursor: Cursor,
}

/// What lies over the screen and takes the keys.
pub enum Layer {
    /// Nothing.
    None,
    /// The reason of a deed is being written.
    Decide(Box<Deciding>),
}

/// The reason of a deed, as it is written.
pub struct Deciding {
    /// What is decided.
    pub what: Subject,
    /// The line.
    pub prompt: Prompt,
}

/// What a deed is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A field is accepted as it is observed.
    Accept {
        /// The repository.
        repo: String,
        /// The field, as it is written.
        path: String,
        /// The row's version that was seen.
        version: i32,
    },
    /// A field is not counted for a while.
    Ignore {
        /// The repository.
        repo: String,
        /// The field, as it is written.
        path: String,
    },
    /// A repository may wait.
    Snooze {
        /// The repository.
        repo: String,
    },
    /// It may wait no longer.
    EndSnooze {
        /// The repository.
        repo: String,
    },
}

impl Drift {
    /// The screen before anything is known.
    pub fn new() -> Self {
        Drift {
            list: ListDetail::new(),
            counts: None,
            changed: BTreeSet::new(),
            matching: Matching::Folded,
            review: None,
            layer: Layer::None,
            under_way: BTreeSet::new(),
            drafts: BTreeMap::new(),
            reasons: VecDeque::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// How many rows what is open takes.
    pub(super) fn panel(&self) -> u16 {
        match &self.layer {
            Layer::None => 0,
            Layer::Decide(_) => prompt::HEIGHT,
        }
    }

    /// What the list is told of the screen's looks.
    pub(super) fn room(&self) -> Room {
        let lines = match (self.list.panes.focus, &self.review) {
            (Focus::Detail, None) => self.lines().len(),
            (Focus::Detail, Some(_)) => self.review_lines().len(),
            (Focus::List, _) => 0,
        };
        Room { panel: self.panel(), lines }
    }

    fn detail_width(&self) -> usize {
        self.list.panes.detail_size(self.panel()).1
    }

    /// The lines of the detail as they stand now, in any colours.
    pub(super) fn lines(&self) -> Vec<DetailLine> {
        plainly(|look| self.detail_lines(self.detail_width(), look))
    }

    /// The lines of the plan that is being reviewed.
    pub(super) fn review_lines(&self) -> Vec<Line<'static>> {
        let Some(review) = &self.review else { return Vec::new() };
        plainly(|look| review_lines::lines(review, self.detail_width(), look))
    }

    /// The field that the cursor of the detail stands on.
    pub(super) fn field(&self) -> Option<&FieldDetail> {
        let lines = self.lines();
        let at = lines.get(self.list.shown.cursor.at().min(lines.len().saturating_sub(1)))?.field?;
        self.list.shown.detail.as_ref()?.fields.get(at)
    }
}

fn plainly<T>(lines: impl Fn(&Look<'_>) -> T) -> T {
    let theme = Theme::mono(Symbols::UNICODE);
    lines(&Look { theme: &theme, clock: Clock::Utc, now: DateTime::<Utc>::UNIX_EPOCH })
}

impl Default for Drift {
    fn default() -> Self {
        Drift::new()
    }
}
