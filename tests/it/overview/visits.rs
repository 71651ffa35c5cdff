//! What is new since the last visit, and when a visit counts.

use super::desk::{Desk, chain, entries, first_look, imports, look, lost, now, queue, scans};
use attestor::ids::{EntrySeq, FindingId};
use attestor::ui::command::Command;
use attestor::ui::screen::Ask;
use attestor::ui::screens::overview::lines::{self, Section};
use attestor::ui::screens::overview::wish::Look;
use attestor::ui::screens::overview::{Msg, Wish};
use attestor::ui::session::Visit;

fn head(desk: &Desk) -> String {
    desk.screen().lines().next().unwrap().to_owned()
}

#[test]
fn the_first_visit_says_so_and_marks_nothing() {
    let desk = Desk::full(120, 38, &first_look());
    assert!(head(&desk).contains("first visit here"), "{}", head(&desk));
    assert!(!desk.screen().contains('●') && !desk.screen().contains(" +"), "{}", desk.screen());
}

#[test]
fn what_is_newer_is_counted_and_marked() {
    let desk = Desk::full(120, 46, &look());
    assert_eq!(head(&desk), " new since your last visit, 2026-03-12 12:00Z: 4 findings, 16 audit entries");
    assert!(desk.line("▲ high").contains("+3"), "{}", desk.screen());
    assert!(!desk.line("came back").contains('+'));
    assert!(desk.line("entries").contains("+16"));
    assert!(desk.line("…ghtly-semgrep").contains('●') && !desk.line("trivy").contains('●'));
    assert!(desk.line("1,189").contains('●') && !desk.line("1,188").contains('●'), "{}", desk.screen());
}

#[test]
fn nothing_new_is_said_too() {
    let look = Look { last: Some(look().now), ..look() };
    let desk = Desk::full(120, 38, &look);
    assert_eq!(head(&desk), " nothing new since your last visit, 2026-03-14 12:00Z");
}

#[test]
fn a_chain_that_has_become_shorter_is_told() {
    let last = Visit { seq: EntrySeq(1_210), ..look().now };
    let desk = Desk::full(120, 38, &Look { last: Some(last), ..look() });
    assert!(desk.line("✗ shorter").contains("it ended at 1,210 at your last visit"));
    let same = Visit { seq: EntrySeq(1_204), ..look().now };
    let desk = Desk::full(120, 38, &Look { last: Some(same), ..look() });
    assert!(!desk.screen().contains("shorter"));
}

fn kept(desk: &mut Desk) -> Vec<Wish> {
    let asks = desk.asked().into_iter();
    let wishes = asks.filter_map(|ask| if let Ask::Do(wish) = ask { Some(wish) } else { None });
    wishes.filter(|wish| matches!(wish, Wish::Keep(..))).collect()
}

#[test]
fn a_visit_is_kept_once_everything_was_shown_and_never_before() {
    let keep = Wish::Keep("example.com/audit".into(), look().now);
    let mut desk = Desk::opened(80, 22);
    desk.answer(Msg::Looked(Ok(look())));
    desk.answer_section(Section::Findings, lines::findings(&queue(&look()), &look()));
    desk.answer_section(Section::Watched, Vec::new());
    desk.answer_section(Section::Imports, lines::imports(&imports(), &scans(), &look()));
    desk.answer(Msg::Entries(now(), Ok(entries())));
    assert_eq!(kept(&mut desk), []);
    desk.answer_section(Section::Chain, chain(&look()));
    assert_eq!(kept(&mut desk), std::slice::from_ref(&keep));
    desk.answer(Msg::Kept(Ok(())));
    assert_eq!(kept(&mut desk), []);
    // Looked at anew, it is kept anew; what was new stays marked as long as the console is open.
    desk.command(Command::Refresh);
    let later = Visit { seq: EntrySeq(1_300), finding: FindingId(400), ..look().now };
    desk.answer_all(&Look { last: Some(look().now), now: later, ..look() });
    assert_eq!(kept(&mut desk), [Wish::Keep("example.com/audit".into(), later)]);
    assert!(head(&desk).contains("2026-03-12"), "{}", head(&desk));
}

#[test]
fn a_visit_of_which_nothing_was_seen_is_not_kept() {
    let mut desk = Desk::opened(80, 22);
    desk.answer(Msg::Looked(Ok(look())));
    for section in Section::ALL {
        desk.answer(Msg::Section(section, now(), Err(lost())));
    }
    desk.answer(Msg::Entries(now(), Err(lost())));
    assert_eq!(kept(&mut desk), []);
    let mut desk = Desk::full(80, 22, &Look { database: None, ..look() });
    assert_eq!(kept(&mut desk), [], "a database without a name cannot be told from another");
}

#[test]
fn what_cannot_be_remembered_is_told() {
    let mut desk = Desk::full(80, 22, &look());
    desk.asked();
    desk.answer(Msg::Kept(Err("no space left".into())));
    let Some(Ask::Toast(toast)) = desk.asked().pop() else { panic!("nothing is said") };
    assert!(toast.text.contains("no space left"));
}
