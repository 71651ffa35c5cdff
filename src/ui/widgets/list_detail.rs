//! A list and the detail of what is selected in it: where they stand, at every size.
//!
//! On wide screens the detail stands at the right; on narrow or low ones it takes the place of the list
//! when it is opened.

use ratatui::layout::Rect;

/// From so many columns the detail stands at the right.
pub const WIDE: u16 = 120;
/// Below so many columns only one part is shown.
pub const NARROW: u16 = 60;
/// Below so many rows only one part is shown.
pub const LOW: u16 = 14;

/// Which of the two has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The list.
    List,
    /// The detail.
    Detail,
}

/// Whether both are shown, where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Both.
    Both,
    /// Only the part that has the keys.
    One,
}

/// The parts. Those that are not shown are empty; the first line is the filter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// How all of it stands, in a line.
    pub standing: Rect,
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
    /// A prompt or a form.
    pub panel: Rect,
}

impl Areas {
    /// The parts in `area`, with a panel of so many rows at its foot.
    pub fn of(area: Rect, panel: u16, shown: Shown, focus: Part) -> Self {
        let mut areas = Areas::default();
        let rest = below(area, 1);
        areas.standing = Rect { height: rest.height.min(1), ..rest };
        let body = below(rest, 1);
        let panel = panel.min(body.height);
        let (body, panel) = (Rect { height: body.height - panel, ..body }, below(body, body.height - panel));
        areas.panel = panel;
        let one_part = shown == Shown::One || has_room_for_one(area.width, area.height);
        match (one_part, focus) {
            (true, Part::Detail) => areas.set_detail(body),
            (true, Part::List) => areas.set_list(body),
            (false, _) if area.width >= WIDE => {
                let left = body.width / 2;
                areas.set_list(Rect { width: left - 1, ..body });
                areas.bar = Rect { x: body.x + left, width: 1, ..body };
                areas.set_detail(Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
            }
            (false, _) => {
                // The list keeps its height while a prompt is open: the prompt takes from the detail.
                let whole = body.height + panel.height;
                let list = (whole * 2 / 5).min(body.height.saturating_sub(3));
                areas.set_list(Rect { height: list, ..body });
                areas.set_detail(below(body, list));
            }
        }
        areas
    }

    /// How many rows the list shows.
    pub fn list_height(&self) -> usize {
        usize::from(self.list.height).max(1)
    }

    /// How many lines and columns the detail has.
    pub fn detail_size(&self) -> (usize, usize) {
        (self.detail.height.into(), self.detail.width.into())
    }

    fn set_list(&mut self, area: Rect) {
        self.header = Rect { height: area.height.min(1), ..area };
        self.list = below(area, 1);
    }

    fn set_detail(&mut self, area: Rect) {
        self.rule = Rect { height: area.height.min(1), ..area };
        self.detail = below(area, 1);
    }
}

/// Whether a screen of this size has room for one part only.
pub fn has_room_for_one(columns: u16, rows: u16) -> bool {
    columns < NARROW || rows < LOW
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
