//! Draws the screen: filter and counts, how things stand, list, rule, detail, and what lies over them.

use super::state::{Drift, Layer, Subject};
use crate::text::visible;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::list_view::draw_bar;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

impl Drift {
    /// Draws everything into `area`; the result is where the text cursor stands.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let areas = self.list.panes.areas(area, self.panel());
        self.draw_standing(areas.standing, buffer, look);
        if areas.header.height > 0 {
            self.draw_list(areas.header, areas.list, buffer, look);
        }
        draw_bar(areas.bar, buffer, look);
        if areas.rule.height > 0 {
            self.draw_rule(areas.rule, buffer, look);
            self.draw_detail(areas.detail, buffer, look);
        }
        let in_panel = self.draw_panel(areas.panel, buffer, look);
        // Last: what is wrong with a filter lies over the first rows.
        let in_filter = self.list.filter.draw(&self.told_counts(look), area, buffer, look.theme);
        in_filter.or(in_panel)
    }

    /// Draws what is open, and gives the place of the cursor in it.
    pub(super) fn draw_panel(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let Layer::Decide(open) = &self.layer else { return None };
        let (title, label, keys) = match &open.what {
            Subject::Accept { path, .. } => (
                format!("accept as desired: {path}"),
                "why",
                "Enter accepts what is observed, for this repository   Esc keeps the text",
            ),
            Subject::Ignore { path, .. } => (
                format!("ignore: {path}"),
                "why until 30d",
                "Enter ignores it here until then   Esc keeps the text",
            ),
            Subject::Snooze { repo } => (
                format!("let {repo} wait"),
                "why until 7d",
                "Enter lets it wait until then   Esc keeps the text",
            ),
            Subject::EndSnooze { repo } => {
                (format!("{repo} waits no longer"), "why", "Enter ends the snooze   Esc keeps the text")
            }
        };
        Clear.render(area, buffer);
        open.prompt.draw(&visible(&title), label, keys, area, buffer, look.theme)
    }

    /// `2 new, R   3 changed   60 repositories`
    fn told_counts(&self, look: &Look<'_>) -> String {
        let mut parts = Vec::new();
        if self.list.news > 0 {
            parts.push(format!("{} new, R", Count::Exactly(self.list.news)));
        }
        if !self.changed.is_empty() {
            parts.push(format!("{} changed", self.changed.len()));
        }
        if self.list.as_of.is_some() {
            let held = self.list.window.rows().len() as u64;
            let whole = self.counts.and_then(|counts| u64::try_from(counts.repos).ok());
            let mut count = match (self.list.window.below, whole) {
                (Edge::More, _) if self.list.window.is_full() => {
                    format!("the worst {}", Count::Exactly(held))
                }
                (Edge::More, Some(whole)) => format!("{} repositories", Count::Exactly(whole)),
                (Edge::More, None) => format!("{}+ repositories", Count::Exactly(held)),
                (Edge::End, _) if held == 1 => "1 repository".to_owned(),
                (Edge::End, _) => format!("{} repositories", Count::Exactly(held)),
            };
            if self.list.load == Load::Asked {
                count.push_str(look.theme.symbols.ellipsis);
            }
            parts.push(count);
        }
        parts.join("   ")
    }
}
