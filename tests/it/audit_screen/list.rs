//! Walking the chain: pages, jumps, the filter, the tail, and where an entry leads.

use super::desk::{Desk, detail, lost, now, payload, stored};
use attestor::db::series::Reach;
use attestor::ids::EntrySeq;
use attestor::ui::command::{Command, Pane};
use attestor::ui::list_detail::cursor::Way;
use attestor::ui::list_detail::window::{Edge, Hold, Select, Window};
use attestor::ui::screen::{Ask, Input, Mode, Nature, Place, Screen};
use attestor::ui::screens::audit::wish::From;
use attestor::ui::screens::audit::{Msg, Wish};

const PAGE: usize = Hold::AroundTheCursor.page();
const ROWS_MAX: usize = Hold::AroundTheCursor.rows_max();

#[test]
fn ten_million_entries_are_walked_in_a_bounded_window() {
    let mut desk = Desk::over(10_000_000, 80, 22);
    assert_eq!(desk.selected(), 10_000_000);
    for _ in 0..900 {
        desk.does(Command::PageDown);
    }
    assert_eq!(desk.selected(), 10_000_000 - 900 * 4);
    for _ in 0..900 {
        desk.does(Command::PageUp);
    }
    assert_eq!(desk.selected(), 10_000_000);
    desk.does(Command::Bottom);
    assert_eq!(desk.selected(), 1);
    desk.does(Command::Up);
    assert_eq!(desk.selected(), 2);
    desk.does(Command::Top);
    assert_eq!(desk.selected(), 10_000_000);
    assert!(desk.line(0).ends_with("newest 10,000,000"), "{}", desk.line(0));
}

#[test]
fn the_window_never_holds_more_than_its_bound() {
    let mut window = Window::new(Hold::AroundTheCursor);
    let page = |newest: i64| -> Vec<_> {
        (newest - PAGE as i64 + 1..=newest).rev().map(super::desk::listed).collect()
    };
    window.replace(page(20_000), Edge::End, Edge::More, Select::First, 10);
    for at in 1..40 {
        window.go(Way::Down, PAGE, 10);
        window.extend(Way::Down, page(20_000 - at * PAGE as i64), Edge::More);
        assert!(window.rows().len() <= ROWS_MAX, "{}", window.rows().len());
    }
    assert_eq!(window.above, Edge::More);
    for _ in 0..60 {
        window.go(Way::Up, PAGE, 10);
        let first = window.rows()[0].seq.0;
        if first < 20_000 {
            window.extend(Way::Up, page(first + PAGE as i64), Edge::of(first + (PAGE as i64) < 20_000));
        }
        assert!(window.rows().len() <= ROWS_MAX, "{}", window.rows().len());
    }
    assert_eq!(window.selected().unwrap().seq, EntrySeq(20_000));
}

#[test]
fn a_page_that_is_sent_twice_is_shown_once() {
    let mut window = Window::new(Hold::AroundTheCursor);
    let rows = |from: i64, to: i64| (from..=to).rev().map(super::desk::listed).collect::<Vec<_>>();
    window.replace(rows(50, 60), Edge::More, Edge::More, Select::First, 5);
    window.extend(Way::Down, rows(45, 52), Edge::End);
    window.extend(Way::Up, rows(58, 63), Edge::End);
    let seqs: Vec<i64> = window.rows().iter().map(|row| row.seq.0).collect();
    assert_eq!(seqs, (45..=63).rev().collect::<Vec<_>>());
    assert_eq!(window.selected().unwrap().seq.0, 60);
}

/// Types a number behind `#`, and says where the cursor stands and what is said.
fn jump(desk: &mut Desk, number: &str) -> (i64, Vec<String>) {
    desk.asked();
    desk.command(Command::JumpToId);
    desk.keys(number);
    desk.keys("\n");
    desk.settle();
    (desk.selected(), desk.toasts())
}

#[test]
fn a_jump_goes_to_any_entry() {
    let mut desk = Desk::over(10_000_000, 80, 22);
    assert_eq!(jump(&mut desk, "5000000"), (5_000_000, vec![]));
    assert_eq!(jump(&mut desk, "5,000,001"), (5_000_001, vec![]));
    assert_eq!(jump(&mut desk, "#1"), (1, vec![]));
    assert_eq!(
        jump(&mut desk, "99999999"),
        (10_000_000, vec!["the chain ends at 10000000; this is 10000000".into()])
    );
    desk.missing = vec![400];
    assert_eq!(
        jump(&mut desk, "400"),
        (399, vec!["there is no entry 400: the chain has a gap; this is 399".into()])
    );
    let (_, toasts) = jump(&mut desk, "zero");
    assert!(
        toasts.is_empty() && desk.screen().contains("the number of an entry is wanted"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.screen.mode(), Mode::Line);
    desk.keys("\x1b");
    assert_eq!(desk.screen.mode(), Mode::Browse);
}

#[test]
fn a_jump_outside_the_filter_lifts_it() {
    let mut desk = Desk::full(80, 22);
    desk.tell(Input::Opened(Some(Place::Audit { filter: "event:x".into() })));
    desk.settle();
    assert_eq!(desk.selected(), 1_200);
    assert!(desk.line(0).contains("41 of 1,204"), "{}", desk.line(0));
    assert_eq!(jump(&mut desk, "500"), (500, vec![]), "it is within the filter");
    assert!(desk.line(0).contains("/ event:x"), "{}", desk.line(0));
    let (at, toasts) = jump(&mut desk, "501");
    assert_eq!((at, toasts.len()), (501, 1));
    assert!(toasts[0].contains("outside the filter") && desk.line(0).contains("lifted"), "{toasts:?}");
    desk.does(Command::SuspendFilter);
    assert!(desk.line(0).contains("/ event:x"), "{}", desk.line(0));
}

#[test]
fn late_answers_to_another_question_are_dropped() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Filter);
    desk.keys("event:x\n");
    let Some(Ask::Do(Wish::Rows { ticket, filter, .. })) = desk.asked().pop() else { panic!("rows") };
    assert_eq!(filter, "event:x");
    desk.answer(Msg::Count { ticket: ticket - 1, result: Ok((7, Reach::Whole)) });
    desk.answer(Msg::Rows { ticket: ticket - 1, from: From::Top, at: now(), result: Err(lost()) });
    assert!(!desk.screen().contains("does not answer"), "{}", desk.screen());
}

#[test]
fn new_entries_wait_to_be_asked_for() {
    let mut desk = Desk::full(80, 22);
    desk.does(Command::Down);
    desk.asked();
    desk.tell(Input::News);
    let asked = desk.asked();
    let [Ask::Do(Wish::News { ticket, beyond, .. })] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(*beyond, EntrySeq(1_204));
    desk.answer(Msg::News { ticket: *ticket, result: Ok(12) });
    assert!(desk.line(0).contains("12 new, R"), "{}", desk.line(0));
    assert_eq!(desk.selected(), 1_203, "no row moves");
    desk.head = 1_216;
    desk.does(Command::Refresh);
    assert_eq!(desk.selected(), 1_203, "the entry stays under the cursor");
    assert!(!desk.line(0).contains("new, R") && desk.line(0).contains("newest 1,216"), "{}", desk.line(0));
}

#[test]
fn the_tail_is_followed_until_the_person_goes_elsewhere() {
    let mut desk = Desk::full(80, 22);
    desk.does(Command::Follow);
    assert!(desk.line(0).contains("follows"), "{}", desk.line(0));
    desk.head = 1_210;
    desk.tell(Input::News);
    desk.settle();
    assert_eq!(desk.selected(), 1_210);
    desk.does(Command::Down);
    assert!(!desk.line(0).contains("follows"), "{}", desk.line(0));
    desk.head = 1_220;
    desk.asked();
    desk.tell(Input::News);
    assert!(matches!(desk.asked().as_slice(), [Ask::Do(Wish::News { .. })]));
    assert_eq!(desk.selected(), 1_209);
}

#[test]
fn an_entry_leads_to_what_it_speaks_of() {
    let opens = |seq: i64| {
        let mut desk = Desk::over(seq, 80, 22);
        desk.asked();
        desk.command(Command::OpenSubject);
        desk.asked()
    };
    let findings = |filter: &str| vec![Ask::Open(Place::Findings { filter: filter.into() })];
    assert!(payload(1_201).contains("finding_id"));
    assert_eq!(opens(1_201), findings("id:1201"));
    assert_eq!(opens(1_202), findings("scan:1202,31"));
    assert!(matches!(opens(1_203).as_slice(), [Ask::Toast(_)]));
    for filter in ["id:1201", "scan:1202,31"] {
        let parsed = attestor::filter::parse(filter, &attestor::triage::store::fields::FIELDS);
        assert!(parsed.is_ok(), "{filter}");
    }
}

#[test]
fn enter_in_the_detail_folds_and_walks_to_neighbours() {
    let mut desk = Desk::over(1_201, 80, 40);
    desk.command(Command::OpenSelected);
    assert_eq!(desk.screen.pane(), Pane::AuditDetail);
    assert!(desk.screen().contains("verdict: null"), "{}", desk.screen());
    let go_to = |desk: &mut Desk, text: &str| {
        desk.command(Command::Top);
        for _ in 0..80 {
            if desk.screen().lines().any(|line| line.starts_with('>') && line.contains(text)) {
                return;
            }
            desk.command(Command::Down);
        }
        panic!("no line with {text}:\n{}", desk.screen());
    };
    go_to(&mut desk, "before: {2}");
    desk.command(Command::OpenSelected);
    assert!(!desk.screen().contains("verdict: null"), "{}", desk.screen());
    desk.command(Command::OpenSelected);
    assert!(desk.screen().contains("verdict: null"), "{}", desk.screen());
    desk.command(Command::FoldAll);
    assert!(!desk.screen().contains("verdict: null"), "{}", desk.screen());
    desk.command(Command::FoldAll);
    go_to(&mut desk, "before     1200");
    desk.does(Command::OpenSelected);
    assert!(desk.screen().contains("#1200"), "{}", desk.screen());
}

#[test]
fn every_part_fails_for_itself_and_says_what_to_press() {
    let mut desk = Desk::opened(80, 22);
    let Some(Ask::Do(Wish::Rows { ticket, from, .. })) = desk.asked().pop() else { panic!("rows") };
    desk.answer(Msg::Rows { ticket, from, at: now(), result: Err(lost()) });
    let screen = desk.screen();
    assert!(
        screen.contains("does not answer; R tries again") && screen.contains("is the server up?"),
        "{screen}"
    );
    desk.tell(Input::Reconnected);
    desk.settle();
    assert_eq!(desk.selected(), 1_204);
    desk.answer(Msg::Detail(EntrySeq(1_204), Err(lost())));
    assert!(desk.screen().contains("does not answer; R tries again"), "{}", desk.screen());
    desk.answer(Msg::Detail(EntrySeq(1_204), Ok(None)));
    assert!(desk.screen().contains("no longer there"), "{}", desk.screen());
    desk.answer(Msg::Detail(EntrySeq(9), Ok(Some(detail(&stored(9), 10)))));
    assert!(!desk.screen().contains("#9 "), "the detail of another entry is late");
    desk.command(Command::Refresh);
    desk.tell(Input::Stopped(Nature::Load("list")));
    assert!(desk.screen().contains("the load was stopped"), "{}", desk.screen());
}

#[test]
fn the_command_line_that_shows_the_same_is_copied() {
    let copied = |desk: &mut Desk| {
        desk.asked();
        desk.command(Command::CopyCommand);
        match desk.asked().pop() {
            Some(Ask::Copy(text)) => text.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let mut desk = Desk::full(80, 22);
    assert_eq!(copied(&mut desk), "attestor audit list");
    desk.does(Command::FocusDetail);
    assert_eq!(copied(&mut desk), "attestor audit show 1204");
    desk.tell(Input::Opened(Some(Place::Audit { filter: "actor:o'neil".into() })));
    desk.settle();
    assert_eq!(copied(&mut desk), r"attestor audit list --filter 'actor:o'\''neil'");
}

#[test]
fn a_paste_goes_into_the_filter_and_decides_nothing() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.tell(Input::Paste("category:override\n".into()));
    assert_eq!((desk.asked(), desk.screen.mode()), (vec![], Mode::Line));
}
