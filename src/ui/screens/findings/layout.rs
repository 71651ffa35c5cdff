//! Where the parts of the screen stand, at every size.

use super::attend_view::held_height;
use super::panels;
use super::state::{Findings, Focus, Layer};
use crate::ui::list_detail::layout::{self, Areas, Shares, WIDE, below, part};
use crate::ui::widgets::prompt;
use ratatui::layout::Rect;

/// The list gets a little more than half: it has columns, the detail has lines.
const SHARES: Shares = Shares { standing: 0, beside: (11, 20), above: (1, 2) };

impl Findings {
    /// The parts in `area`.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        if matches!(self.layer, Layer::Comment(_)) {
            return editing(area);
        }
        let focus = match self.focus {
            Focus::Detail => layout::Focus::Detail,
            Focus::List | Focus::Own | Focus::Groups => layout::Focus::List,
        };
        Areas::of(area, SHARES, self.panel_height(), self.zoom, focus)
    }

    fn now_areas(&self) -> Areas {
        self.areas(Rect::new(0, 0, self.columns, self.rows))
    }

    /// How many rows the list shows.
    pub(super) fn list_height(&self) -> usize {
        self.now_areas().list_height()
    }

    /// How many lines and columns the detail has.
    pub(super) fn detail_size(&self) -> (usize, usize) {
        self.now_areas().detail_size()
    }

    /// Whether there is only room for one part, zoomed or not.
    pub(super) fn has_room_for_one(&self) -> bool {
        layout::has_room_for_one(self.columns, self.rows)
    }

    fn panel_height(&self) -> u16 {
        match &self.layer {
            Layer::None | Layer::Comment(_) => 0,
            Layer::Reason(_) | Layer::Jump(_) => prompt::HEIGHT,
            Layer::Attend(open) => open.form.height(),
            Layer::Held(panel) => held_height(panel),
            Layer::Arrange(open) => self.arrange_height(open),
            Layer::Conflict(_) => panels::CONFLICT_HEIGHT,
            Layer::Unsure => panels::UNSURE_HEIGHT,
        }
    }
}

/// The finding stays in sight above or beside its comment.
fn editing(area: Rect) -> Areas {
    let mut areas = Areas { filter: Rect { height: area.height.min(1), ..area }, ..Areas::default() };
    let body = below(area, 1);
    if body.width >= WIDE {
        let left = part(body.width, SHARES.beside);
        areas.panel = Rect { width: left, ..body };
        areas.bar = Rect { x: body.x + left, width: 1, ..body };
        areas.set_detail(Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
    } else {
        let above = body.height / 2;
        areas.set_detail(Rect { height: above, ..body });
        areas.panel = below(body, above);
    }
    areas
}
