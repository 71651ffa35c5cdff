//! Draws the screen: filter and counts, what is blocking, list, rule, detail, and what lies over them.

use super::state::{Layer, Runs};
use crate::triage::store::findings::Count;
use crate::ui::list_detail::list_view::draw_bar;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

impl Runs {
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
            Layer::Jump(prompt) => ("jump to a run".to_owned(), "#", "Enter jumps   Esc closes", prompt),
            Layer::Acknowledge(open) => (
                format!("seen: {}", open.title),
                "why it may stand",
                "Enter says so, once and for good   until 7d at the end sets an end   Esc keeps the text",
                &open.prompt,
            ),
        };
        Clear.render(area, buffer);
        prompt.draw(&title, label, keys, area, buffer, look.theme)
    }

    /// `2 new, R   41 runs`
    fn counts(&self, look: &Look<'_>) -> String {
        let mut parts = Vec::new();
        if self.list.news > 0 {
            parts.push(format!("{} new, R", Count::Exactly(self.list.news)));
        }
        if self.list.as_of.is_some() {
            let held = self.list.window.rows().len() as u64;
            let mut count = match (self.list.window.below, held) {
                (Edge::More, _) if self.list.window.is_full() => {
                    format!("the newest {}", Count::Exactly(held))
                }
                (Edge::More, _) => format!("{}+ runs", Count::Exactly(held)),
                (Edge::End, 1) => "1 run".to_owned(),
                (Edge::End, _) => format!("{} runs", Count::Exactly(held)),
            };
            if self.list.load == Load::Asked {
                count.push_str(look.theme.symbols.ellipsis);
            }
            parts.push(count);
        }
        parts.join("   ")
    }
}
