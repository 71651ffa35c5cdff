//! How the Audit screen looks, at four sizes.

use super::desk::{Desk, anchored, around, broken, listed, lost, now, report, stored};
use crate::desk::check_cells;
use attestor::audit::detail::Detail;
use attestor::ids::EntrySeq;
use attestor::text::SafeText;
use attestor::ui::command::Command;
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Ask, Input, Place};
use attestor::ui::screens::audit::wish::Rows;
use attestor::ui::screens::audit::{Msg, Wish};
use attestor::ui::theme::{Symbols, Theme};
use std::sync::Arc;

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    crate::desk::pictures("audit_screen", name, |columns, rows| state(columns, rows).screen());
}

#[test]
fn full() {
    pictures("full", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.verified(anchored(1_200, 0, 1));
        desk
    });
}

#[test]
fn an_entry_of_one_finding_in_its_detail() {
    pictures("detail", |columns, rows| {
        let mut desk = Desk::over(1_201, columns, rows);
        desk.verified(report(1_201));
        desk.does(Command::FocusDetail);
        desk.does(Command::PageDown);
        desk
    });
}

#[test]
fn a_broken_entry() {
    pictures("broken", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.verified(broken(1_204));
        desk.does(Command::NextBreak);
        desk.does(Command::NextBreak);
        desk.does(Command::NextBreak);
        let mut edited = stored(812);
        edited.payload = Some(r#"{"count": 1, "reason": "nothing to see"}"#.into());
        let detail = Detail::of(&edited, around(&stored(812), 1_204), None);
        desk.answer(Msg::Detail(EntrySeq(812), Ok(Some(Arc::new(detail)))));
        desk.does(Command::FocusDetail);
        desk
    });
}

#[test]
fn the_checklist() {
    pictures("checklist", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.verified(broken(1_204));
        desk.command(Command::Checklist);
        desk
    });
}

#[test]
fn loading() {
    pictures("loading", Desk::opened);
}

#[test]
fn empty() {
    pictures("empty", |columns, rows| Desk::over(0, columns, rows));
}

#[test]
fn nothing_matches() {
    pictures("no_match", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.tell(Input::Opened(Some(Place::Audit { filter: "category:override".into() })));
        let Some(Ask::Do(Wish::Rows { ticket, from, .. })) = desk.asked().pop() else { panic!("rows") };
        let rows = Rows { rows: vec![], above: Edge::End, below: Edge::End, head: EntrySeq(1_204) };
        desk.answer(Msg::Rows { ticket, from, at: now(), result: Ok(rows) });
        desk
    });
}

#[test]
fn failed() {
    pictures("failed", |columns, rows| {
        let mut desk = Desk::opened(columns, rows);
        let Some(Ask::Do(Wish::Rows { ticket, from, .. })) = desk.asked().pop() else { panic!("rows") };
        desk.answer(Msg::Rows { ticket, from, at: now(), result: Err(lost()) });
        desk
    });
}

#[test]
fn without_unicode_every_cell_is_ascii() {
    let mut desk = Desk::full(80, 22);
    desk.theme = Theme::named("dark", Symbols::ASCII).unwrap();
    desk.verified(broken(1_204));
    for command in [Command::FocusDetail, Command::Checklist] {
        desk.command(command);
        let screen = desk.screen();
        // A cut hash is a hash, whatever the locale.
        assert!(screen.replace('…', "").is_ascii(), "{screen}");
    }
}

#[test]
fn hostile_text_stays_in_its_cells() {
    let hostile = format!("\u{1b}[31ma\u{202e}b\n漢{}", "x".repeat(5_000));
    let safe = SafeText::new(&hostile);
    for (columns, rows) in [(80, 22), (200, 48), (40, 10), (1, 1), (23, 6)] {
        let mut desk = Desk::opened(columns, rows);
        let Some(Ask::Do(Wish::Rows { ticket, from, .. })) = desk.asked().pop() else { panic!("rows") };
        let mut row = listed(1);
        (row.category, row.event_type, row.actor) = (safe.clone(), safe.clone(), safe.clone());
        (row.db_user, row.repo_full_name) = (SafeText::new("x"), Some(safe.clone()));
        let rows = Rows { rows: vec![row], above: Edge::End, below: Edge::End, head: EntrySeq(1) };
        desk.answer(Msg::Rows { ticket, from, at: now(), result: Ok(rows) });
        let text = || Some(hostile.clone());
        let mut row = stored(1);
        (row.category, row.event_type, row.actor, row.actor_type) = (text(), text(), text(), text());
        (row.db_user, row.repo_full_name, row.commit_sha) = (text(), text(), text());
        (row.control_id, row.chain_id, row.payload_alg) = (text(), text(), text());
        (row.framework_text, row.occurred_at_text, row.occurred_at) = (text(), text(), None);
        (row.payload_hash, row.prev_hash, row.entry_hash) = (text(), text(), text());
        row.payload = Some(format!("{{\"{hostile}\": [\"{hostile}\", {hostile}"));
        let mut neighbours = around(&stored(1), 2);
        neighbours.behind.as_mut().unwrap().listed.event_type = safe.clone();
        neighbours.behind.as_mut().unwrap().prev_hash = text();
        let detail = Detail::of(&row, neighbours, Some(super::desk::writers()));
        desk.answer(Msg::Detail(EntrySeq(1), Ok(Some(Arc::new(detail)))));
        let mut report = broken(1_204);
        report.chain_id = text();
        report.stopped = text();
        desk.verified(report);
        for command in [Command::FocusDetail, Command::PageDown, Command::Bottom, Command::Checklist] {
            desk.command(command);
            check_cells(&desk.buffer());
        }
    }
}

#[test]
fn the_sample_of_a_report() {
    pictures("sample", |columns, rows| {
        let mut desk = super::sample::opened(columns, rows);
        desk.does(Command::Down);
        desk
    });
}

#[test]
fn the_form_of_a_report() {
    pictures("report_form", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.command(Command::Report);
        desk
    });
}
