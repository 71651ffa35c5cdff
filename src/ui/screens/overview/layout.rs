//! Where the parts of the Overview stand, at every size.
//!
//! The entries stand below the areas, and beside them where both have room for whole lines; where there
//! is room for one part only, it is the one with the focus.

use super::state::{Focus, Overview};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::layout::{LOW, NARROW};
use ratatui::layout::Rect;

/// From so many columns the entries stand at the right.
const WIDE: u16 = 140;
/// The columns of the areas there, at least.
const AREAS_COLUMNS: u16 = 80;
/// Rows that the entries get below the areas, at least: a rule, titles and two entries.
const ENTRIES_ROWS: u16 = 4;

/// The parts. Those that are not shown are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Areas {
    /// What is new since the last visit.
    pub(super) head: Rect,
    /// The lines of the areas.
    pub(super) lines: Rect,
    /// The rule between the two, where they stand side by side.
    pub(super) bar: Rect,
    /// The rule above the entries.
    pub(super) rule: Rect,
    /// The entries.
    pub(super) entries: Rect,
}

impl Overview {
    /// The parts in `area`.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let head = Rect { height: area.height.min(1), ..area };
        let body = Rect { y: area.y + head.height, height: area.height - head.height, ..area };
        let mut areas = Areas { head, ..Areas::default() };
        let one_part = area.width < NARROW || area.height < LOW || self.zoom == Zoom::In;
        match (one_part, self.focus) {
            (true, Focus::Areas) => areas.lines = body,
            (true, Focus::Entries) => areas.set_entries(body),
            (false, _) if area.width >= WIDE => {
                let left = (body.width * 12 / 25).max(AREAS_COLUMNS);
                areas.lines = Rect { width: left, ..body };
                areas.bar = Rect { x: body.x + left, width: 1, ..body };
                areas.set_entries(Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
            }
            (false, _) => {
                let wanted = u16::try_from(self.rows_wanted()).unwrap_or(u16::MAX);
                let height = wanted.min(body.height.saturating_sub(ENTRIES_ROWS));
                areas.lines = Rect { height, ..body };
                areas.set_entries(Rect { y: body.y + height, height: body.height - height, ..body });
            }
        }
        areas
    }

    /// The rows that the areas need, now or once they are loaded.
    fn rows_wanted(&self) -> usize {
        self.blocks
            .iter()
            .map(|block| {
                1 + if block.as_of.is_some() { block.lines.len() } else { block.section.lines_expected() }
            })
            .sum()
    }
}

impl Areas {
    fn set_entries(&mut self, area: Rect) {
        self.rule = Rect { height: area.height.min(1), ..area };
        self.entries = Rect { y: area.y + self.rule.height, height: area.height - self.rule.height, ..area };
    }
}
