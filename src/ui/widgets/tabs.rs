//! The first line: the screens that exist, each with the digit that leads to it.

use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the tabs of `titles` into the line `area`.
pub fn draw(titles: &[&str], active: usize, area: Rect, buffer: &mut Buffer, theme: &Theme) {
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
    for (at, title) in titles.iter().enumerate() {
        match at == active {
            true => put(&format!("[{} {title}]", at + 1), theme.accent),
            false => put(&format!(" {} {title} ", at + 1), theme.dim),
        }
    }
}
