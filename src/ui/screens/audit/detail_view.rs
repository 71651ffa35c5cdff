//! Draws the rule that names an entry, and the lines below it; moves the cursor among them.

use super::detail_lines;
use super::lines::{DetailLine, Leads};
use super::report_lines;
use super::state::{Audit, Focus};
use crate::audit::detail::Payload;
use crate::audit::payload::Value;
use crate::ui::list_detail::cursor::Way;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::cells;
use crate::ui::widgets::prompt::draw_named_rule;
use crate::ui::widgets::table;
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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
        let Some(row) = &self.shown.row else { return draw_named_rule(&[], area, buffer, theme) };
        let name = if self.focus == Focus::Detail { theme.accent } else { theme.strong };
        let seq = format!("#{} {}", row.seq, row.event_type.one_line());
        let category = row.category.one_line();
        let repo = row.repo_full_name.as_ref().map(|repo| repo.one_line()).unwrap_or_default();
        draw_named_rule(&[(&seq, name), (&category, theme.text), (&repo, theme.text)], area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let lines = self.lines(area.width.into(), look);
        let height = usize::from(area.height);
        let (cursor, top) = self.place();
        let cursor = cursor.min(lines.len().saturating_sub(1));
        let first = match self.focus {
            Focus::Detail | Focus::Report => table::scrolled(top, cursor, height.max(1), lines.len()),
            Focus::List => 0,
        };
        for (y, (at, line)) in lines.iter().enumerate().skip(first).take(height).enumerate() {
            let y = area.y + y as u16;
            buffer.set_line(area.x, y, &line.line, area.width);
            if at == cursor && self.focus != Focus::List {
                buffer.set_stringn(area.x, y, look.theme.symbols.cursor, 1, look.theme.selected);
            }
        }
        draw_more(lines.len().saturating_sub(first + height), area, buffer, look);
    }

    /// Where Enter leads from the line under the cursor.
    pub(super) fn leads(&self) -> Leads {
        let lines = self.lines_now();
        let cursor = self.place().0.min(lines.len().saturating_sub(1));
        lines.get(cursor).map_or(Leads::Nowhere, |line| line.leads)
    }

    /// Moves the cursor among the lines.
    pub(super) fn detail_go(&mut self, way: Way, by: usize) {
        let height = self.detail_size().0.max(1);
        let lines = self.lines_now().len();
        let (cursor, top) = self.place();
        let cursor = cursor.min(lines.saturating_sub(1));
        let top = table::scrolled(top, cursor, height, lines);
        let to = match way {
            Way::Down => cursor.saturating_add(by).min(lines.saturating_sub(1)),
            Way::Up => cursor.saturating_sub(by),
        };
        let place = (to, table::scrolled(top, to, height, lines));
        match self.focus {
            Focus::Report => self.report_at = place,
            Focus::Detail | Focus::List => (self.shown.cursor, self.shown.top) = place,
        }
    }

    /// Where the cursor stands among the lines, and the first of them that is shown.
    fn place(&self) -> (usize, usize) {
        match self.focus {
            Focus::Report => self.report_at,
            Focus::Detail | Focus::List => (self.shown.cursor, self.shown.top),
        }
    }

    /// Folds every object and array within the payload, or unfolds all.
    pub(super) fn fold_all(&mut self) {
        let Some(detail) = &self.shown.detail else { return };
        let Payload::Tree(tree) = &detail.payload else { return };
        if self.shown.folded.is_empty() {
            let inner = tree.lines.iter().enumerate().filter(|(_, line)| line.depth > 0);
            let folding = inner.filter(|(_, line)| !matches!(line.value, Value::Scalar(_)));
            self.shown.folded = folding.map(|(at, _)| at).collect();
        } else {
            self.shown.folded.clear();
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
