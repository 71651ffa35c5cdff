//! Draws the lines of a detail.

use super::cursor::Cursor;
use super::layout::Focus;
use super::load::Load;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws lines, from the first one on where the list has the keys, else around the cursor.
pub fn draw_lines(
    lines: &[Line<'static>],
    cursor: Cursor,
    focus: Focus,
    area: Rect,
    buffer: &mut Buffer,
    look: &Look<'_>,
) {
    let theme = look.theme;
    let height = usize::from(area.height);
    let mut cursor = cursor;
    cursor.hold_within(lines.len());
    let first = match focus {
        Focus::Detail => cursor.first_shown(height, lines.len()),
        Focus::List => 0,
    };
    for (y, (at, line)) in lines.iter().enumerate().skip(first).take(height).enumerate() {
        let y = area.y + y as u16;
        buffer.set_line(area.x, y, line, area.width);
        if at == cursor.at() && focus == Focus::Detail {
            buffer.set_stringn(area.x, y, theme.symbols.cursor, 1, theme.selected);
        }
    }
    draw_more(lines.len().saturating_sub(first + height), area, buffer, look);
}

/// Draws in the place of the lines that they are on their way, or why they are not here.
pub fn draw_load(load: &Load, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    let theme = look.theme;
    if area.height == 0 {
        return;
    }
    let (text, style) = match load {
        Load::Failed(failure) => {
            (format!("{} {}; R tries again", theme.symbols.cross, failure.what), theme.bad)
        }
        Load::Asked => (format!("loading{}", theme.symbols.ellipsis), theme.dim),
        Load::Idle => return,
    };
    let room = usize::from(area.width).saturating_sub(3);
    let text = cells::fit(&text, room, Keep::Start, theme.symbols.ellipsis);
    buffer.set_stringn(area.x + 2, area.y, text, room, style);
}

/// Says at the end of the last line that more follows, and marks what of the line it covers.
pub fn draw_more(below: usize, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    if below == 0 || area.height == 0 {
        return;
    }
    let text = format!(" {below} more {} ", look.theme.symbols.down);
    let cells = cells::width(&text) as u16;
    if area.width > cells + 19 {
        let (x, y) = (area.right() - cells, area.bottom() - 1);
        // A wide character that would be cut in half goes with it.
        let x_before = x.saturating_sub(1);
        let is_cut = (x_before..area.right()).any(|x| buffer[(x, y)].symbol() != " ");
        let mark = if is_cut { look.theme.symbols.ellipsis } else { " " };
        buffer.set_stringn(x_before, y, mark, 1, look.theme.dim);
        buffer.set_stringn(x, y, text, cells.into(), look.theme.dim);
    }
}
