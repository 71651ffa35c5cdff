//! Draws the groups in the place of the list.

use super::groups::{self, Done, Row};
use super::list_view::{severity_symbol, short};
use super::state::Findings;
use crate::triage::finding::Severity;
use crate::triage::group::GroupBy;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::list_view::ListView;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Risk,
    Severity,
    Undecided,
    Count,
    Name,
    Of,
    Oldest,
    Newest,
}

fn columns(by: GroupBy, cells: u16) -> Vec<(Shows, Column)> {
    let column = |shows, title, room, align, keep| (shows, Column { title, room, align, keep });
    let number = |shows, title, cells| column(shows, title, Room::Fixed(cells), Align::Right, Keep::Start);
    let (title, of, keep) = match by {
        GroupBy::Rule => ("RULE", "TOOL", Keep::Name),
        GroupBy::File => ("FILE", "REPO", Keep::End),
        GroupBy::Fingerprint => ("FINGERPRINT", "", Keep::Start),
    };
    let name = |part| column(Shows::Name, title, Room::Share(part), Align::Left, keep);
    let risk = number(Shows::Risk, "RISK", 5);
    let severity = column(Shows::Severity, "SEV", Room::Fixed(6), Align::Left, Keep::Start);
    let todo = number(Shows::Undecided, "UNDECIDED", 9);
    let count = number(Shows::Count, "ALL", 6);
    let (oldest, newest) = (number(Shows::Oldest, "OLDEST", 6), number(Shows::Newest, "NEWEST", 6));
    match cells {
        ..48 => vec![risk, number(Shows::Undecided, "UNDEC", 5), name(1)],
        48..72 => vec![risk, severity, todo, count, name(1), oldest],
        _ if of.is_empty() || cells < 90 => vec![risk, severity, todo, count, name(1), oldest, newest],
        _ => {
            let of = column(Shows::Of, of, Room::Share(1), Align::Left, Keep::End);
            vec![risk, severity, todo, count, name(3), of, oldest, newest]
        }
    }
}

impl Findings {
    /// Draws header and groups.
    pub(super) fn draw_groups(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let Some(by) = self.groups.by() else { return };
        let none = || {
            let none = match self.filter.in_force() {
                "" => "There is nothing to be grouped.".to_owned(),
                filter => format!("No finding matches {filter}"),
            };
            vec![none, "bb goes back to rows, / changes the filter.".to_owned()]
        };
        let view = ListView {
            rows: self.groups.rows(),
            cursor: self.groups.cursor,
            load: &self.groups.load,
            as_of: self.groups.as_of,
            loading: format!("grouping findings by {}", groups::by_word(by)),
            columns: columns(by, list.width),
        };
        let cell = |shows, row: &Row, lead| self.group_cell(shows, row, lead, look);
        view.draw((header, list), buffer, look, |_, _| None, cell, none);
    }

    fn group_cell(&self, shows: Shows, row: &Row, lead: Lead, look: &Look<'_>) -> (String, Style) {
        let (group, theme) = (&row.group, look.theme);
        let is_done = row.done != Done::Nothing || group.undecided == 0;
        let style = if is_done { theme.text.patch(theme.dim) } else { theme.text };
        let [what, of] = group.key.parts();
        let named = |text: &str| {
            let text = crate::text::visible(text);
            if text.is_empty() { theme.symbols.none.to_owned() } else { text.into_owned() }
        };
        match shows {
            Shows::Risk => (format!("{:.1}", group.risk), style),
            Shows::Severity => {
                let text = format!("{} {}", severity_symbol(group.severity, theme), short(group.severity));
                let own = match group.severity {
                    _ if is_done => style,
                    Severity::Critical => theme.bad,
                    Severity::High => theme.warn,
                    Severity::Medium | Severity::Low | Severity::Info => style,
                };
                (text, own)
            }
            Shows::Undecided => self.undecided(row, style, look),
            Shows::Count => (compact(group.count), style),
            Shows::Name if lead == Lead::Selected => {
                let dimmed = if is_done { theme.dim } else { Style::new() };
                (named(what), theme.selected.patch(dimmed))
            }
            Shows::Name => (named(what), style),
            Shows::Of => (named(of), style),
            Shows::Oldest => (when::age(group.oldest_at, look.now), style),
            Shows::Newest => (when::age(group.newest_at, look.now), style),
        }
    }

    /// How many wait for a decision, or what is happening to them.
    fn undecided(&self, row: &Row, style: Style, look: &Look<'_>) -> (String, Style) {
        let symbols = look.theme.symbols;
        if self.is_group_under_way(&row.group) {
            return (format!("saving{}", symbols.ellipsis), style);
        }
        match row.done {
            Done::Decided(verdict) => (format!("{} {}", symbols.check, verdict.word()), style),
            Done::Waits => ("waits".to_owned(), style),
            Done::Nothing => (compact(row.group.undecided), style),
        }
    }

    /// What the line of counts says of the groups: `3 of 41 rules`.
    pub(super) fn groups_counted(&self, ellipsis: &str) -> Option<Vec<String>> {
        let by = self.groups.by()?;
        let held = Count::Exactly(self.groups.rows().len() as u64);
        let more = if self.groups.below == Edge::More { "+" } else { "" };
        let at = Count::Exactly(self.groups.cursor() as u64 + 1);
        let mut place = match self.groups.rows().is_empty() {
            true => "0".to_owned(),
            false => format!("{at} of {held}{more}"),
        };
        if self.groups.load == Load::Asked && self.groups.as_of.is_some() {
            place.push_str(ellipsis);
        }
        Some(vec![place, format!("by {}", groups::by_word(by))])
    }
}

/// A number in at most six cells: `12,345`, `1.2M`.
fn compact(number: i64) -> String {
    match u64::try_from(number).unwrap_or(0) {
        number @ ..100_000 => Count::Exactly(number).to_string(),
        number @ 100_000..1_000_000 => format!("{}k", number / 1_000),
        number => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}
