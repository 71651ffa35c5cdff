//! Draws the list of entries. History is told in UTC, whatever the clock of the console.

use super::state::Audit;
use crate::audit::entry::Listed;
use crate::ui::list_detail::list_view::{ListView, none_matches};
use crate::ui::screen::{Clock, Look};
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Lead, Room};
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
        58..70 => vec![seq, time, event(5), actor(3)],
        70..96 => vec![seq, time, event(7), actor(4), repo],
        _ => vec![
            column(Shows::Seq, "SEQ", Room::Fixed(11), Align::Right, Keep::End),
            column(Shows::TimeInSeconds, "TIME", Room::Fixed(20), Align::Left, Keep::Start),
            column(Shows::Category, "CATEGORY", Room::Share(4), Align::Left, Keep::Start),
            event(6),
            actor(4),
            repo,
        ],
    }
}

impl Audit {
    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let cell = |shows, entry: &Listed, lead| {
            let style = match shows {
                // The marker and one bold word: a moved cursor costs few bytes.
                Shows::Event if lead == Lead::Selected => theme.selected,
                Shows::Seq | Shows::Time | Shows::TimeInSeconds => theme.dim,
                _ => theme.text,
            };
            (text(shows, entry, look), style)
        };
        let none = || match self.head.0 {
            0 => vec![
                "The chain has no entry yet.".to_owned(),
                "Each decision and each import leaves one.".to_owned(),
                "A chain that had entries and has none now was cut: compare with a checkpoint.".to_owned(),
            ],
            _ => none_matches("entry", self.filter.in_force()),
        };
        let view = ListView {
            rows: self.window.rows(),
            cursor: self.window.place(),
            load: &self.load,
            as_of: self.as_of,
            loading: "loading entries".to_owned(),
            columns: columns(list.width),
        };
        let mark = |_, entry: &Listed| self.mark_of(entry, theme);
        view.draw((header, list), buffer, look, mark, cell, none);
    }

    /// Marks an entry of which the last verification says that it is broken.
    fn mark_of(&self, entry: &Listed, theme: &Theme) -> Option<(&'static str, Style)> {
        let seq = u64::try_from(entry.seq.0).ok()?;
        let coverage = &self.standing.last.as_ref()?.coverage;
        coverage.is_broken_at(seq).then_some((theme.symbols.cross, theme.bad))
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
