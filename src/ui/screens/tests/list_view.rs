//! Draws the list of tests, and how all of them stand above it.

use super::marks::{is_needy, percent, score, standing, strip};
use super::state::Tests;
use crate::flaky::test::Test;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::load::{Failure, Load};
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Name,
    Suite,
    Strip(usize),
    Score,
    Severity,
    Rate,
    State,
    Environment,
    Repo,
    Age,
}

fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let text = |shows, title, room, keep| (shows, Column { title, room, align: Align::Left, keep });
    let number = |shows, title, cells| {
        (shows, Column { title, room: Room::Fixed(cells), align: Align::Right, keep: Keep::Start })
    };
    let name = |share| text(Shows::Name, "TEST", Room::Share(share), Keep::Start);
    let strip = |runs| text(Shows::Strip(runs), "RUNS", Room::Fixed(runs), Keep::End);
    let state = text(Shows::State, "STATE", Room::Fixed(13), Keep::Start);
    let score = number(Shows::Score, "SCORE", 5);
    let severity = number(Shows::Severity, "SEV", 5);
    let rate = number(Shows::Rate, "RATE", 5);
    let age = number(Shows::Age, "AGE", 4);
    let environment = text(Shows::Environment, "WHERE", Room::Fixed(12), Keep::Start);
    match cells {
        ..46 => vec![name(1), score, state],
        46..72 => vec![name(1), strip(10), score, state],
        72..96 => vec![name(1), strip(12), score, severity, rate, state, age],
        96..120 => vec![name(1), strip(20), score, severity, rate, state, environment, age],
        _ => vec![
            name(3),
            text(Shows::Suite, "SUITE", Room::Share(2), Keep::End),
            strip(30),
            score,
            severity,
            rate,
            state,
            environment,
            text(Shows::Repo, "REPOSITORY", Room::Share(1), Keep::End),
            age,
        ],
    }
}

impl Tests {
    /// `▲ 2 suggested   ≠ 5 flaky   ✗ 1 broken   ■ 3 quarantined, 1 expired`
    pub(super) fn draw_standing(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let Some(standing) = self.standing.filter(|_| area.height > 0) else { return };
        let (theme, symbols) = (look.theme, look.theme.symbols);
        let parts = [
            (standing.suggested, symbols.up, "suggested", theme.warn),
            (standing.expired, symbols.up, "expired", theme.warn),
            (standing.graduable, symbols.up, "may leave", theme.warn),
            (standing.flaky, symbols.differs, "flaky", theme.warn),
            (standing.broken, symbols.cross, "broken", theme.bad),
            (standing.quarantined, symbols.square, "quarantined", theme.text),
        ];
        let mut x = area.x + 1;
        for (count, symbol, word, style) in parts.into_iter().filter(|(count, ..)| *count > 0) {
            let text = format!("{symbol} {} {word}", Count::Exactly(count));
            let room = usize::from(area.right().saturating_sub(x));
            if cells::width(&text) > room {
                break;
            }
            x = buffer.set_stringn(x, area.y, text, room, style).0 + 3;
        }
        if x == area.x + 1 && standing.tests > 0 {
            let text = format!("{} no test lies", symbols.check);
            buffer.set_stringn(x, area.y, text, area.width.saturating_sub(1).into(), theme.dim);
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
        for (y, (at, test)) in (list.top()..list.bottom()).zip(rows) {
            let is_selected = at == self.cursor;
            let cells = shown.iter().map(|(shows, _)| match shows {
                // The marker and one bold word: a moved cursor costs few bytes.
                Shows::Name if is_selected => (text(*shows, test, look), theme.selected),
                Shows::State if self.under_way.contains(&test.id) => {
                    (format!("{} saving", theme.symbols.ellipsis), theme.accent)
                }
                Shows::State => state(test, look),
                Shows::Suite | Shows::Environment | Shows::Repo | Shows::Age => {
                    (text(*shows, test, look), theme.dim)
                }
                _ => (text(*shows, test, look), theme.text),
            });
            let mark = is_needy(test, look.now).then_some((theme.symbols.mark, theme.accent));
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
        let what =
            cells::fit(&failure.what, room.saturating_sub(cells::width(rest)), Keep::Start, symbols.ellipsis);
        let text = format!(" {} {what}{rest}", symbols.cross);
        buffer.set_stringn(area.x, area.y, text, area.width.into(), look.theme.bad);
    }

    /// What would be here, and how to get it here.
    fn draw_empty(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let filter = self.filter.in_force();
        let lines: Vec<String> = match &self.load {
            Load::Asked | Load::Idle if self.as_of.is_none() => {
                vec![format!("loading tests{}", look.theme.symbols.ellipsis)]
            }
            Load::Failed(failure) => failure.hint.iter().cloned().collect(),
            _ if filter.is_empty() => vec![
                "No test was scored here.".to_owned(),
                "attestor import junit FILE --repo OWNER/NAME --commit SHA takes results in; r scores them."
                    .to_owned(),
            ],
            _ => vec![format!("No test matches {filter}"), "g/ lifts the filter, / changes it.".to_owned()],
        };
        let room = usize::from(area.width).saturating_sub(3);
        let wrapped = lines.iter().flat_map(|line| cells::wrap(line, room, 4, look.theme.symbols.ellipsis));
        for (line, text) in wrapped.take(area.height.into()).enumerate() {
            let style = if line == 0 { look.theme.text } else { look.theme.dim };
            buffer.set_stringn(area.x + 2, area.y + line as u16, text, room, style);
        }
    }
}

fn state(test: &Test, look: &Look<'_>) -> (String, Style) {
    let (symbol, word, style) = standing(test, look.now, look.theme);
    (format!("{symbol} {word}"), style)
}

fn text(shows: Shows, test: &Test, look: &Look<'_>) -> String {
    let symbols = look.theme.symbols;
    let or_none = |text: &str| if text.is_empty() { symbols.none.to_owned() } else { text.to_owned() };
    match shows {
        Shows::Name => or_none(&test.test_name.one_line()),
        Shows::Suite => or_none(&test.test_suite.one_line()),
        Shows::Strip(runs) => strip(&test.strip, runs, &symbols),
        Shows::Score => test.score().map_or_else(|| symbols.none.to_owned(), score),
        Shows::Severity => percent(test.severity),
        Shows::Rate => percent(test.failure_rate),
        Shows::State => String::new(),
        Shows::Environment => or_none(&test.environment.one_line()),
        Shows::Repo => or_none(&test.repo.one_line()),
        Shows::Age => test.first_run_at.map_or_else(|| symbols.none.to_owned(), |at| when::age(at, look.now)),
    }
}
