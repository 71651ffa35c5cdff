//! What the Runs screen knows.

use super::checklist::DetailLine;
use crate::ids::RunId;
use crate::operations::check::Check;
use crate::operations::run::Run;
use crate::operations::store::list::Standing;
use crate::operations::store::one::Detail;
use crate::ui::list_detail::ListDetail;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::state::Paged;
use crate::ui::list_detail::update::Room;
use crate::ui::list_detail::window::Row;
use crate::ui::screen::Clock;
use crate::ui::screen::Look;
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::prompt::{self, Prompt};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};

/// The Runs screen.
pub struct Runs {
    /// The runs, newest first, and what is known of one.
    pub(super) list: ListDetail<Run, Detail>,
    pub(super) standing: Option<Standing>,
    pub(super) layer: Layer,
    /// Acknowledgements that were sent and not answered.
    pub(super) under_way: Vec<(RunId, String)>,
    /// What was typed and not sent, by its slot.
    pub(super) drafts: BTreeMap<String, String>,
    /// Reasons that were given, the latest first.
    pub(super) reasons: VecDeque<String>,
    pub(super) now: DateTime<Utc>,
}

impl Row for Run {
    type Id = RunId;

    fn id(&self) -> RunId {
        self.id
    }
}

impl Paged for Run {
    type Key = RunId;

    fn key(&self) -> RunId {
        self.id
    }
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
            list: ListDetail::new(),
            standing: None,
            layer: Layer::None,
            under_way: Vec::new(),
            drafts: BTreeMap::new(),
            reasons: VecDeque::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// How many rows what is open takes.
    pub(super) fn panel(&self) -> u16 {
        match &self.layer {
            Layer::None => 0,
            Layer::Jump(_) | Layer::Acknowledge(_) => prompt::HEIGHT,
        }
    }

    /// What the list is told of the screen's looks.
    pub(super) fn room(&self) -> Room {
        let lines = match self.list.panes.focus {
            Focus::Detail => self.lines().len(),
            Focus::List => 0,
        };
        Room { panel: self.panel(), lines }
    }

    /// The lines of the detail as they stand now, in any colours.
    pub(super) fn lines(&self) -> Vec<DetailLine> {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: DateTime::<Utc>::UNIX_EPOCH };
        let width = self.list.panes.detail_size(self.panel()).1;
        super::checklist::lines(self.list.shown.detail.as_deref(), width, &look)
    }

    /// The check that the cursor of the detail stands on.
    pub(super) fn check(&self) -> Option<&Check> {
        let lines = self.lines();
        let at = lines.get(self.list.shown.cursor.at().min(lines.len().saturating_sub(1)))?.check?;
        self.list.shown.detail.as_ref()?.report()?.checks.get(at)
    }
}

impl Default for Runs {
    fn default() -> Self {
        Runs::new()
    }
}
