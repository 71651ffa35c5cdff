//! Draws the list of entries. History is told in UTC, whatever the clock of the console.

use super::state::Audit;
use crate::audit::entry::Listed;
use crate::ui::list_detail::load::{Failure, Load};
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Seq,
    Time,
    TimeInSeconds,
    Category,
    Event,
    Actor,
    Repo,
}

fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let column = |shows, title, room, align, keep| (shows, Column { title, room, align, keep });
    let seq = column(Shows::Seq, "SEQ", Room::Fixed(8), Align::Right, Keep::End);
    let time = column(Shows::Time, "TIME", Room::Fixed(17), Align::Left, Keep::Start);
    let event = |part| column(Shows::Event, "EVENT", Room::Share(part), Align::Left, Keep::Name);
    let actor = |part| column(Shows::Actor, "ACTOR", Room::Share(part), Align::Left, Keep::Start);
    let repo = column(Shows::Repo, "REPO", Room::Share(4), Align::Left, Keep::End);
    match cells {
        ..58 => vec![seq, time, event(1)],
        58..70 => vec![seq, time, event(5), actor(4)],
        70..96 => vec![seq, time, event(5), actor(4), repo],
        _ => vec![
            column(Shows::Seq, "SEQ", Room::Fixed(11), Align::Right, Keep::End),
            column(Shows::TimeInSeconds, "TIME", Room::Fixed(20), Align::Left, Keep::Start),
            column(Shows::Category, "CATEGORY", Room::Share(4), Align::Left, Keep::Start),
            event(5),
            actor(5),
            repo,
        ],
    }
}

impl Audit {
    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let shown = columns(list.width);
        let columns: Vec<Column> = shown.iter().map(|(_, column)| *column).collect();
        let widths = table::widths(&columns, list.width.into());
        match &self.load {
            Load::Failed(failure) => self.draw_failure(failure, header, buffer, look),
            _ => table::draw_header(&columns, &widths, header, buffer, theme),
        }
        if self.window.rows().is_empty() {
            self.draw_empty(list, buffer, look);
            return;
        }
        let first = self.window.first_shown(usize::from(list.height).max(1));
        let rows = self.window.rows().iter().enumerate().skip(first);
        for (y, (at, entry)) in (list.top()..list.bottom()).zip(rows) {
            let is_selected = at == self.window.cursor();
            let cells = shown.iter().map(|(shows, _)| {
                let style = match shows {
                    // The marker and one bold word: a moved cursor costs few bytes.
                    Shows::Event if is_selected => theme.selected,
                    Shows::Seq | Shows::Time | Shows::TimeInSeconds => theme.dim,
                    _ => theme.text,
                };
                (text(*shows, entry, look), style)
            });
            let row = table::Row {
                lead: if is_selected { Lead::Selected } else { Lead::Plain },
                mark: self.mark_of(entry, theme),
                cells: cells.collect(),
            };
            table::draw_row(&row, &columns, &widths, Rect { y, height: 1, ..list }, buffer, theme);
        }
    }

    /// Marks an entry of which the last verification says that it is broken.
    fn mark_of(&self, entry: &Listed, theme: &Theme) -> Option<(&'static str, Style)> {
        let seq = u64::try_from(entry.seq.0).ok()?;
        let coverage = &self.standing.last.as_ref()?.coverage;
        coverage.is_broken_at(seq).then_some((theme.symbols.cross, theme.bad))
    }

    /// In the place of the titles: what failed, what to press, and from when the rows are.
    fn draw_failure(&self, failure: &Failure, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        if area.height == 0 {
            return;
        }
        let symbols = look.theme.symbols;
        let from = match self.as_of {
            Some(at) => format!("; rows as of {}", when::time_of_day(at, look.clock)),
            None => String::new(),
        };
        let room = usize::from(area.width).saturating_sub(4);
        // What failed comes first; the time gives way to it.
        let full = format!("; R tries again{from}");
        let is_tight = cells::width(&full) + cells::width(&failure.what).min(20) > room;
        let rest = if is_tight { "; R tries again" } else { full.as_str() };
        let what_room = room.saturating_sub(cells::width(rest));
        let what = cells::fit(&failure.what, what_room, Keep::Start, symbols.ellipsis);
        let text = format!(" {} {what}{rest}", symbols.cross);
        buffer.set_stringn(area.x, area.y, text, area.width.into(), look.theme.bad);
    }

    /// What would be here, and how to get it here.
    fn draw_empty(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let filter = self.filter.in_force();
        let lines: Vec<String> = match &self.load {
            Load::Asked | Load::Idle if self.as_of.is_none() => {
                vec![format!("loading entries{}", look.theme.symbols.ellipsis)]
            }
            Load::Failed(failure) => failure.hint.iter().cloned().collect(),
            _ if self.head.0 == 0 => vec![
                "The chain has no entry yet.".to_owned(),
                "Each decision and each import leaves one.".to_owned(),
                "A chain that had entries and has none now was cut: compare with a checkpoint.".to_owned(),
            ],
            _ => vec![format!("No entry matches {filter}"), "g/ lifts the filter, / changes it.".to_owned()],
        };
        let room = usize::from(area.width).saturating_sub(3);
        let wrapped = lines.iter().flat_map(|line| cells::wrap(line, room, 4, look.theme.symbols.ellipsis));
        for (line, text) in wrapped.take(area.height.into()).enumerate() {
            let style = if line == 0 { look.theme.text } else { look.theme.dim };
            buffer.set_stringn(area.x + 2, area.y + line as u16, text, room, style);
        }
    }
}

fn text(shows: Shows, entry: &Listed, look: &Look<'_>) -> String {
    let none = look.theme.symbols.none;
    match shows {
        Shows::Seq => entry.seq.to_string(),
        Shows::Time => entry.occurred_at.map_or_else(|| none.to_owned(), |at| when::moment(at, Clock::Utc)),
        Shows::TimeInSeconds => entry
            .occurred_at
            .map_or_else(|| none.to_owned(), |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string()),
        Shows::Category => entry.category.one_line().into_owned(),
        Shows::Event => entry.event_type.one_line().into_owned(),
        Shows::Actor => entry.by(),
        Shows::Repo => {
            entry.repo_full_name.as_ref().map_or_else(|| none.to_owned(), |repo| repo.one_line().into_owned())
        }
    }
}
