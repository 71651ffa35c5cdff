//! Draws the list of tests, and how all of them stand above it.

use super::marks::{is_needy, percent, score, standing, strip};
use super::state::Tests;
use crate::flaky::test::Test;
use crate::ui::list_detail::list_view::{draw_counts, none_matches};
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Lead, Room};
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
        let Some(standing) = self.standing else { return };
        let (theme, symbols) = (look.theme, look.theme.symbols);
        let parts = [
            (standing.suggested, symbols.up, "suggested", theme.warn),
            (standing.expired, symbols.up, "expired", theme.warn),
            (standing.graduable, symbols.up, "may leave", theme.warn),
            (standing.flaky, symbols.differs, "flaky", theme.warn),
            (standing.broken, symbols.cross, "broken", theme.bad),
            (standing.quarantined, symbols.square, "quarantined", theme.text),
        ];
        let none = match standing.tests {
            0 => String::new(),
            _ => format!("{} no test lies", symbols.check),
        };
        draw_counts(&parts, &none, area, buffer, look);
    }

    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let cell = |shows, test: &Test, lead| match shows {
            // The marker and one bold word: a moved cursor costs few bytes.
            Shows::Name if lead == Lead::Selected => (text(shows, test, look), theme.selected),
            Shows::State if self.under_way.contains(&test.id) => {
                (format!("{} saving", theme.symbols.ellipsis), theme.accent)
            }
            Shows::State => state(test, look),
            Shows::Suite | Shows::Environment | Shows::Repo | Shows::Age => {
                (text(shows, test, look), theme.dim)
            }
            _ => (text(shows, test, look), theme.text),
        };
        let mark = |_, test: &Test| is_needy(test, look.now).then_some((theme.symbols.mark, theme.accent));
        let none = || match self.list.filter.in_force() {
            "" => vec![
                "No test was scored here.".to_owned(),
                "attestor import junit FILE --repo OWNER/NAME --commit SHA takes results in; r scores them."
                    .to_owned(),
            ],
            filter => none_matches("test", filter),
        };
        let view = self.list.view("tests", columns(list.width));
        view.draw((header, list), buffer, look, mark, cell, none);
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
