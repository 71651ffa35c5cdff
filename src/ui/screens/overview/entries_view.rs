//! Draws the newest audit entries. History is told in UTC, whatever the clock of the screen.

use super::state::{Focus, Overview};
use crate::chain::recent::{About, Recent};
use crate::triage::store::findings::Count;
use crate::ui::list_detail::layout::NARROW;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::prompt::draw_named_rule;
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What a column shows of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Seq,
    Time,
    Event,
    By,
    About,
}

fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let column = |shows, room, align, keep| (shows, Column { title: "", room, align, keep });
    let seq = |cells| column(Shows::Seq, Room::Fixed(cells), Align::Right, Keep::End);
    let time = column(Shows::Time, Room::Fixed(17), Align::Left, Keep::Start);
    let event = column(Shows::Event, Room::Share(6), Align::Left, Keep::Start);
    if cells < NARROW {
        return vec![seq(7), time, event];
    }
    let by = column(Shows::By, Room::Share(3), Align::Left, Keep::Start);
    let about = column(Shows::About, Room::Share(4), Align::Left, Keep::Start);
    vec![seq(9), time, event, by, about]
}

impl Overview {
    /// Draws the rule and the entries below it.
    pub(super) fn draw_entries(&self, rule: Rect, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let entries = &self.entries;
        let failed = match &entries.load {
            Load::Failed(failure) => format!("{} {}; R tries again", theme.symbols.cross, failure.what),
            Load::Asked | Load::Idle => String::new(),
        };
        draw_named_rule(&[("newest audit entries", theme.strong), (&failed, theme.bad)], rule, buffer, theme);
        if area.height == 0 {
            return;
        }
        if entries.rows.is_empty() {
            let text = match &entries.load {
                Load::Asked | Load::Idle if entries.as_of.is_none() => {
                    format!("loading{}", theme.symbols.ellipsis)
                }
                Load::Failed(failure) => failure.hint.clone().unwrap_or_default(),
                _ => "No entry yet: each decision and each import leaves one.".to_owned(),
            };
            let room = usize::from(area.width).saturating_sub(3);
            let text = cells::fit(&text, room, Keep::Start, theme.symbols.ellipsis);
            buffer.set_stringn(area.x + 2, area.y, text, room, theme.dim);
            return;
        }
        let shown = columns(area.width);
        let columns: Vec<Column> = shown.iter().map(|(_, column)| *column).collect();
        let widths = table::widths(&columns, area.width.into());
        let cursor = self.entry_cursor();
        let first = self.first_entry(area.height.into());
        for (y, (at, entry)) in (area.top()..area.bottom()).zip(entries.rows.iter().enumerate().skip(first)) {
            let is_selected = at == cursor && self.focus == Focus::Entries;
            let cells = shown.iter().map(|(shows, _)| {
                let style = match shows {
                    Shows::Event if is_selected => theme.selected,
                    Shows::Seq | Shows::Time => theme.dim,
                    _ => theme.text,
                };
                (text(*shows, entry, theme), style)
            });
            let is_new = self.last.is_some_and(|last| entry.seq > last.seq);
            let row = table::Row {
                lead: if is_selected { Lead::Selected } else { Lead::Plain },
                mark: is_new.then_some((theme.symbols.mark, theme.accent)),
                cells: cells.collect(),
            };
            table::draw_row(&row, &columns, &widths, Rect { y, height: 1, ..area }, buffer, theme);
        }
    }

    /// The first entry that is shown in `height` rows.
    pub(super) fn first_entry(&self, height: usize) -> usize {
        table::scrolled(self.entries.top, self.entry_cursor(), height.max(1), self.entries.rows.len())
    }
}

fn text(shows: Shows, entry: &Recent, theme: &Theme) -> String {
    match shows {
        Shows::Seq => Count::Exactly(u64::try_from(entry.seq.0).unwrap_or(0)).to_string(),
        Shows::Time => when::moment(entry.occurred_at, Clock::Utc),
        Shows::Event => entry.event_type.one_line().into_owned(),
        Shows::By => entry.by().replace(['\n', '\t'], " "),
        Shows::About => match &entry.about {
            About::Finding(id, Some(rule)) => format!("#{id} {}", rule.one_line()),
            About::Finding(id, None) => format!("#{id}"),
            About::Many(1) => "1 finding".to_owned(),
            About::Many(count) => format!("{} findings", Count::Exactly(*count)),
            About::Repo(repo) => repo.one_line().into_owned(),
            About::Nothing => theme.symbols.none.to_owned(),
        },
    }
}
