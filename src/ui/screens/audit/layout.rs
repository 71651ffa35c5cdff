//! Where the parts of the screen stand, at every size.

use super::state::{Audit, Focus, Layer};
use crate::ui::list_detail::layout::{self, Shares};
use crate::ui::widgets::prompt;
use ratatui::layout::Rect;

/// The list gets a little more than half: it has columns, the detail has lines.
const SHARES: Shares = Shares { standing: 1, beside: (11, 20), above: (1, 2) };

/// The parts. Those that are not shown are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Areas {
    /// What every such screen has.
    pub(super) parts: layout::Areas,
    /// The whole chain at the edge of the rows, with what of it was verified.
    pub(super) strip: Rect,
}

impl Audit {
    /// The parts in `area`.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let panel = match &self.layer {
            Layer::None => 0,
            Layer::Jump(_)
            | Layer::Prove(..)
            | Layer::Export(..)
            | Layer::OtherReport(_)
            | Layer::Inspect(..) => prompt::HEIGHT,
            Layer::Order(form) => form.height(),
        };
        let mut parts = layout::Areas::of(area, SHARES, panel, self.zoom, self.part());
        // The last column is the chain's.
        let Rect { x, width, .. } = parts.list;
        let left = width.saturating_sub(2);
        let strip = Rect { x: x + left + 1.min(width - left), width: width.min(1), ..parts.list };
        (parts.header.width, parts.list.width) = (left, left);
        Areas { parts, strip }
    }

    /// Which part has the keys: the checklist stands in the place of the detail.
    pub(super) fn part(&self) -> layout::Focus {
        match self.focus {
            Focus::List => layout::Focus::List,
            Focus::Detail | Focus::Report => layout::Focus::Detail,
        }
    }

    fn now_areas(&self) -> Areas {
        self.areas(Rect::new(0, 0, self.columns, self.rows))
    }

    /// How many rows the list shows.
    pub(super) fn list_height(&self) -> usize {
        self.now_areas().parts.list_height()
    }

    /// How many lines and columns the detail has.
    pub(super) fn detail_size(&self) -> (usize, usize) {
        self.now_areas().parts.detail_size()
    }

    /// Whether there is only room for one part, zoomed or not.
    pub(super) fn has_room_for_one(&self) -> bool {
        layout::has_room_for_one(self.columns, self.rows)
    }
}
