//! How the Runs screen looks, at four sizes.

use super::desk::{Desk, detail, lost, now, runs, text};
use crate::desk::check_cells;
use attestor::operations::report::Broken;
use attestor::operations::store::one::Told;
use attestor::ui::command::Command;
use attestor::ui::screen::Told as Part;
use attestor::ui::screens::runs::Msg;
use attestor::ui::theme::{Symbols, Theme};
use std::sync::Arc;

fn picture(name: &str, picture: &str) {
    crate::desk::picture("runs_screen", name, picture);
}

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    crate::desk::pictures("runs_screen", name, |columns, rows| state(columns, rows).screen());
}

#[test]
fn full() {
    pictures("full", Desk::full);
}

#[test]
fn a_report_in_focus() {
    pictures("report", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::OpenSelected);
        desk.command(Command::NextNeedy);
        desk
    });
}

#[test]
fn acknowledging() {
    pictures("acknowledging", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::Acknowledge);
        desk.keys("known since May until 7d");
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
        let mut desk = Desk::opened(columns, rows);
        desk.give(Vec::new());
        desk.answer(Msg::Standing(Ok(Default::default())));
        desk
    });
}

#[test]
fn failed() {
    pictures("failed", |columns, rows| {
        let mut desk = Desk::opened(columns, rows);
        let ticket = desk.ticket();
        desk.answer(Msg::Rows { ticket, after: None, at: now(), result: Err(lost()) });
        desk
    });
}

#[test]
fn a_report_that_breaks_its_contract() {
    pictures("broken", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        let mut broken = detail(runs()[1].clone());
        broken.report = Some(Told::Broken { broken: Broken("unknown variant `odd`".into()) });
        desk.answer(Msg::Detail(broken.run.id, Ok(Some(Arc::new(broken)))));
        desk.command(Command::OpenSelected);
        desk
    });
}

#[test]
fn in_words() {
    let mut desk = Desk::full(80, 22);
    let mut words = desk.told(Part::List);
    words.push("--".to_owned());
    words.extend(desk.told(Part::Detail));
    desk.command(Command::Acknowledge);
    words.push("--".to_owned());
    words.extend(desk.told(Part::Asked));
    picture("words", &words.join("\n"));
}

#[test]
fn without_unicode_every_cell_is_ascii() {
    let mut desk = Desk::full(80, 22);
    desk.theme = Theme::named("dark", Symbols::ASCII).unwrap();
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
}

#[test]
fn hostile_words_stay_in_their_cells() {
    let hostile = text(&format!("\u{1b}[31ma\u{202e}b\n漢{}", "x".repeat(5_000)));
    for (columns, rows) in [(80, 22), (200, 48), (40, 10), (1, 1), (23, 6)] {
        let mut desk = Desk::opened(columns, rows);
        let mut rows = runs();
        for run in &mut rows {
            (run.flow, run.status, run.outcome) = (hostile.clone(), hostile.clone(), hostile.clone());
            (run.about, run.failure) = (Some(hostile.clone()), Some(hostile.clone()));
        }
        let mut shown = detail(rows[0].clone());
        shown.report = detail(runs()[1].clone()).report;
        shown.inputs = vec![(hostile.clone(), hostile.clone())];
        shown.acknowledgements[0].reason = hostile.clone();
        if let Some(Told::Report(report)) = &mut shown.report {
            for check in &mut report.checks {
                (check.title, check.message) = (hostile.clone(), hostile.clone());
                for evidence in &mut check.evidence {
                    evidence.kind = hostile.clone();
                }
            }
        }
        desk.give(rows.clone());
        desk.answer(Msg::Detail(rows[0].id, Ok(Some(Arc::new(shown)))));
        for focus in [Command::FocusDetail, Command::FocusList] {
            desk.command(focus);
            check_cells(&desk.buffer());
        }
    }
}
