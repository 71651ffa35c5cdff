//! Draws the rule that names an entry, and the lines below it; moves the cursor among them.

use super::detail_lines;
use super::lines::{DetailLine, Leads};
use super::report_lines;
use super::state::{Audit, Focus};
use crate::audit::detail::Payload;
use crate::audit::payload::Value;
use crate::ui::list_detail::cursor::{Cursor, Way};
use crate::ui::list_detail::detail_view::draw_lines;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::prompt::draw_named_rule;
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

impl Audit {
    /// Draws the rule: the entry that the detail shows, whatever has the cursor.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        if self.focus == Focus::Report {
            let at = self
                .standing
                .last
                .as_ref()
                .map_or_else(String::new, |last| when::moment(last.at, Clock::Utc));
            let names = [("verification", theme.accent), (at.as_str(), theme.text)];
            return draw_named_rule(&names, area, buffer, theme);
        }
        let Some(row) = &self.shown.own.row else { return draw_named_rule(&[], area, buffer, theme) };
        let name = if self.focus == Focus::Detail { theme.accent } else { theme.strong };
        let seq = format!("#{} {}", row.seq, row.event_type.one_line());
        let category = row.category.one_line();
        let repo = row.repo_full_name.as_ref().map(|repo| repo.one_line()).unwrap_or_default();
        draw_named_rule(&[(&seq, name), (&category, theme.text), (&repo, theme.text)], area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let lines: Vec<Line<'static>> =
            self.lines(area.width.into(), look).into_iter().map(|line| line.line).collect();
        draw_lines(&lines, self.line_cursor(), self.part(), area, buffer, look);
    }

    /// Where Enter leads from the line under the cursor.
    pub(super) fn leads(&self) -> Leads {
        let lines = self.lines_now();
        let cursor = self.line_cursor().at().min(lines.len().saturating_sub(1));
        lines.get(cursor).map_or(Leads::Nowhere, |line| line.leads)
    }

    /// Moves the cursor among the lines.
    pub(super) fn detail_go(&mut self, way: Way, by: usize) {
        let (height, lines) = (self.detail_size().0, self.lines_now().len());
        let cursor = match self.focus {
            Focus::Report => &mut self.report_at,
            Focus::Detail | Focus::List => &mut self.shown.cursor,
        };
        cursor.go(way, by, height, lines);
    }

    /// Where the cursor stands among the lines.
    fn line_cursor(&self) -> Cursor {
        match self.focus {
            Focus::Report => self.report_at,
            Focus::Detail | Focus::List => self.shown.cursor,
        }
    }

    /// Folds every object and array within the payload, or unfolds all.
    pub(super) fn fold_all(&mut self) {
        let Some(detail) = &self.shown.detail else { return };
        let Payload::Tree(tree) = &detail.payload else { return };
        if self.shown.own.folded.is_empty() {
            let inner = tree.lines.iter().enumerate().filter(|(_, line)| line.depth > 0);
            let folding = inner.filter(|(_, line)| !matches!(line.value, Value::Scalar(_)));
            self.shown.own.folded = folding.map(|(at, _)| at).collect();
        } else {
            self.shown.own.folded.clear();
        }
    }

    /// The lines below the rule.
    pub(super) fn lines(&self, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
        match self.focus {
            Focus::Report => report_lines::lines(&self.standing, width, look),
            Focus::Detail | Focus::List => {
                let mut lines = self.work_lines(width, look);
                lines.extend(detail_lines::lines(&self.shown, width, look));
                lines
            }
        }
    }

    /// The same as they stand now, in any colours.
    fn lines_now(&self) -> Vec<DetailLine> {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: self.now };
        self.lines(self.detail_size().1, &look)
    }
}
