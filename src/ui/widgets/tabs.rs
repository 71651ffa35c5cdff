//! The first line: the screens that exist, each with the key that leads to it, and the connection
//! where it has a colour of its own.

use super::cells;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws `tabs`, keys with titles, into the line `area`, and `connection` at its end where it fits.
pub fn draw(
    tabs: &[(String, &str)],
    active: usize,
    connection: &str,
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
    let width = cells::width(connection) as u16;
    if width > 0 && x + width < area.right() {
        buffer.set_stringn(area.right() - width, area.y, connection, width.into(), theme.connection);
    }
}
