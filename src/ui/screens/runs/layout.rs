//! Where the parts of the screen stand, at every size.

use super::super::findings::state::Zoom;
use super::state::{Focus, Layer, Runs};
use crate::ui::widgets::list_detail::{self, Areas, Part, Shown};
use crate::ui::widgets::prompt;
use ratatui::layout::Rect;

impl Runs {
    /// The parts in `area`. The first line is the filter's.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let panel = match &self.layer {
            Layer::None => 0,
            Layer::Jump(_) | Layer::Acknowledge(_) => prompt::HEIGHT,
        };
        let shown = if self.zoom == Zoom::In { Shown::One } else { Shown::Both };
        let focus = match self.focus {
            Focus::List => Part::List,
            Focus::Detail => Part::Detail,
        };
        Areas::of(area, panel, shown, focus)
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
        list_detail::has_room_for_one(self.columns, self.rows)
    }
}
