//! Draws the screen: filter and counts, list, rule, detail, and what lies over them.

use super::state::{Findings, News};
use crate::ui::list_detail::list_view::draw_bar;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

impl Findings {
    /// Draws everything into `area`; the result is where the text cursor stands.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let areas = self.areas(area);
        if self.people.is_open() {
            let body = Rect { height: area.height - areas.panel.height.min(area.height), ..area };
            self.draw_people(body, buffer, look);
            return self.draw_panel(areas.panel, buffer, look);
        }
        if areas.header.height > 0 {
            if self.own.is_open() {
                self.draw_own(areas.header, areas.list, buffer, look);
            } else if self.groups.are_shown() {
                self.draw_groups(areas.header, areas.list, buffer, look);
            } else {
                self.draw_list(areas.header, areas.list, buffer, look);
            }
        }
        draw_bar(areas.bar, buffer, look);
        if areas.rule.height > 0 {
            self.draw_rule(areas.rule, buffer, look);
            self.draw_detail(areas.detail, buffer, look);
        }
        let in_panel = self.draw_panel(areas.panel, buffer, look);
        // Last: what is wrong with a filter lies over the first rows.
        let in_filter = self.draw_filter(area, buffer, look.theme);
        in_filter.or(in_panel)
    }

    fn draw_filter(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
        if self.own.is_open() && !self.filter.is_open() {
            let title = " my drafts and decisions";
            buffer.set_stringn(area.x, area.y, title, area.width.into(), theme.strong);
            let right = format!("{} of {} ", (self.own.cursor() + 1).min(self.own.len()), self.own.len());
            if let Some(x) = area.width.checked_sub(right.len() as u16 + 30) {
                buffer.set_stringn(area.x + x + 30, area.y, right, area.width.into(), theme.text);
            }
            return None;
        }
        self.filter.draw(&self.counts(theme), area, buffer, theme)
    }

    /// `12 new, R   3 of 41   risk ↓`
    fn counts(&self, theme: &Theme) -> String {
        let symbols = theme.symbols;
        let mut parts = Vec::new();
        if let News::New(count) = self.news {
            parts.push(format!("{count} new, R"));
        }
        if let Some(groups) = self.groups_counted(symbols.ellipsis) {
            parts.extend(groups);
            return parts.join("   ");
        }
        parts.extend(self.marks.shown());
        let total = self.list.total.map(|total| total.to_string());
        let mut place = match (self.list.position(), total) {
            _ if self.list.rows().is_empty() && self.as_of.is_some() => "0".to_owned(),
            (Some(position), Some(total)) => format!("{} of {total}", grouped(position)),
            (None, Some(total)) => format!("{} of {total}", symbols.none),
            (Some(position), None) => grouped(position),
            (None, None) => String::new(),
        };
        if self.load == Load::Asked && self.as_of.is_some() {
            place.push_str(symbols.ellipsis);
        }
        if !place.is_empty() {
            parts.push(place);
        }
        parts.push(super::sort::shown(self.sort, symbols));
        parts.join("   ")
    }
}

/// A number as people read it: `3,041`.
fn grouped(number: u64) -> String {
    crate::triage::store::findings::Count::Exactly(number).to_string()
}
