//! What the Overview knows.

use super::lines::{Line, Section};
use super::wish::Look;
use crate::chain::recent::Recent;
use crate::ids::EntrySeq;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::Load;
use crate::ui::session::Visit;
use chrono::{DateTime, Utc};

/// The Overview.
pub struct Overview {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) focus: Focus,
    pub(super) zoom: Zoom,
    pub(super) looking: Load,
    pub(super) look: Option<Look>,
    /// The visit before this console; none before the first look, or where there was none.
    pub(super) last: Option<Visit>,
    pub(super) keeping: Keeping,
    pub(super) blocks: Vec<Block>,
    pub(super) entries: Entries,
    /// The line under the cursor; none until the person moves it, which means the first.
    pub(super) selected: Option<(Section, i64)>,
    /// The first row of the areas that is shown.
    pub(super) top: usize,
    /// Entries that others appended since the look.
    pub(super) news: u64,
}

/// Which part has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The areas.
    Areas,
    /// The newest audit entries.
    Entries,
}

/// Whether the visit is remembered: once everything that can be seen has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Not yet.
    Waits,
    /// It is, or it is being done.
    Done,
}

/// An area as it is shown. What was loaded stays until there is something newer.
pub(super) struct Block {
    pub(super) section: Section,
    pub(super) lines: Vec<Line>,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
}

/// The newest audit entries as they are shown.
pub(super) struct Entries {
    pub(super) rows: Vec<Recent>,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
    /// The entry under the cursor; none means the newest.
    pub(super) selected: Option<EntrySeq>,
    /// The first one that is shown.
    pub(super) top: usize,
}

impl Overview {
    /// The screen before anything is known.
    pub fn new() -> Self {
        let block = |section| Block { section, lines: Vec::new(), load: Load::Idle, as_of: None };
        Overview {
            columns: 80,
            rows: 22,
            focus: Focus::Areas,
            zoom: Zoom::Out,
            looking: Load::Idle,
            look: None,
            last: None,
            keeping: Keeping::Waits,
            blocks: Section::ALL.into_iter().map(block).collect(),
            entries: Entries { rows: Vec::new(), load: Load::Idle, as_of: None, selected: None, top: 0 },
            selected: None,
            top: 0,
            news: 0,
        }
    }

    /// The lines that lead somewhere, in the order of the screen.
    pub(super) fn stops(&self) -> impl Iterator<Item = (Section, &Line)> {
        self.blocks
            .iter()
            .flat_map(|block| block.lines.iter().map(|line| (block.section, line)))
            .filter(|(_, line)| line.jump.is_some())
    }

    /// Where the cursor stands among the stops: where its line is gone, at the first of its section.
    pub(super) fn cursor(&self) -> usize {
        let Some((section, id)) = self.selected else { return 0 };
        let here = self.stops().position(|(of, line)| of == section && line.id == id);
        here.or_else(|| self.stops().position(|(of, _)| of == section)).unwrap_or(0)
    }

    /// The line under the cursor.
    pub(super) fn selected_line(&self) -> Option<(Section, &Line)> {
        self.stops().nth(self.cursor())
    }

    /// Where the cursor stands among the entries.
    pub(super) fn entry_cursor(&self) -> usize {
        let here = |seq| self.entries.rows.iter().position(|entry| entry.seq == seq);
        self.entries.selected.and_then(here).unwrap_or(0)
    }

    /// The entry under the cursor.
    pub(super) fn selected_entry(&self) -> Option<&Recent> {
        self.entries.rows.get(self.entry_cursor())
    }

    /// From when the oldest of what is shown is.
    pub(super) fn oldest(&self) -> Option<DateTime<Utc>> {
        self.blocks.iter().map(|block| block.as_of).chain([self.entries.as_of]).flatten().min()
    }

    /// Every load that is shown.
    pub(super) fn loads(&self) -> impl Iterator<Item = &Load> {
        self.blocks.iter().map(|block| &block.load).chain([&self.entries.load])
    }
}

impl Default for Overview {
    fn default() -> Self {
        Overview::new()
    }
}
