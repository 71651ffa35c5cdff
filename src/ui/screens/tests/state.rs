//! What the Tests screen knows.

use super::detail_lines::DetailLine;
use super::wish::After;
use crate::flaky::detail::TestDetail;
use crate::flaky::preview::Preview;
use crate::flaky::state::Thresholds;
use crate::flaky::store::tests::{Sort, Standing};
use crate::flaky::test::Test;
use crate::ids::{TestId, Version};
use crate::ui::list_detail::ListDetail;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::state::Paged;
use crate::ui::list_detail::update::Room;
use crate::ui::list_detail::window::Row;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::form::Form;
use crate::ui::widgets::prompt::{self, Prompt};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The Tests screen.
pub struct Tests {
    /// The tests in their order, and what is known of one.
    pub(super) list: ListDetail<Test, TestDetail>,
    pub(super) sort: Sort,
    pub(super) standing: Option<Standing>,
    /// What other thresholds would do, in the place of the detail.
    pub(super) preview: Option<Previewed>,
    pub(super) layer: Layer,
    /// Tests whose decision was sent and not answered.
    pub(super) under_way: Vec<TestId>,
    /// What was typed and not sent, by its slot.
    pub(super) drafts: BTreeMap<String, String>,
    /// Reasons that were given, the latest first.
    pub(super) reasons: VecDeque<String>,
    pub(super) now: DateTime<Utc>,
}

impl Row for Test {
    type Id = TestId;

    fn id(&self) -> TestId {
        self.id
    }
}

impl Paged for Test {
    type Key = After;

    fn key(&self) -> After {
        After::of(self)
    }
}

/// What other thresholds would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Previewed {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// What they would do, once it is here.
    pub preview: Option<Arc<Preview>>,
    /// How the look at it stands.
    pub load: Load,
}

/// What lies over the screen and takes the keys.
pub enum Layer {
    /// Nothing.
    None,
    /// The number of a test is being written.
    Jump(Prompt),
    /// Other thresholds are being written.
    Threshold(Prompt),
    /// A decision is being written.
    Decide(Box<Deciding>),
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It goes into quarantine, or its quarantine is renewed.
    Quarantine,
    /// It leaves quarantine.
    Graduate,
    /// Its suggestion is put away.
    Dismiss,
}

/// A decision, as it is written.
pub struct Deciding {
    /// What.
    pub doing: Doing,
    /// The test.
    pub test: TestId,
    /// Its version, as the person saw it.
    pub version: Version,
    /// The test, for people.
    pub title: String,
    /// The lines.
    pub form: Form,
}

impl Tests {
    /// The screen before anything is known.
    pub fn new() -> Self {
        Tests {
            list: ListDetail::new(),
            sort: Sort::default(),
            standing: None,
            preview: None,
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
            Layer::Jump(_) | Layer::Threshold(_) => prompt::HEIGHT,
            Layer::Decide(open) => open.form.height(),
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
        let look = Look { theme: &theme, clock: Clock::Utc, now: self.now };
        super::detail_lines::lines(self, self.list.panes.detail_size(self.panel()).1, &look)
    }
}

impl Default for Tests {
    fn default() -> Self {
        Tests::new()
    }
}
