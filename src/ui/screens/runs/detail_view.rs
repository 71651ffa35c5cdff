//! Draws the rule that names a run, and the lines below it.

use super::checklist;
use super::state::Runs;
use crate::ui::list_detail::detail_view::{draw_lines, draw_load};
use crate::ui::list_detail::layout::Focus;
use crate::ui::screen::Look;
use crate::ui::widgets::prompt::draw_named_rule;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

impl Runs {
    /// Draws the rule: the run that the detail shows, whatever has the cursor.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let Some(run) = self.list.shown_row() else { return draw_named_rule(&[], area, buffer, theme) };
        let name = if self.list.panes.focus == Focus::Detail { theme.accent } else { theme.strong };
        let id = format!("run {} {}", run.id, run.flow.one_line());
        let about = run.about.as_ref().map(|about| about.one_line()).unwrap_or_default();
        draw_named_rule(&[(&id, name), (&about, theme.text)], area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let shown = &self.list.shown;
        let lines = checklist::lines(shown.detail.as_deref(), area.width.into(), look);
        if lines.is_empty() {
            return draw_load(&shown.load, area, buffer, look);
        }
        let lines: Vec<Line<'static>> = lines.into_iter().map(|line| line.line).collect();
        draw_lines(&lines, shown.cursor, self.list.panes.focus, area, buffer, look);
    }
}
