//! What the Runs screen knows.

use super::checklist::DetailLine;
use crate::ids::RunId;
use crate::operations::check::Check;
use crate::operations::run::Run;
use crate::operations::store::list::Standing;
use crate::operations::store::one::Detail;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Clock;
use crate::ui::screen::Look;
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::filter_bar::FilterBar;
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The Runs screen.
pub struct Runs {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) focus: Focus,
    pub(super) zoom: Zoom,
    pub(super) filter: FilterBar,
    /// The runs that are held, newest first.
    pub(super) list: Vec<Run>,
    /// Whether older ones follow.
    pub(super) more: More,
    pub(super) cursor: usize,
    pub(super) top: usize,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) ticket: u64,
    pub(super) standing: Option<Standing>,
    /// Runs that came since.
    pub(super) news: u64,
    /// The run that is looked for.
    pub(super) sought: Option<RunId>,
    pub(super) shown: Shown,
    pub(super) layer: Layer,
    /// Acknowledgements that were sent and not answered.
    pub(super) under_way: Vec<(RunId, String)>,
    /// What was typed and not sent, by its slot.
    pub(super) drafts: BTreeMap<String, String>,
    /// Reasons that were given, the latest first.
    pub(super) reasons: VecDeque<String>,
    pub(super) now: DateTime<Utc>,
}

/// Which part has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list of runs.
    List,
    /// The detail.
    Detail,
}

/// Whether older runs follow those that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// They do.
    Follow,
    /// These are all.
    None,
}

/// What stands in the place of the detail: one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The run.
    pub id: Option<RunId>,
    /// What is known of it, once it is here.
    pub detail: Option<Arc<Detail>>,
    /// How its load stands.
    pub load: Load,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line that is shown.
    pub top: usize,
}

/// What lies over the screen and takes the keys.
pub enum Layer {
    /// Nothing.
    None,
    /// The number of a run is being written.
    Jump(Prompt),
    /// The reason of an acknowledgement is being written.
    Acknowledge(Box<Acknowledging>),
}

/// The reason of an acknowledgement, as it is written.
pub struct Acknowledging {
    /// The run.
    pub run: RunId,
    /// The check, by its key.
    pub check: String,
    /// The check, for people.
    pub title: String,
    /// The line.
    pub prompt: Prompt,
}

impl Runs {
    /// The screen before anything is known.
    pub fn new() -> Self {
        Runs {
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
            standing: None,
            news: 0,
            sought: None,
            shown: Shown::nothing(),
            layer: Layer::None,
            under_way: Vec::new(),
            drafts: BTreeMap::new(),
            reasons: VecDeque::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// The run that deeds are about.
    pub(super) fn subject(&self) -> Option<&Run> {
        self.list.get(self.cursor)
    }

    /// The lines of the detail as they stand now, in any colours.
    pub(super) fn lines(&self) -> Vec<DetailLine> {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: DateTime::<Utc>::UNIX_EPOCH };
        super::checklist::lines(&self.shown, self.detail_size().1, &look)
    }

    /// The check that the cursor of the detail stands on.
    pub(super) fn check(&self) -> Option<&Check> {
        let lines = self.lines();
        let at = lines.get(self.shown.cursor.min(lines.len().saturating_sub(1)))?.check?;
        self.shown.detail.as_ref()?.report()?.checks.get(at)
    }
}

impl Default for Runs {
    fn default() -> Self {
        Runs::new()
    }
}

impl Shown {
    /// An empty detail.
    pub fn nothing() -> Self {
        Shown { id: None, detail: None, load: Load::Idle, cursor: 0, top: 0 }
    }
}
