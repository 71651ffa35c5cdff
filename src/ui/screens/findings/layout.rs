//! Where the parts of the screen stand, at every size.
//!
//! From 120 columns the detail stands at the right; below 60 columns, or in few rows, it takes the
//! place of the list when it is opened. Deciding needs this as much as drawing does: half a page is a
//! matter of rows.

use super::attend_view::held_height;
use super::panels;
use super::state::{Findings, Focus, Layer};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::layout::{LOW, NARROW, WIDE};
use crate::ui::widgets::prompt;
use ratatui::layout::Rect;

/// The parts. Those that are not shown are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// Filter and counts.
    pub filter: Rect,
    /// The titles of the columns.
    pub header: Rect,
    /// The rows.
    pub list: Rect,
    /// The rule between list and detail, where they stand side by side.
    pub bar: Rect,
    /// The rule that names what the detail shows.
    pub rule: Rect,
    /// The detail.
    pub detail: Rect,
    /// A prompt, an editor or a question.
    pub panel: Rect,
}

impl Findings {
    /// The parts in `area`.
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let mut areas = Areas { filter: Rect { height: area.height.min(1), ..area }, ..Areas::default() };
        let body = below(area, 1);
        let is_writing = matches!(self.layer, Layer::Comment(_));
        if is_writing {
            editing(&mut areas, body);
            return areas;
        }
        let panel = self.panel_height().min(body.height);
        let (body, panel) = (Rect { height: body.height - panel, ..body }, below(body, body.height - panel));
        areas.panel = panel;
        let one_part = area.width < NARROW || area.height < LOW || self.zoom == Zoom::In;
        match (one_part, self.focus) {
            (true, Focus::Detail) => with_detail(&mut areas, body),
            (true, _) => with_list(&mut areas, body),
            (false, _) if area.width >= WIDE => {
                let left = list_columns(body.width);
                with_list(&mut areas, Rect { width: left - 1, ..body });
                areas.bar = Rect { x: body.x + left, width: 1, ..body };
                with_detail(&mut areas, Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
            }
            (false, _) => {
                // The list keeps its height while a prompt is open: the prompt takes from the detail.
                let whole = body.height + panel.height;
                let list = (whole / 2).min(body.height.saturating_sub(3));
                with_list(&mut areas, Rect { height: list, ..body });
                with_detail(&mut areas, below(body, list));
            }
        }
        areas
    }

    /// How many rows the list shows.
    pub(super) fn list_height(&self) -> usize {
        let areas = self.areas(Rect::new(0, 0, self.columns, self.rows));
        usize::from(areas.list.height).max(1)
    }

    /// How many lines and columns the detail has.
    pub(super) fn detail_size(&self) -> (usize, usize) {
        let areas = self.areas(Rect::new(0, 0, self.columns, self.rows));
        (areas.detail.height.into(), areas.detail.width.into())
    }

    /// Whether there is only room for one part, zoomed or not.
    pub(super) fn has_room_for_one(&self) -> bool {
        self.columns < NARROW || self.rows < LOW
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
fn editing(areas: &mut Areas, body: Rect) {
    if body.width >= WIDE {
        let left = list_columns(body.width);
        areas.panel = Rect { width: left, ..body };
        areas.bar = Rect { x: body.x + left, width: 1, ..body };
        with_detail(areas, Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
    } else {
        let above = body.height / 2;
        with_detail(areas, Rect { height: above, ..body });
        areas.panel = below(body, above);
    }
}

/// The list gets a little more than half: it has columns, the detail has lines.
fn list_columns(columns: u16) -> u16 {
    columns * 11 / 20
}

fn with_list(areas: &mut Areas, area: Rect) {
    areas.header = Rect { height: area.height.min(1), ..area };
    areas.list = below(area, 1);
}

fn with_detail(areas: &mut Areas, area: Rect) {
    areas.rule = Rect { height: area.height.min(1), ..area };
    areas.detail = below(area, 1);
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
