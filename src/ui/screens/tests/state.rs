//! What the Tests screen knows.

use super::detail_lines::DetailLine;
use crate::flaky::detail::TestDetail;
use crate::flaky::preview::Preview;
use crate::flaky::state::Thresholds;
use crate::flaky::store::tests::{Sort, Standing};
use crate::flaky::test::Test;
use crate::ids::{TestId, Version};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::filter_bar::FilterBar;
use crate::ui::widgets::form::Form;
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The Tests screen.
pub struct Tests {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) focus: Focus,
    pub(super) zoom: Zoom,
    pub(super) filter: FilterBar,
    pub(super) sort: Sort,
    /// The tests that are held, in their order.
    pub(super) list: Vec<Test>,
    /// Whether more follow.
    pub(super) more: More,
    pub(super) cursor: usize,
    pub(super) top: usize,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) ticket: u64,
    pub(super) standing: Option<Standing>,
    /// Whether others have changed something since.
    pub(super) news: News,
    /// The test that is looked for.
    pub(super) sought: Option<TestId>,
    pub(super) shown: Shown,
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

/// Which part has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list of tests.
    List,
    /// The detail.
    Detail,
}

/// Whether more rows follow those that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// They do.
    Follow,
    /// These are all.
    None,
}

/// Whether others have changed something since the rows were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Something.
    Some,
    /// Nothing that is known of.
    None,
}

/// What stands in the place of the detail: one test.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The test.
    pub id: Option<TestId>,
    /// What is known of it, once it is here.
    pub detail: Option<Arc<TestDetail>>,
    /// How its load stands.
    pub load: Load,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line that is shown.
    pub top: usize,
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
            columns: 80,
            rows: 22,
            focus: Focus::List,
            zoom: Zoom::Out,
            filter: FilterBar::new(""),
            sort: Sort::default(),
            list: Vec::new(),
            more: More::None,
            cursor: 0,
            top: 0,
            load: Load::Idle,
            as_of: None,
            ticket: 0,
            standing: None,
            news: News::None,
            sought: None,
            shown: Shown::nothing(),
            preview: None,
            layer: Layer::None,
            under_way: Vec::new(),
            drafts: BTreeMap::new(),
            reasons: VecDeque::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// The test that deeds are about.
    pub(super) fn subject(&self) -> Option<&Test> {
        self.list.get(self.cursor)
    }

    /// The lines of the detail as they stand now, in any colours.
    pub(super) fn lines(&self) -> Vec<DetailLine> {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: self.now };
        super::detail_lines::lines(self, self.detail_size().1, &look)
    }
}

impl Default for Tests {
    fn default() -> Self {
        Tests::new()
    }
}

impl Shown {
    /// An empty detail.
    pub fn nothing() -> Self {
        Shown { id: None, detail: None, load: Load::Idle, cursor: 0, top: 0 }
    }
}
