//! Draws the screen: filter and counts, how far it was verified, list, rule, detail, and what lies over
//! them.

use super::layout::Areas;
use super::state::{Audit, Layer, Tail};
use crate::db::series::Reach;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::list_view::draw_bar;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

impl Audit {
    /// Draws everything into `area`; the result is where the text cursor stands.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let Areas { parts: areas, strip } = self.areas(area);
        self.draw_standing(areas.standing, buffer, look);
        if areas.header.height > 0 {
            match &self.work {
                Some(work) => self.draw_work(work, areas.header, areas.list, buffer, look),
                None => self.draw_list(areas.header, areas.list, buffer, look),
            }
            self.draw_strip(strip, buffer, look);
        }
        draw_bar(areas.bar, buffer, look);
        if areas.rule.height > 0 {
            self.draw_rule(areas.rule, buffer, look);
            self.draw_detail(areas.detail, buffer, look);
        }
        let in_panel = self.draw_panel(areas.panel, buffer, look);
        if let Some(work) = &self.work {
            self.draw_work_line(work, areas.filter, buffer, look);
            return in_panel;
        }
        // Last: what is wrong with a filter lies over the first rows.
        let in_filter = self.filter.draw(&self.counts(look), area, buffer, look.theme);
        in_filter.or(in_panel)
    }

    /// Draws what is open, and gives the place of the cursor in it.
    pub(super) fn draw_panel(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        Clear.render(area, buffer);
        match &self.layer {
            Layer::None => None,
            Layer::Jump(jump) => {
                jump.draw("jump to an entry", "#", "Enter jumps   Esc closes", area, buffer, look.theme)
            }
            Layer::Order(form) => {
                let keys = if form.is_on_last() { "Enter makes the report" } else { "Enter goes on" };
                let keys = format!("{keys}   Tab next line   Esc closes");
                form.draw("compliance report", &self.order_notes(), &keys, area, buffer, look.theme)
            }
            Layer::OtherReport(number) => {
                let keys = "Enter opens its sample   \u{2191} other reports   Esc closes";
                number.draw("sample of another report", "report", keys, area, buffer, look.theme)
            }
            Layer::Inspect(report, seq, note) => {
                let title = format!("inspected {seq}, of report {report}");
                let keys = "Enter writes it down   \u{2191} earlier notes   Esc closes and keeps";
                note.draw(&title, "note", keys, area, buffer, look.theme)
            }
            Layer::Export(day, folder) => {
                let title = format!("export the entries of {day}, in UTC");
                folder.draw(&title, "folder", "Enter exports   Esc closes", area, buffer, look.theme)
            }
            Layer::Prove(seq, file) => {
                let title = format!("prove that {seq} is in the chain");
                file.draw(&title, "file", "Enter writes the proof   Esc closes", area, buffer, look.theme)
            }
        }
    }

    /// `12 new, R   214 of 10,000,000   follows`
    fn counts(&self, look: &Look<'_>) -> String {
        let mut parts = Vec::new();
        if self.news > 0 {
            parts.push(format!("{} new, R", Count::Exactly(self.news)));
        }
        let head = Count::Exactly(u64::try_from(self.head.0).unwrap_or(0));
        let mut count = match (self.as_of, self.filter.in_force(), self.total) {
            (None, ..) => String::new(),
            (Some(_), "", _) => format!("newest {head}"),
            (Some(_), _, Some((count, Reach::Whole))) => format!("{} of {head}", Count::Exactly(count)),
            (Some(_), _, Some((count, Reach::Cut))) => format!("{} of {head}", Count::MoreThan(count)),
            (Some(_), _, None) => format!("{} of {head}", look.theme.symbols.none),
        };
        if self.load == Load::Asked && self.as_of.is_some() {
            count.push_str(look.theme.symbols.ellipsis);
        }
        if !count.is_empty() {
            parts.push(count);
        }
        if self.tail == Tail::Followed {
            parts.push("follows".to_owned());
        }
        parts.join("   ")
    }
}
