//! How the Tests screen looks, at four sizes.

use super::desk::{Desk, detail, lost, now, tests, text};
use crate::desk::check_cells;
use attestor::flaky::preview::Preview;
use attestor::flaky::state::Thresholds;
use attestor::ui::command::Command;
use attestor::ui::screen::Told;
use attestor::ui::screens::tests::Msg;
use attestor::ui::theme::{Symbols, Theme};
use std::sync::Arc;

fn picture(name: &str, picture: &str) {
    crate::desk::picture("tests_screen", name, picture);
}

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    crate::desk::pictures("tests_screen", name, |columns, rows| state(columns, rows).screen());
}

#[test]
fn full() {
    pictures("full", Desk::full);
}

#[test]
fn a_detail_in_focus() {
    pictures("detail", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::OpenSelected);
        desk.command(Command::Zoom);
        desk.command(Command::Down);
        desk
    });
}

#[test]
fn in_quarantine() {
    pictures("quarantined", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::Down);
        desk.rest();
        desk
    });
}

#[test]
fn quarantining() {
    pictures("quarantining", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::Quarantine);
        desk.keys("\nraces with the clock\n");
        desk
    });
}

#[test]
fn a_preview() {
    pictures("preview", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::PreviewThreshold);
        desk.keys("\n");
        let thresholds = Thresholds { score: 0.5, commits: 1 };
        let mut preview = Preview::new(Thresholds { score: 0.95, commits: 2 }, Thresholds::default());
        for test in tests() {
            preview.look(&test);
        }
        assert_ne!(thresholds, Thresholds::default());
        desk.answer(Msg::Preview(Thresholds::default(), Ok(Arc::new(preview))));
        desk.command(Command::FocusDetail);
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
fn in_words() {
    let mut desk = Desk::full(80, 22);
    let mut words = desk.told(Told::List);
    words.push("--".to_owned());
    words.extend(desk.told(Told::Detail));
    desk.command(Command::Quarantine);
    words.push("--".to_owned());
    words.extend(desk.told(Told::Asked));
    picture("words", &words.join("\n"));
}

#[test]
fn without_unicode_every_cell_is_ascii() {
    let mut desk = Desk::full(80, 22);
    desk.theme = Theme::named("dark", Symbols::ASCII).unwrap();
    let screen = desk.screen();
    assert!(screen.is_ascii(), "{screen}");
    assert!(screen.contains("......-") || screen.contains('!'), "strips are there: {screen}");
}

#[test]
fn hostile_words_stay_in_their_cells() {
    let hostile = text(&format!("\u{1b}[31ma\u{202e}b\n漢{}", "x".repeat(5_000)));
    for (columns, rows) in [(80, 22), (200, 48), (40, 10), (1, 1), (23, 6)] {
        let mut desk = Desk::opened(columns, rows);
        let mut rows = tests();
        for test in &mut rows {
            (test.test_name, test.test_suite) = (hostile.clone(), hostile.clone());
            (test.repo, test.environment, test.strip) = (hostile.clone(), hostile.clone(), hostile.clone());
            (test.owner, test.reason, test.link) =
                (Some(hostile.clone()), Some(hostile.clone()), Some(hostile.clone()));
        }
        let mut shown = detail(rows[1].clone());
        for group in &mut shown.failures {
            group.text = format!("\u{1b}[31m{}", hostile.as_str());
        }
        for run in &mut shown.runs {
            (run.commit_sha, run.branch, run.mark) = (hostile.clone(), hostile.clone(), '\u{1b}');
        }
        shown.decisions[0].reason = hostile.clone();
        shown.elsewhere[0].environment = hostile.clone();
        let id = rows[1].id;
        desk.give(rows);
        desk.command(Command::Down);
        desk.rest();
        desk.answer(Msg::Detail(id, Ok(Arc::new(shown))));
        for command in [Command::FocusDetail, Command::Bottom, Command::FocusList, Command::Quarantine] {
            desk.command(command);
            check_cells(&desk.buffer());
        }
    }
}
