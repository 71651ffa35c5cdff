//! How the Drift screen looks, at four sizes.

use super::desk::{Desk, lost, now, plan, rows, spells};
use attestor::ui::command::Command;
use attestor::ui::screens::drift::Msg;
use attestor::ui::theme::{Symbols, Theme};
use std::sync::Arc;

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    crate::desk::pictures("drift_screen", name, |columns, rows| state(columns, rows).screen());
}

#[test]
fn full() {
    pictures("full", Desk::full);
}

#[test]
fn a_field_with_its_history() {
    pictures("field", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::OpenSelected);
        desk.command(Command::NextNeedy);
        desk.command(Command::OpenSelected);
        desk.answer(Msg::History(1, "branch_protection.enforce_admins".into(), Ok(spells())));
        desk
    });
}

#[test]
fn unfolded() {
    pictures("unfolded", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::OpenSelected);
        desk.command(Command::FoldAll);
        desk.command(Command::Bottom);
        desk
    });
}

#[test]
fn ignoring() {
    pictures("ignoring", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::IgnoreDrift);
        desk.keys("known until 7d");
        desk
    });
}

#[test]
fn reviewing() {
    pictures("reviewing", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        let plan = plan();
        let hash = plan.hash();
        desk.answer(Msg::Planned(Ok((Arc::new(plan), hash))));
        desk
    });
}

#[test]
fn changed_meanwhile() {
    pictures("changed", |columns, height| {
        let mut desk = Desk::full(columns, height);
        let mut fresh = rows();
        (fresh[1].drift_count, fresh[1].critical_count) = (9, 3);
        desk.answer(Msg::Fresh(Ok(fresh)));
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
fn without_colours_and_in_ascii_it_says_the_same() {
    let mut desk = Desk::full(80, 22);
    desk.theme = Theme::mono(Symbols::ASCII);
    let screen = desk.screen();
    assert!(screen.is_ascii() && screen.contains("1 crit of 4"), "{screen}");
}
