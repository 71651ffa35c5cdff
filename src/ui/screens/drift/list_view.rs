//! Draws the list of repositories, and how things stand above it.

use super::state::Drift;
use crate::drift::store::list::{Listed, STRIP_MAX};
use crate::text::counted;
use crate::ui::list_detail::list_view::{draw_counts, none_matches};
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Lead, Room};
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
    if is_snoozed(row, now) && row.in_sync == Some(false) {
        return (symbols.ellipsis, format!("{} waiting", row.drift_count), theme.dim);
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
        Some(false) => (symbols.square, counted(row.drift_count, "field"), theme.warn),
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
        let Some(counts) = self.counts else { return };
        let (theme, symbols) = (look.theme, look.theme.symbols);
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let untold = counts.repos - counts.drifted - counts.in_sync;
        let parts = [
            (count(counts.critical), symbols.up, "critical", theme.bad),
            (count(counts.drifted), symbols.square, "drift", theme.warn),
            (count(counts.in_sync), symbols.check, "in sync", theme.good),
            (count(untold), symbols.none, "cannot be told", theme.dim),
        ];
        draw_counts(&parts, "", area, buffer, look);
    }

    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let cell = |shows, row: &Listed, lead| {
            let style = match shows {
                // The marker and one bold word: a moved cursor costs few bytes.
                Shows::Repo if lead == Lead::Selected => theme.selected,
                Shows::Standing => standing(row, look.now, theme).2,
                Shows::Repo | Shows::Strip => theme.text,
                Shows::Mode | Shows::Since | Shows::Checked | Shows::Policies => theme.dim,
            };
            (text(shows, row, look), style)
        };
        let mark = |_, row: &Listed| {
            self.changed.contains(&row.repo_id).then_some((theme.symbols.mark, theme.accent))
        };
        let none = || {
            match self.list.filter.in_force() {
            "" => vec![
                "No repository is held against a policy here.".to_owned(),
                "attestor policy load DIR says what they should be; attestor import observed FILE or attestor \
                 drift reconcile what they are."
                    .to_owned(),
            ],
            filter => none_matches("repository", filter),
        }
        };
        let view = self.list.view("repositories", columns(list.width));
        view.draw((header, list), buffer, look, mark, cell, none);
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
