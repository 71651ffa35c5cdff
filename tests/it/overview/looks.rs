//! How the Overview looks, at four sizes.

use super::desk::{Desk, first_look, look, lost, now};
use crate::desk::check_cells;
use attestor::ids::{EntrySeq, FindingId};
use attestor::text::SafeText;
use attestor::ui::command::Command;
use attestor::ui::screens::overview::Msg;
use attestor::ui::screens::overview::lines::{self, Section};
use attestor::ui::screens::overview::wish::Look;
use attestor::ui::session::Visit;
use attestor::ui::theme::{Symbols, Theme};

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    crate::desk::pictures("overview", name, |columns, rows| state(columns, rows).screen());
}

#[test]
fn full() {
    pictures("full", |columns, rows| Desk::full(columns, rows, &look()));
}

/// The header of the columns stands in the line of the first title, and leaves no colour in it.
#[test]
fn titles_of_areas_look_alike() {
    let buffer = Desk::full(80, 22, &look()).buffer();
    let styles = |name: &str| {
        let cells = |y: u16| (1..=name.len() as u16).map(move |x| (x, y));
        let is_there = |y: &u16| cells(*y).map(|at| buffer[at].symbol()).collect::<String>() == name;
        let y = (0..buffer.area.height).find(is_there).unwrap();
        cells(y).map(|at| buffer[at].style()).collect::<Vec<_>>()
    };
    let (first, other) = (styles("FINDINGS"), styles("AUDIT CHAIN"));
    assert!(first.iter().all(|style| *style == other[0]), "{first:?}");
}

#[test]
fn first_visit() {
    pictures("first", |columns, rows| Desk::full(columns, rows, &first_look()));
}

#[test]
fn entries_in_focus() {
    pictures("entries", |columns, rows| {
        let mut desk = Desk::full(columns, rows, &look());
        desk.command(Command::FocusDetail);
        desk.command(Command::Down);
        desk
    });
}

#[test]
fn loading() {
    pictures("loading", Desk::opened);
}

#[test]
fn empty() {
    pictures("empty", |columns, rows| {
        let now = Visit { at: now(), seq: EntrySeq(0), finding: FindingId(0) };
        let look = Look { now, ..first_look() };
        let mut desk = Desk::opened(columns, rows);
        desk.answer(Msg::Looked(Ok(look.clone())));
        desk.answer_section(Section::Findings, lines::findings(&super::desk::queue(&look), &look));
        let quiet = lines::watched(&Default::default(), &Default::default(), &Default::default());
        desk.answer_section(Section::Watched, quiet);
        desk.answer_section(Section::Imports, lines::imports(&[], &Default::default(), &look));
        desk.answer_section(Section::Chain, lines::chain(EntrySeq(0), &Default::default(), None, &look));
        desk.answer(Msg::Entries(now.at, Ok(Vec::new())));
        desk
    });
}

#[test]
fn failed() {
    pictures("failed", |columns, rows| {
        let mut desk = Desk::opened(columns, rows);
        desk.answer(Msg::Looked(Err(lost())));
        desk
    });
}

#[test]
fn one_block_failed_after_a_refresh() {
    pictures("one_failed", |columns, rows| {
        let mut desk = Desk::full(columns, rows, &look());
        desk.command(Command::Refresh);
        desk.answer(Msg::Looked(Ok(look())));
        desk.answer(Msg::Section(Section::Findings, now(), Err(lost())));
        desk.answer(Msg::Section(Section::Chain, now(), Err(lost())));
        desk.answer(Msg::Entries(now(), Err(lost())));
        desk
    });
}

#[test]
fn without_unicode_every_cell_is_ascii() {
    let mut desk = Desk::full(80, 22, &look());
    desk.theme = Theme::named("dark", Symbols::ASCII).unwrap();
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
}

#[test]
fn hostile_names_stay_in_their_cells() {
    let hostile = SafeText::new(&format!("\u{1b}[31ma\u{202e}b\n漢{}", "x".repeat(5_000)));
    for (columns, rows) in [(80, 22), (200, 48), (40, 10), (1, 1), (23, 6)] {
        let mut desk = Desk::opened(columns, rows);
        let look = look();
        desk.answer(Msg::Looked(Ok(look.clone())));
        let mut imports = super::desk::imports();
        (imports[0].file_name, imports[0].project_name) = (hostile.clone(), hostile.clone());
        let mut entries = super::desk::entries();
        (entries[0].event_type, entries[0].actor) = (hostile.clone(), hostile.clone());
        let scans =
            attestor::triage::store::imports::Scans { under_way: vec![(hostile.clone(), 1)], failed: 0 };
        desk.answer_section(Section::Watched, Vec::new());
        desk.answer_section(Section::Imports, lines::imports(&imports, &scans, &look));
        let chain = lines::chain(EntrySeq(1), &Default::default(), entries.first(), &look);
        desk.answer_section(Section::Chain, chain);
        desk.answer(Msg::Entries(now(), Ok(entries)));
        for focus in [Command::FocusDetail, Command::FocusList] {
            desk.command(focus);
            check_cells(&desk.buffer());
        }
    }
}
