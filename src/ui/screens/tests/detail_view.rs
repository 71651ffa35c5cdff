//! Draws the rule that names a test, and the lines below it.

use super::detail_lines;
use super::state::Tests;
use crate::ui::list_detail::detail_view::{draw_lines, draw_load};
use crate::ui::list_detail::layout::Focus;
use crate::ui::screen::Look;
use crate::ui::widgets::prompt::draw_named_rule;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

impl Tests {
    /// Draws the rule: the test that the detail shows, whatever has the cursor.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let name = if self.list.panes.focus == Focus::Detail { theme.accent } else { theme.strong };
        if let Some(preview) = &self.preview {
            let thresholds = preview.thresholds;
            let title =
                format!("if score {} on {} commits were asked for", thresholds.score, thresholds.commits);
            return draw_named_rule(&[(&title, name)], area, buffer, theme);
        }
        let Some(test) = self.list.shown_row() else { return draw_named_rule(&[], area, buffer, theme) };
        let (title, repo, environment) =
            (test.test_name.one_line(), test.repo.one_line(), test.environment.one_line());
        let parts = [(&*title, name), (&*repo, theme.text), (&*environment, theme.text)];
        let parts: Vec<_> = parts.into_iter().filter(|(text, _)| !text.is_empty()).collect();
        draw_named_rule(&parts, area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let shown = &self.list.shown;
        let lines = detail_lines::lines(self, area.width.into(), look);
        if lines.is_empty() {
            let load = self.preview.as_ref().map_or(&shown.load, |preview| &preview.load);
            return draw_load(load, area, buffer, look);
        }
        let lines: Vec<Line<'static>> = lines.into_iter().map(|line| line.line).collect();
        draw_lines(&lines, shown.cursor, self.list.panes.focus, area, buffer, look);
    }
}
