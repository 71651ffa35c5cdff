//! Draws the rule that names an entry, and the lines below it; moves the cursor among them.

use super::super::findings::list::Way;
use super::detail_lines::{self, DetailLine, Leads};
use super::state::{Audit, Focus};
use crate::audit::detail::Payload;
use crate::audit::payload::Value;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::cells;
use crate::ui::widgets::prompt::draw_named_rule;
use crate::ui::widgets::table;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl Audit {
    /// Draws the rule: the entry that the detail shows, whatever has the cursor.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let Some(row) = &self.shown.row else { return draw_named_rule(&[], area, buffer, theme) };
        let name = if self.focus == Focus::Detail { theme.accent } else { theme.strong };
        let seq = format!("#{} {}", row.seq, row.event_type.one_line());
        let category = row.category.one_line();
        let repo = row.repo_full_name.as_ref().map(|repo| repo.one_line()).unwrap_or_default();
        draw_named_rule(&[(&seq, name), (&category, theme.text), (&repo, theme.text)], area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let lines = detail_lines::lines(&self.shown, area.width.into(), look);
        let height = usize::from(area.height);
        let cursor = self.shown.cursor.min(lines.len().saturating_sub(1));
        let first = match self.focus {
            Focus::Detail => table::scrolled(self.shown.top, cursor, height.max(1), lines.len()),
            Focus::List => 0,
        };
        for (y, (at, line)) in lines.iter().enumerate().skip(first).take(height).enumerate() {
            let y = area.y + y as u16;
            buffer.set_line(area.x, y, &line.line, area.width);
            if at == cursor && self.focus == Focus::Detail {
                buffer.set_stringn(area.x, y, look.theme.symbols.cursor, 1, look.theme.selected);
            }
        }
        draw_more(lines.len().saturating_sub(first + height), area, buffer, look);
    }

    /// Where Enter leads from the line under the cursor.
    pub(super) fn leads(&self) -> Leads {
        let lines = self.lines();
        lines.get(self.shown.cursor.min(lines.len().saturating_sub(1))).map_or(Leads::Nowhere, |l| l.leads)
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

    /// The lines as they stand now, in any colours.
    fn lines(&self) -> Vec<DetailLine> {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: DateTime::<Utc>::UNIX_EPOCH };
        detail_lines::lines(&self.shown, self.detail_size().1, &look)
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
