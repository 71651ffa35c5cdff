//! What the footer would have to cut: said whole, in lines right above it.

use super::{cells, panel};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;

/// Lines that it takes at most; a third of the screen is not exceeded either.
const LINES_MAX: usize = 4;

/// Draws `text` at the lower end of `area`.
pub fn draw(text: &str, style: Style, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let lines_max = LINES_MAX.min(usize::from(area.height) / 3);
    let room = area.inner(Margin::new(1, 0)).width;
    let lines = cells::wrap(text, room.into(), lines_max, theme.symbols.ellipsis);
    let height = lines.len().min(lines_max) as u16;
    let own = Rect { y: area.bottom() - height, height, ..area };
    panel::clear(own, buffer);
    for (line, row) in lines.iter().zip(own.rows()) {
        buffer.set_stringn(row.x + 1, row.y, line, room.into(), style);
    }
}
