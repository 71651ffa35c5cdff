//! A part of the screen that lies over its lower end, below a rule with a name.

use super::prompt::draw_rule;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Clears the lower end of `area`, draws a rule that says `name`, and gives the lines below it: as
/// many as asked for, or as fit.
pub fn draw(name: &str, lines: usize, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Rect {
    let height = u16::try_from(lines.saturating_add(1)).unwrap_or(u16::MAX).min(area.height);
    let panel = Rect { y: area.bottom() - height, height, ..area };
    clear(panel, buffer);
    draw_rule(name, panel, buffer, theme);
    Rect { y: panel.y + panel.height.min(1), height: panel.height.saturating_sub(1), ..panel }
}

/// Makes `area` blank.
pub fn clear(area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
        }
    }
}

/// The first of `count` rows to draw into `height` lines so that row `chosen` is among them.
pub fn first_shown(chosen: usize, count: usize, height: usize) -> usize {
    let last = count.saturating_sub(height);
    chosen.saturating_sub(height / 2).min(last)
}
