//! Draws the screen: filter and counts, how tests stand, list, rule, detail, and what lies over them.

use super::deciding::{OWNER, UNTIL};
use super::state::{Deciding, Doing, Layer, Tests};
use crate::triage::store::findings::Count;
use crate::ui::list_detail::list_view::draw_bar;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Look;
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

impl Tests {
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
        let in_filter = self.list.filter.draw(&self.counts(look), area, buffer, look.theme);
        in_filter.or(in_panel)
    }

    /// Draws what is open, and gives the place of the cursor in it.
    pub(super) fn draw_panel(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let (title, label, keys, prompt) = match &self.layer {
            Layer::None => return None,
            Layer::Decide(open) => return self.draw_form(open, area, buffer, look),
            Layer::Jump(prompt) => ("jump to a test", "#", "Enter jumps   Esc closes", prompt),
            Layer::Threshold(prompt) => (
                "what another threshold would do",
                "score, commits",
                "Enter looks at the history; nothing is set   Esc closes",
                prompt,
            ),
        };
        Clear.render(area, buffer);
        prompt.draw(title, label, keys, area, buffer, look.theme)
    }

    fn draw_form(
        &self,
        open: &Deciding,
        area: Rect,
        buffer: &mut Buffer,
        look: &Look<'_>,
    ) -> Option<Position> {
        Clear.render(area, buffer);
        let verb = match open.doing {
            Doing::Quarantine => "quarantine",
            Doing::Graduate => "let out of quarantine",
            Doing::Dismiss => "no quarantine for",
        };
        let title = format!("{verb} {}", open.title);
        let mut notes = Vec::new();
        if open.form.text(OWNER).trim().is_empty() {
            notes.push((OWNER, "nobody named means you".to_owned()));
        }
        if let Ok(until) = open.end(self.now) {
            notes.push((UNTIL, when::moment(until, look.clock)));
        }
        let keys = match open.doing {
            Doing::Quarantine => "Enter goes on, on the last line it quarantines   Esc keeps the text",
            Doing::Graduate => "Enter lets it out   Esc keeps the text",
            Doing::Dismiss => "Enter dismisses the suggestion until it flakes again   Esc keeps the text",
        };
        open.form.draw(&title, &notes, keys, area, buffer, look.theme)
    }

    /// `changed, R   41 tests   score ↓`
    fn counts(&self, look: &Look<'_>) -> String {
        let mut parts = Vec::new();
        if self.list.news > 0 {
            parts.push("changed, R".to_owned());
        }
        if self.list.as_of.is_some() {
            let held = self.list.window.rows().len() as u64;
            let all = self
                .standing
                .filter(|_| self.list.filter.in_force().is_empty())
                .map(|standing| standing.tests);
            let mut count = match (self.list.window.below, held) {
                (Edge::More, _) if all.is_some_and(|all| all > held) => {
                    format!("{} tests", Count::Exactly(all.unwrap_or(held)))
                }
                (Edge::More, _) if self.list.window.is_full() => {
                    format!("the first {}", Count::Exactly(held))
                }
                (Edge::More, _) => format!("{}+ tests", Count::Exactly(held)),
                (Edge::End, 1) => "1 test".to_owned(),
                (Edge::End, _) => format!("{} tests", Count::Exactly(held)),
            };
            if self.list.load == Load::Asked {
                count.push_str(look.theme.symbols.ellipsis);
            }
            parts.push(count);
            parts.push(format!("{} {}", self.sort.by.word(), look.theme.symbols.down));
        }
        parts.join("   ")
    }
}
