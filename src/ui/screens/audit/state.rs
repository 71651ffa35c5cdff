//! What the Audit screen knows.

use super::standing::Standing;
use super::work::Work;
use crate::audit::detail::Detail;
use crate::audit::entry::Listed;
use crate::db::series::Reach;
use crate::ids::{EntrySeq, ReportId};
use crate::ui::list_detail::cursor::Cursor;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::shown::Shown;
use crate::ui::list_detail::window::{Hold, Row, Window};
use crate::ui::widgets::filter_bar::FilterBar;
use crate::ui::widgets::form::Form;
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, HashSet, VecDeque};

/// Notes that ↑ brings back.
pub(super) const SAID_MAX: usize = 20;

/// The Audit screen.
pub struct Audit {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) focus: Focus,
    pub(super) zoom: Zoom,
    pub(super) filter: FilterBar,
    pub(super) window: Window<Listed>,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) ticket: u64,
    /// The newest entry when the rows were loaded.
    pub(super) head: EntrySeq,
    /// How many entries the filter lets through, where that was counted.
    pub(super) total: Option<(u64, Reach)>,
    /// Entries that came since.
    pub(super) news: u64,
    pub(super) tail: Tail,
    /// The entry that a jump looks for.
    pub(super) sought: Option<EntrySeq>,
    pub(super) shown: Shown<EntrySeq, Detail, Beside>,
    pub(super) layer: Layer,
    pub(super) standing: Standing,
    /// The sample of a report, in the place of the list.
    pub(super) work: Option<Work>,
    /// Notes that were typed and not sent, by their slot.
    pub(super) notes: BTreeMap<String, String>,
    /// Inspections that are being written.
    pub(super) inspecting: Vec<(ReportId, EntrySeq)>,
    /// The notes of this session, the latest first.
    pub(super) said: VecDeque<String>,
    /// Where the cursor stands in the checklist.
    pub(super) report_at: Cursor,
    pub(super) now: DateTime<Utc>,
}

impl Row for Listed {
    type Id = EntrySeq;

    fn id(&self) -> EntrySeq {
        self.seq
    }
}

/// Which part has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list of entries.
    List,
    /// The detail.
    Detail,
    /// The last verification as a checklist, in the place of the detail.
    Report,
}

/// What new entries do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// They are told, and wait for a refresh.
    Waits,
    /// They come in at the top, and the cursor goes with them.
    Followed,
}

/// What the screen has of the entry in the detail.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside {
    /// What its row already knew.
    pub row: Option<Listed>,
    /// The lines of its payload that are folded.
    pub folded: HashSet<usize>,
}

/// What lies over the screen and takes the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// Nothing.
    None,
    /// The number of an entry is being written.
    Jump(Prompt),
    /// The name of the file for a proof is being written.
    Prove(EntrySeq, Prompt),
    /// The folder for an export of this day is being written.
    Export(NaiveDate, Prompt),
    /// A report is being asked for.
    Order(Box<Form>),
    /// The number of a report is being written, for its sample.
    OtherReport(Prompt),
    /// What was seen in an entry of a report's sample is being written.
    Inspect(ReportId, EntrySeq, Prompt),
}

impl Audit {
    /// The screen before anything is known.
    pub fn new() -> Self {
        Audit {
            columns: 80,
            rows: 22,
            focus: Focus::List,
            zoom: Zoom::Out,
            filter: FilterBar::new(""),
            window: Window::new(Hold::AroundTheCursor),
            load: Load::Idle,
            as_of: None,
            ticket: 0,
            head: EntrySeq(0),
            total: None,
            news: 0,
            tail: Tail::Waits,
            sought: None,
            shown: Shown::nothing(),
            layer: Layer::None,
            standing: Standing::default(),
            work: None,
            notes: BTreeMap::new(),
            inspecting: Vec::new(),
            said: VecDeque::new(),
            report_at: Cursor::default(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// The entry that deeds are about.
    pub(super) fn subject(&self) -> Option<&Listed> {
        match &self.work {
            Some(work) => work.selected().map(|item| &item.listed),
            None => self.window.selected(),
        }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Audit::new()
    }
}
