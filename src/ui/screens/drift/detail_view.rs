//! Draws the rule that names a repository or a plan, and the lines below it.

use super::review_lines;
use super::state::Drift;
use crate::ui::list_detail::detail_view::{draw_lines, draw_load};
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::update::Room;
use crate::ui::screen::Look;
use crate::ui::widgets::prompt::draw_named_rule;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

impl Drift {
    /// Draws the rule: the repository that the detail shows, whatever has the cursor, or the plan.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let name = if self.list.panes.focus == Focus::Detail { theme.accent } else { theme.strong };
        if let Some(review) = &self.review {
            let title = format!("plan {}", review.hash.short());
            return draw_named_rule(&[(&title, name), ("to be reviewed", theme.text)], area, buffer, theme);
        }
        let Some(row) = self.list.shown_row() else { return draw_named_rule(&[], area, buffer, theme) };
        draw_named_rule(&[(&row.repo.one_line(), name)], area, buffer, theme);
    }

    /// Draws the detail, or the plan.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let (width, focus) = (usize::from(area.width), self.list.panes.focus);
        if let Some(review) = &self.review {
            let lines = review_lines::lines(review, width, look);
            return draw_lines(&lines, review.cursor, focus, area, buffer, look);
        }
        let lines = self.detail_lines(width, look);
        if lines.is_empty() {
            return draw_load(&self.list.shown.load, area, buffer, look);
        }
        let lines: Vec<Line<'static>> = lines.into_iter().map(|line| line.line).collect();
        draw_lines(&lines, self.list.shown.cursor, focus, area, buffer, look);
    }

    /// Puts the cursor of the detail onto a field.
    pub(super) fn go_to_field(&mut self, field: usize) {
        let lines = self.lines();
        let line = lines.iter().position(|line| line.field == Some(field) && line.heads);
        if let (Some(line), None) = (line, &self.review) {
            let room = Room { panel: self.panel(), lines: lines.len() };
            self.list.go_to_line(line, room);
        }
    }
}
