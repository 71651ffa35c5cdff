//! What the Drift screen knows.

use super::detail_lines::DetailLine;
use super::review_lines;
use crate::drift::plan::{Plan, PlanHash};
use crate::drift::store::detail::{Detail, FieldDetail, Spell};
use crate::drift::store::list::{Counts, Listed};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::filter_bar::FilterBar;
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};
use ratatui::text::Line;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The Drift screen.
pub struct Drift {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) focus: Focus,
    pub(super) zoom: Zoom,
    pub(super) filter: FilterBar,
    /// The repositories that are held, what was worst first when they were loaded.
    pub(super) list: Vec<Listed>,
    pub(super) more: More,
    pub(super) cursor: usize,
    pub(super) top: usize,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) ticket: u64,
    pub(super) counts: Option<Counts>,
    /// Repositories that came since.
    pub(super) news: u64,
    /// Rows that have changed since they were loaded, and stand where they stood.
    pub(super) changed: BTreeSet<i64>,
    /// The repository that is looked for.
    pub(super) sought: Option<i64>,
    pub(super) shown: Shown,
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

/// Which part has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list of repositories.
    List,
    /// The detail, or the plan that is being reviewed.
    Detail,
}

/// Whether further rows follow those that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// They do.
    Follow,
    /// These are all.
    None,
}

/// Whether fields are shown that match, or differ without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// They are counted.
    Folded,
    /// They are.
    Unfolded,
}

/// What stands in the place of the detail: one repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its number.
    pub id: Option<i64>,
    /// What is known of it, once it is here.
    pub detail: Option<Arc<Detail>>,
    /// How its load stands.
    pub load: Load,
    /// Whether fields that match are shown.
    pub matching: Matching,
    /// The field whose history is open, and its spells once they are here.
    pub history: Option<(String, Option<Vec<Spell>>)>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line that is shown.
    pub top: usize,
}

/// A plan that is being reviewed: what is seen here is what is applied, by its hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its hash.
    pub hash: PlanHash,
    /// The first line that is shown.
    pub top: usize,
    /// The line under the cursor.
    pub cursor: usize,
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
            columns: 80,
            rows: 22,
            focus: Focus::List,
            zoom: Zoom::Out,
            filter: FilterBar::new(""),
            list: Vec::new(),
            more: More::None,
            cursor: 0,
            top: 0,
            load: Load::Idle,
            as_of: None,
            ticket: 0,
            counts: None,
            news: 0,
            changed: BTreeSet::new(),
            sought: None,
            shown: Shown::nothing(),
            review: None,
            layer: Layer::None,
            under_way: BTreeSet::new(),
            drafts: BTreeMap::new(),
            reasons: VecDeque::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// The repository that deeds are about.
    pub(super) fn subject(&self) -> Option<&Listed> {
        self.list.get(self.cursor)
    }

    /// The lines of the detail as they stand now, in any colours.
    pub(super) fn lines(&self) -> Vec<DetailLine> {
        plainly(|look| super::detail_lines::lines(&self.shown, self.detail_size().1, look))
    }

    /// The lines of the plan that is being reviewed.
    pub(super) fn review_lines(&self) -> Vec<Line<'static>> {
        let Some(review) = &self.review else { return Vec::new() };
        plainly(|look| review_lines::lines(review, self.detail_size().1, look))
    }

    /// The field that the cursor of the detail stands on.
    pub(super) fn field(&self) -> Option<&FieldDetail> {
        let lines = self.lines();
        let at = lines.get(self.shown.cursor.min(lines.len().saturating_sub(1)))?.field?;
        self.shown.detail.as_ref()?.fields.get(at)
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

impl Shown {
    /// An empty detail.
    pub fn nothing() -> Self {
        Shown {
            id: None,
            detail: None,
            load: Load::Idle,
            matching: Matching::Folded,
            history: None,
            cursor: 0,
            top: 0,
        }
    }
}
