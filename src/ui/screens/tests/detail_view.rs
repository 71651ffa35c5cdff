//! Draws the rule that names a test, and the lines below it; moves the cursor among them.

use super::state::{Focus, Tests};
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::prompt::draw_named_rule;
use crate::ui::widgets::table;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl Tests {
    /// Draws the rule: the test that the detail shows, whatever has the cursor.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let name = if self.focus == Focus::Detail { theme.accent } else { theme.strong };
        if let Some(preview) = &self.preview {
            let thresholds = preview.thresholds;
            let title =
                format!("if score {} on {} commits were asked for", thresholds.score, thresholds.commits);
            return draw_named_rule(&[(&title, name)], area, buffer, theme);
        }
        let test = self.shown.id.and_then(|id| self.list.iter().find(|test| test.id == id));
        let Some(test) = test else { return draw_named_rule(&[], area, buffer, theme) };
        let (title, repo, environment) =
            (test.test_name.one_line(), test.repo.one_line(), test.environment.one_line());
        let parts = [(&*title, name), (&*repo, theme.text), (&*environment, theme.text)];
        let parts: Vec<_> = parts.into_iter().filter(|(text, _)| !text.is_empty()).collect();
        draw_named_rule(&parts, area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let lines = super::detail_lines::lines(self, area.width.into(), look);
        let height = usize::from(area.height);
        let load = self.preview.as_ref().map_or(&self.shown.load, |preview| &preview.load);
        if lines.is_empty() && height > 0 {
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
            return;
        }
        let cursor = self.shown.cursor.min(lines.len().saturating_sub(1));
        let first = match self.focus {
            Focus::Detail => table::scrolled(self.shown.top, cursor, height.max(1), lines.len()),
            Focus::List => 0,
        };
        for (y, (at, line)) in lines.iter().enumerate().skip(first).take(height).enumerate() {
            let y = area.y + y as u16;
            buffer.set_line(area.x, y, &line.line, area.width);
            if at == cursor && self.focus == Focus::Detail {
                buffer.set_stringn(area.x, y, theme.symbols.cursor, 1, theme.selected);
            }
        }
        draw_more(lines.len().saturating_sub(first + height), area, buffer, look);
    }

    /// Moves the cursor among the lines.
    pub(super) fn detail_go(&mut self, way: Way, by: usize) {
        let (height, _) = self.detail_size();
        let lines = self.lines().len();
        let cursor = self.shown.cursor.min(lines.saturating_sub(1));
        self.shown.top = table::scrolled(self.shown.top, cursor, height.max(1), lines);
        self.shown.cursor = match way {
            Way::Down => cursor.saturating_add(by).min(lines.saturating_sub(1)),
            Way::Up => cursor.saturating_sub(by),
        };
        self.shown.top = table::scrolled(self.shown.top, self.shown.cursor, height.max(1), lines);
    }
}

/// Says at the end of the last line that more follows.
fn draw_more(below: usize, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    if below == 0 || area.height == 0 {
        return;
    }
    let text = format!(" {below} more {}", look.theme.symbols.down);
    let cells = cells::width(&text) as u16;
    if area.width > cells + 20 {
        let (x, y) = (area.right() - cells - 1, area.bottom() - 1);
        // A wide character that would be cut in half goes with it.
        buffer.set_stringn(x.saturating_sub(1), y, " ", 1, look.theme.dim);
        buffer.set_stringn(x, y, text, (cells + 1).into(), look.theme.dim);
    }
}
