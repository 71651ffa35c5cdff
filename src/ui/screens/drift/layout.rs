//! Where the parts of the screen stand, at every size.

use super::state::{Drift, Focus, Layer};
use crate::ui::list_detail::layout::{self, Areas, Panes};
use crate::ui::widgets::prompt;
use ratatui::layout::Rect;

impl Drift {
    /// The parts in `area`. The first line is the filter's.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let panel = match &self.layer {
            Layer::None => 0,
            Layer::Decide(_) => prompt::HEIGHT,
        };
        let focus = match self.focus {
            Focus::List => layout::Focus::List,
            Focus::Detail => layout::Focus::Detail,
        };
        Areas::of(area, Panes::SHARES, panel, self.zoom, focus)
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
}
