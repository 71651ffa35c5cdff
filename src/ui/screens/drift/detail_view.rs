//! Draws the rule that names a repository or a plan, and the lines below it; moves the cursor among them.

use super::state::{Drift, Focus};
use super::{detail_lines, review_lines};
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::prompt::draw_named_rule;
use crate::ui::widgets::table;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

impl Drift {
    /// Draws the rule: the repository that the detail shows, whatever has the cursor, or the plan.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let name = if self.focus == Focus::Detail { theme.accent } else { theme.strong };
        if let Some(review) = &self.review {
            let title = format!("plan {}", review.hash.short());
            return draw_named_rule(&[(&title, name), ("to be reviewed", theme.text)], area, buffer, theme);
        }
        let row = self.shown.id.and_then(|id| self.list.iter().find(|row| row.repo_id == id));
        let Some(row) = row else { return draw_named_rule(&[], area, buffer, theme) };
        draw_named_rule(&[(&row.repo.one_line(), name)], area, buffer, theme);
    }

    /// Draws the detail, or the plan.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let width = usize::from(area.width);
        if let Some(review) = &self.review {
            let lines = review_lines::lines(review, width, look);
            return self.draw_lines(&lines, review.cursor, review.top, area, buffer, look);
        }
        let lines = detail_lines::lines(&self.shown, width, look);
        if lines.is_empty() && area.height > 0 {
            let (text, style) = match &self.shown.load {
                Load::Failed(failure) => {
                    (format!("{} {}; R tries again", theme.symbols.cross, failure.what), theme.bad)
                }
                Load::Asked => (format!("loading{}", theme.symbols.ellipsis), theme.dim),
                Load::Idle => return,
            };
            let room = width.saturating_sub(3);
            let text = cells::fit(&text, room, Keep::Start, theme.symbols.ellipsis);
            buffer.set_stringn(area.x + 2, area.y, text, room, style);
            return;
        }
        let lines: Vec<Line<'static>> = lines.into_iter().map(|line| line.line).collect();
        self.draw_lines(&lines, self.shown.cursor, self.shown.top, area, buffer, look);
    }

    fn draw_lines(
        &self,
        lines: &[Line<'static>],
        cursor: usize,
        top: usize,
        area: Rect,
        buffer: &mut Buffer,
        look: &Look<'_>,
    ) {
        let theme = look.theme;
        let height = usize::from(area.height);
        let cursor = cursor.min(lines.len().saturating_sub(1));
        let first = match self.focus {
            Focus::Detail => table::scrolled(top, cursor, height.max(1), lines.len()),
            Focus::List => 0,
        };
        for (y, (at, line)) in lines.iter().enumerate().skip(first).take(height).enumerate() {
            let y = area.y + y as u16;
            buffer.set_line(area.x, y, line, area.width);
            if at == cursor && self.focus == Focus::Detail {
                buffer.set_stringn(area.x, y, theme.symbols.cursor, 1, theme.selected);
            }
        }
        draw_more(lines.len().saturating_sub(first + height), area, buffer, look);
    }

    /// Moves the cursor among the lines.
    pub(super) fn detail_go(&mut self, way: Way, by: usize) {
        let (lines, cursor) = match &self.review {
            Some(review) => (self.review_lines().len(), review.cursor),
            None => (self.lines().len(), self.shown.cursor),
        };
        let cursor = cursor.min(lines.saturating_sub(1));
        self.detail_to(match way {
            Way::Down => cursor.saturating_add(by).min(lines.saturating_sub(1)),
            Way::Up => cursor.saturating_sub(by),
        });
    }

    /// Puts the cursor of the detail onto a line.
    pub(super) fn detail_to(&mut self, line: usize) {
        let height = self.detail_size().0.max(1);
        let lines = if self.review.is_some() { self.review_lines().len() } else { self.lines().len() };
        let (top, cursor) = match &mut self.review {
            Some(review) => (&mut review.top, &mut review.cursor),
            None => (&mut self.shown.top, &mut self.shown.cursor),
        };
        *top = table::scrolled(*top, *cursor, height, lines);
        *cursor = line;
        *top = table::scrolled(*top, line, height, lines);
    }

    /// Puts the cursor of the detail onto a field.
    pub(super) fn go_to_field(&mut self, field: usize) {
        let line = self.lines().iter().position(|line| line.field == Some(field) && line.heads);
        if let (Some(line), None) = (line, &self.review) {
            self.detail_to(line);
        }
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
