//! What may follow the keys that were pressed, in a panel for whoever pauses.

use super::cells::{self, Align, Keep};
use super::panel;
use crate::ui::command::Command;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From so many columns the list has two columns.
const TWO_COLUMNS: u16 = 100;

/// Draws `next`, keys with the commands that they lead to, over the lower end of `area`; `typed` are the
/// keys so far.
pub fn draw(typed: &str, next: &[(String, Command)], area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let columns: u16 = if area.width >= TWO_COLUMNS && next.len() > 1 { 2 } else { 1 };
    let lines = next.len().div_ceil(columns.into());
    let inner = panel::draw(&format!("what may follow {typed}"), lines, area, buffer, theme);
    let width = inner.width / columns;
    for (at, (key, command)) in next.iter().enumerate() {
        let (column, line) = (at / lines, at % lines);
        if line >= usize::from(inner.height) {
            continue;
        }
        let (x, y) = (inner.x + width * column as u16, inner.y + line as u16);
        let end = x + width;
        let left = |x: u16| usize::from(end.saturating_sub(x));
        let ellipsis = theme.symbols.ellipsis;
        let key = cells::padded(key, 6.min(left(x + 3)), Align::Left, Keep::Start, ellipsis);
        let (x, _) = buffer.set_stringn(x + 3, y, key, left(x + 3), theme.accent);
        let help = cells::fit(command.row().help, left(x), Keep::Start, ellipsis);
        buffer.set_stringn(x, y, help, left(x), theme.text);
    }
}
