//! Draws the rule that names a finding, and the lines below it.

use super::detail_parts::{self, Extent};
use super::state::{Findings, Focus};
use crate::text::SafeText;
use crate::ui::list_detail::detail_view::draw_more;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::{Symbols, Theme};
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::prompt::draw_named_rule;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Below so many lines the detail is for a glance.
const GLANCE: u16 = 16;

impl Findings {
    /// Draws the rule: the finding that the detail shows, whatever has the cursor.
    pub(super) fn draw_rule(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let Some(row) = &self.shown.row else { return draw_named_rule(&[], area, buffer, theme) };
        let room = usize::from(area.width);
        // A rule of any length leaves room for where it was found.
        let rule = row.rule_id.one_line();
        let rule = cells::fit(&rule, (room * 3 / 5).max(12), Keep::Name, theme.symbols.ellipsis);
        let (repo, tool) = (row.project_name.one_line(), row.tool.one_line());
        let scan = self.shown.detail.as_ref().and_then(|detail| detail.scan.as_ref());
        let branch = scan.and_then(|scan| scan.branch.as_ref()).map(SafeText::one_line).unwrap_or_default();
        let commit = scan.and_then(|scan| scan.commit_sha.as_ref()).map(short_commit).unwrap_or_default();
        let name = if self.focus == Focus::Detail { theme.accent } else { theme.strong };
        let found = self.search_in_words();
        let names = [
            (found.as_str(), theme.accent),
            (&*rule, name),
            (&*repo, theme.text),
            (&*tool, theme.text),
            (&*branch, theme.text),
            (commit.as_str(), theme.text),
        ];
        draw_named_rule(&names, area, buffer, theme);
    }

    /// Draws the detail.
    pub(super) fn draw_detail(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let mut lines = detail_parts::lines(&self.shown, area.width.into(), self.extent(area), look);
        if let Some(search) = self.search.as_ref().filter(|_| self.focus == Focus::Detail) {
            search.mark(&mut lines);
        }
        let height = usize::from(area.height);
        let first = self.shown.scroll.min(lines.len().saturating_sub(height));
        for (y, line) in lines.iter().skip(first).take(height).enumerate() {
            buffer.set_line(area.x, area.y + y as u16, line, area.width);
        }
        draw_more(lines.len().saturating_sub(first + height), area, buffer, look);
    }

    /// What is looked for and at which place one is: `/cursor 2 of 5`.
    fn search_in_words(&self) -> String {
        let Some(search) = self.search.as_ref().filter(|_| self.focus == Focus::Detail) else {
            return String::new();
        };
        match search.mark(&mut self.detail_lines()) {
            0 => format!("/{} not here", search.words),
            count => format!("/{} {} of {count}", search.words, search.at.min(count - 1) + 1),
        }
    }

    /// With the focus in the list and few lines, the code is cut to what the eye needs first.
    fn extent(&self, area: Rect) -> Extent {
        let is_glance = self.focus != Focus::Detail && area.height < GLANCE;
        if is_glance { Extent::Glance } else { Extent::Whole }
    }

    /// How far the detail can be scrolled.
    pub(super) fn detail_scroll_max(&self) -> usize {
        let (height, _) = self.detail_size();
        self.detail_lines().len().saturating_sub(height)
    }

    /// All lines of the detail, as wide as it is.
    pub(super) fn detail_lines(&self) -> Lines {
        let (_, width) = self.detail_size();
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: DateTime::<Utc>::UNIX_EPOCH };
        detail_parts::lines(&self.shown, width, Extent::Whole, &look)
    }
}

/// A commit as people call it.
pub fn short_commit(commit: &SafeText) -> String {
    commit.one_line().chars().take(7).collect()
}

/// Lines of the detail.
pub type Lines = Vec<Line<'static>>;
