//! Draws the list of repositories, and how things stand above it.

use super::state::Drift;
use crate::drift::store::list::{Listed, STRIP_MAX};
use crate::triage::store::findings::Count;
use crate::ui::list_detail::load::{Failure, Load};
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Standing,
    Repo,
    Mode,
    Since,
    Checked,
    Strip,
    Policies,
}

fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let column = |shows, title, room, keep| (shows, Column { title, room, align: Align::Left, keep });
    let right = |shows, title, cells| {
        (shows, Column { title, room: Room::Fixed(cells), align: Align::Right, keep: Keep::End })
    };
    let standing = |cells| column(Shows::Standing, "STANDING", Room::Fixed(cells), Keep::Start);
    let repo = column(Shows::Repo, "REPOSITORY", Room::Share(2), Keep::End);
    let mode = column(Shows::Mode, "MODE", Room::Fixed(7), Keep::Start);
    let strip = column(Shows::Strip, "LAST CHECKS", Room::Fixed(STRIP_MAX + 1), Keep::Start);
    let (since, checked) = (right(Shows::Since, "SINCE", 5), right(Shows::Checked, "CHECKED", 7));
    match cells {
        ..50 => vec![standing(13), repo],
        // What is left out here, the detail beside it tells.
        50..64 => vec![standing(15), repo, checked, strip],
        64..76 => vec![standing(18), repo, since, checked, strip],
        76..110 => vec![standing(18), repo, mode, since, checked, strip],
        _ => vec![
            standing(18),
            repo,
            mode,
            since,
            checked,
            strip,
            column(Shows::Policies, "POLICIES", Room::Share(1), Keep::Start),
        ],
    }
}

/// How a repository stands: a symbol, words, and how that is drawn.
pub(super) fn standing(row: &Listed, now: DateTime<Utc>, theme: &Theme) -> (&'static str, String, Style) {
    let symbols = theme.symbols;
    let counted = |count: i32| format!("{count} field{}", if count == 1 { "" } else { "s" });
    if is_snoozed(row, now) && row.in_sync == Some(false) {
        return (symbols.ellipsis, format!("{}, waits", counted(row.drift_count)), theme.dim);
    }
    match row.in_sync {
        _ if row.last_reconciled_at.is_none() => (symbols.none, "not observed".to_owned(), theme.dim),
        _ if !row.is_managed => (symbols.none, "nothing asked".to_owned(), theme.dim),
        Some(true) => (symbols.check, "in sync".to_owned(), theme.good),
        Some(false) if row.critical_count > 0 => {
            let more = row.drift_count - row.critical_count;
            let more = if more > 0 { format!(" of {}", row.drift_count) } else { String::new() };
            (symbols.up, format!("{} crit{more}", row.critical_count), theme.bad)
        }
        Some(false) => (symbols.square, counted(row.drift_count), theme.warn),
        None => (symbols.none, "unreadable".to_owned(), theme.dim),
    }
}

fn is_snoozed(row: &Listed, now: DateTime<Utc>) -> bool {
    row.snoozed_until.is_some_and(|until| until > now)
}

/// Whether somebody has to look at a repository.
pub(super) fn is_needy(row: &Listed, now: DateTime<Utc>) -> bool {
    !is_snoozed(row, now) && (row.in_sync == Some(false) || row.failure.is_some())
}

/// The last checks, the oldest first, a mark each.
fn strip(row: &Listed, theme: &Theme) -> String {
    let symbols = theme.symbols;
    let mark = |c: char| match c {
        '=' => symbols.dot,
        'd' => symbols.square,
        'c' => symbols.check,
        _ => symbols.cross,
    };
    row.strip.chars().map(mark).collect()
}

impl Drift {
    /// `▲ 3 critical   ■ 12 drift   ✓ 41 in sync   of 56`
    pub(super) fn draw_standing(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let Some(counts) = self.counts.filter(|_| area.height > 0) else { return };
        let (theme, symbols) = (look.theme, look.theme.symbols);
        let parts = [
            (counts.critical, symbols.up, "critical", theme.bad),
            (counts.drifted, symbols.square, "drift", theme.warn),
            (counts.in_sync, symbols.check, "in sync", theme.good),
            (counts.repos - counts.drifted - counts.in_sync, symbols.none, "cannot be told", theme.dim),
        ];
        let mut x = area.x + 1;
        for (count, symbol, word, style) in parts.into_iter().filter(|(count, ..)| *count > 0) {
            let text = format!("{symbol} {} {word}", Count::Exactly(u64::try_from(count).unwrap_or(0)));
            let room = usize::from(area.right().saturating_sub(x));
            if cells::width(&text) > room {
                break;
            }
            x = buffer.set_stringn(x, area.y, text, room, style).0 + 3;
        }
    }

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
        if self.list.is_empty() {
            self.draw_empty(list, buffer, look);
            return;
        }
        let first = table::scrolled(self.top, self.cursor, usize::from(list.height).max(1), self.list.len());
        let rows = self.list.iter().enumerate().skip(first);
        for (y, (at, row)) in (list.top()..list.bottom()).zip(rows) {
            let is_selected = at == self.cursor;
            let cells = shown.iter().map(|(shows, _)| {
                let style = match shows {
                    // The marker and one bold word: a moved cursor costs few bytes.
                    Shows::Repo if is_selected => theme.selected,
                    Shows::Standing => standing(row, look.now, theme).2,
                    Shows::Repo | Shows::Strip => theme.text,
                    Shows::Mode | Shows::Since | Shows::Checked | Shows::Policies => theme.dim,
                };
                (text(*shows, row, look), style)
            });
            let mark = self.changed.contains(&row.repo_id).then_some((theme.symbols.mark, theme.accent));
            let lead = if is_selected { Lead::Selected } else { Lead::Plain };
            let row = table::Row { lead, mark, cells: cells.collect() };
            table::draw_row(&row, &columns, &widths, Rect { y, height: 1, ..list }, buffer, theme);
        }
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
                vec![format!("loading repositories{}", look.theme.symbols.ellipsis)]
            }
            Load::Failed(failure) => failure.hint.iter().cloned().collect(),
            _ if filter.is_empty() => vec![
                "No repository is held against a policy here.".to_owned(),
                "attestor policy load DIR says what they should be; attestor import observed FILE or attestor \
                 drift reconcile what they are."
                    .to_owned(),
            ],
            _ => vec![format!("No repository matches {filter}"), "g/ lifts the filter, / changes it.".to_owned()],
        };
        let room = usize::from(area.width).saturating_sub(3);
        let wrapped = lines.iter().flat_map(|line| cells::wrap(line, room, 4, look.theme.symbols.ellipsis));
        for (line, text) in wrapped.take(area.height.into()).enumerate() {
            let style = if line == 0 { look.theme.text } else { look.theme.dim };
            buffer.set_stringn(area.x + 2, area.y + line as u16, text, room, style);
        }
    }
}

fn text(shows: Shows, row: &Listed, look: &Look<'_>) -> String {
    let none = look.theme.symbols.none;
    let age = |at: Option<DateTime<Utc>>| at.map_or_else(|| none.to_owned(), |at| when::age(at, look.now));
    match shows {
        Shows::Standing => {
            let (symbol, words, _) = standing(row, look.now, look.theme);
            let failed =
                if row.failure.is_some() { format!(" {}", look.theme.symbols.cross) } else { String::new() };
            format!("{symbol} {words}{failed}")
        }
        Shows::Repo => row.repo.one_line().into_owned(),
        Shows::Mode => row.mode.one_line().into_owned(),
        Shows::Since => age(row.drifted_since),
        Shows::Checked => age(row.last_reconciled_at),
        Shows::Strip => strip(row, look.theme),
        Shows::Policies => {
            let names: Vec<_> = row.policies.iter().map(|name| name.one_line()).collect();
            if names.is_empty() { none.to_owned() } else { names.join(", ") }
        }
    }
}
