//! Where the parts of the screen stand, at every size.
//!
//! From 120 columns the detail stands at the right; below 60 columns, or in few rows, it takes the
//! place of the list when it is opened.

use super::state::{Audit, Focus, Layer};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::layout::{LOW, NARROW, WIDE};
use crate::ui::widgets::prompt;
use ratatui::layout::Rect;

/// The parts. Those that are not shown are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Areas {
    /// Filter and counts.
    pub(super) filter: Rect,
    /// How far the history has been verified.
    pub(super) standing: Rect,
    /// The titles of the columns.
    pub(super) header: Rect,
    /// The rows.
    pub(super) list: Rect,
    /// The whole chain at the edge of the rows, with what of it was verified.
    pub(super) strip: Rect,
    /// The rule between list and detail, where they stand side by side.
    pub(super) bar: Rect,
    /// The rule that names what the detail shows.
    pub(super) rule: Rect,
    /// The detail.
    pub(super) detail: Rect,
    /// A prompt.
    pub(super) panel: Rect,
}

impl Audit {
    /// The parts in `area`.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let mut areas = Areas { filter: Rect { height: area.height.min(1), ..area }, ..Areas::default() };
        let rest = below(area, 1);
        areas.standing = Rect { height: rest.height.min(1), ..rest };
        let body = below(rest, 1);
        let panel = match &self.layer {
            Layer::None => 0,
            Layer::Jump(_)
            | Layer::Prove(..)
            | Layer::Export(..)
            | Layer::OtherReport(_)
            | Layer::Inspect(..) => prompt::HEIGHT,
            Layer::Order(form) => form.height(),
        }
        .min(body.height);
        let (body, panel) = (Rect { height: body.height - panel, ..body }, below(body, body.height - panel));
        areas.panel = panel;
        let one_part = self.zoom == Zoom::In || area.width < NARROW || area.height < LOW;
        match (one_part, self.focus) {
            (true, Focus::Detail | Focus::Report) => areas.set_detail(body),
            (true, Focus::List) => areas.set_list(body),
            (false, _) if area.width >= WIDE => {
                let left = body.width * 11 / 20;
                areas.set_list(Rect { width: left - 1, ..body });
                areas.bar = Rect { x: body.x + left, width: 1, ..body };
                areas.set_detail(Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
            }
            (false, _) => {
                // The list keeps its height while a prompt is open: the prompt takes from the detail.
                let whole = body.height + panel.height;
                let list = (whole / 2).min(body.height.saturating_sub(3));
                areas.set_list(Rect { height: list, ..body });
                areas.set_detail(below(body, list));
            }
        }
        areas
    }

    fn now_areas(&self) -> Areas {
        self.areas(Rect::new(0, 0, self.columns, self.rows))
    }

    /// How many rows the list shows.
    pub(super) fn list_height(&self) -> usize {
        usize::from(self.now_areas().list.height).max(1)
    }

    /// How many lines and columns the detail has.
    pub(super) fn detail_size(&self) -> (usize, usize) {
        let areas = self.now_areas();
        (areas.detail.height.into(), areas.detail.width.into())
    }

    /// Whether there is only room for one part, zoomed or not.
    pub(super) fn has_room_for_one(&self) -> bool {
        self.columns < NARROW || self.rows < LOW
    }
}

impl Areas {
    fn set_list(&mut self, area: Rect) {
        // The last column is the chain's.
        let width = area.width.saturating_sub(2);
        self.header = Rect { height: area.height.min(1), width, ..area };
        let rows = below(area, 1);
        self.list = Rect { width, ..rows };
        self.strip = Rect { x: area.x + width + 1.min(area.width - width), width: area.width.min(1), ..rows };
    }

    fn set_detail(&mut self, area: Rect) {
        self.rule = Rect { height: area.height.min(1), ..area };
        self.detail = below(area, 1);
    }
}

pub(super) fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
