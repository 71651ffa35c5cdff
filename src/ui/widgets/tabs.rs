//! The first line: the screens that exist, each with the key that leads to it, and the connection
//! where it has a colour of its own.

use super::cells;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws `tabs`, keys with titles, into the line `area`, and at its end `connection` and before that
/// `mark`, where they fit.
pub fn draw(
    tabs: &[(String, &str)],
    active: usize,
    connection: &str,
    mark: Option<(&str, Style)>,
    area: Rect,
    buffer: &mut Buffer,
    theme: &Theme,
) {
    if area.height == 0 {
        return;
    }
    let mut x = area.x;
    let mut put = |text: &str, style| {
        let room = usize::from(area.right().saturating_sub(x));
        if room > 0 {
            x = buffer.set_stringn(x, area.y, text, room, style).0;
        }
    };
    put(" attestor  ", theme.strong);
    for (at, (key, title)) in tabs.iter().enumerate() {
        match at == active {
            true => put(&format!("[{key} {title}]"), theme.tab),
            false => put(&format!(" {key} {title} "), theme.dim),
        }
    }
    let mut right = area.right();
    let width = cells::width(connection) as u16;
    if width > 0 && x + width < right {
        right -= width;
        buffer.set_stringn(right, area.y, connection, width.into(), theme.connection);
    }
    if let Some((mark, style)) = mark {
        let width = cells::width(mark) as u16 + 1;
        if x + width < right {
            buffer.set_stringn(right - width, area.y, mark, width.into(), style);
        }
    }
}
