//! A list and the detail of what is selected in it: where they stand, at every size.
//!
//! On wide screens the detail stands at the right; on narrow or low ones it takes the place of the list
//! when it is opened. Deciding needs this as much as drawing does: half a page is a matter of rows.

use ratatui::layout::Rect;

/// From so many columns the detail stands at the right.
pub const WIDE: u16 = 120;
/// Below so many columns only one part is shown.
pub const NARROW: u16 = 60;
/// Below so many rows only one part is shown.
pub const LOW: u16 = 14;

/// Which of the two has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    List,
    /// The detail.
    Detail,
}

/// Whether the focused part fills the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    /// List and detail share it.
    Out,
    /// The focused part has it alone.
    In,
}

impl Zoom {
    /// The other one.
    pub fn turned(self) -> Self {
        match self {
            Zoom::In => Zoom::Out,
            Zoom::Out => Zoom::In,
        }
    }
}

/// How list and detail share the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Rows above them that say how all of it stands.
    pub standing: u16,
    /// The part of the columns that the list has beside the detail.
    pub beside: (u16, u16),
    /// The part of the rows that it has above the detail.
    pub above: (u16, u16),
}

/// The parts. Those that are not shown are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// Filter and counts.
    pub filter: Rect,
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
    pub fn of(area: Rect, shares: Shares, panel: u16, zoom: Zoom, focus: Focus) -> Self {
        let mut areas = Areas { filter: Rect { height: area.height.min(1), ..area }, ..Areas::default() };
        let rest = below(area, 1);
        areas.standing = Rect { height: rest.height.min(shares.standing), ..rest };
        let body = below(rest, shares.standing);
        let panel = panel.min(body.height);
        let (body, panel) = (Rect { height: body.height - panel, ..body }, below(body, body.height - panel));
        areas.panel = panel;
        let one_part = zoom == Zoom::In || has_room_for_one(area.width, area.height);
        match (one_part, focus) {
            (true, Focus::Detail) => areas.set_detail(body),
            (true, Focus::List) => areas.set_list(body),
            (false, _) if area.width >= WIDE => {
                let left = part(body.width, shares.beside);
                areas.set_list(Rect { width: left - 1, ..body });
                areas.bar = Rect { x: body.x + left, width: 1, ..body };
                areas.set_detail(Rect { x: body.x + left + 1, width: body.width - left - 1, ..body });
            }
            (false, _) => {
                // The list keeps its height while a prompt is open: the prompt takes from the detail.
                let whole = body.height + panel.height;
                let list = part(whole, shares.above).min(body.height.saturating_sub(3));
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

    /// Gives the detail and its rule this place.
    pub fn set_detail(&mut self, area: Rect) {
        self.rule = Rect { height: area.height.min(1), ..area };
        self.detail = below(area, 1);
    }
}

/// How large a screen is, and which part of it has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
    /// Which part has the keys.
    pub focus: Focus,
    /// Whether it fills the screen.
    pub zoom: Zoom,
}

impl Panes {
    /// How they share the room on most screens.
    pub const SHARES: Shares = Shares { standing: 1, beside: (1, 2), above: (2, 5) };

    /// The parts in `area`, with a panel of so many rows at its foot.
    pub fn areas(&self, area: Rect, panel: u16) -> Areas {
        Areas::of(area, Panes::SHARES, panel, self.zoom, self.focus)
    }

    fn now(&self, panel: u16) -> Areas {
        self.areas(Rect::new(0, 0, self.columns, self.rows), panel)
    }

    /// How many rows the list shows.
    pub fn list_height(&self, panel: u16) -> usize {
        self.now(panel).list_height()
    }

    /// How many lines and columns the detail has.
    pub fn detail_size(&self, panel: u16) -> (usize, usize) {
        self.now(panel).detail_size()
    }

    /// Half of what the focused part shows.
    pub fn half_page(&self, panel: u16) -> usize {
        let height = match self.focus {
            Focus::Detail => self.detail_size(panel).0,
            Focus::List => self.list_height(panel),
        };
        (height / 2).max(1)
    }

    /// Whether there is only room for one part, zoomed or not.
    pub fn has_room_for_one(&self) -> bool {
        has_room_for_one(self.columns, self.rows)
    }

    /// The screen has this size from now on.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        (self.columns, self.rows) = (columns, rows);
    }

    /// Enter on what leads nowhere: the whole screen for the detail, or no longer, where that shows.
    pub fn enlarge(&mut self) {
        if !self.has_room_for_one() {
            self.turn_zoom();
        }
    }

    /// Gives the focused part the whole screen, or no longer.
    pub fn turn_zoom(&mut self) {
        self.zoom = self.zoom.turned();
    }
}

impl Default for Panes {
    fn default() -> Self {
        Panes { columns: 80, rows: 22, focus: Focus::List, zoom: Zoom::Out }
    }
}

/// Whether a screen of this size has room for one part only.
pub fn has_room_for_one(columns: u16, rows: u16) -> bool {
    columns < NARROW || rows < LOW
}

/// What is left of `area` below so many rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// A share of so many columns or rows.
pub fn part(whole: u16, (share, of): (u16, u16)) -> u16 {
    whole * share / of
}
