//! The list: the cursor, windows of pages, refreshes, and the detail that follows.

use super::desk::{Desk, finding, findings, now, sample};
use attestor::error::{Error, Kind};
use attestor::ids::FindingId;
use attestor::triage::finding::Finding;
use attestor::ui::command::Command;
use attestor::ui::list_detail::cursor::Way;
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Ask, Input, Nature, Place, Screen};
use attestor::ui::screens::findings::wish::{From, Rows};
use attestor::ui::screens::findings::{Findings, Msg, Wish};

/// The row under the cursor after these commands, on 100 rows of which 9 are shown.
fn check(commands: &[Command], selected: &str, place: &str) {
    let mut desk = Desk::with(findings(100));
    commands.iter().for_each(|command| desk.command(*command));
    assert!(desk.selected().contains(selected), "{commands:?}: {}", desk.screen());
    assert_eq!(desk.place(), place, "{commands:?}");
}

#[test]
fn the_cursor_moves() {
    use Command::{Bottom, Down, PageDown, PageUp, Top, Up};
    check(&[], "rule-100 ", "1 of 100");
    check(&[Down], "rule-99 ", "2 of 100");
    check(&[Up], "rule-100 ", "1 of 100");
    check(&[Down, Down, Up], "rule-99 ", "2 of 100");
    check(&[PageDown], "rule-96 ", "5 of 100");
    check(&[PageDown, PageUp], "rule-100 ", "1 of 100");
    check(&[Bottom], "rule-1 ", "100 of 100");
    check(&[Bottom, Down], "rule-1 ", "100 of 100");
    check(&[Bottom, Top], "rule-100 ", "1 of 100");
}

#[test]
fn a_list_scrolls_by_half_a_page_at_its_edge() {
    let mut desk = Desk::with(findings(100));
    let mut shown_first = Vec::new();
    for _ in 0..20 {
        desk.command(Command::Down);
        let screen = desk.screen();
        shown_first.push(screen.lines().nth(2).unwrap().contains("rule-100 "));
        assert!(desk.selected().contains("rule-"), "the cursor is out of sight: {screen}");
    }
    // Nine rows are shown: the ninth step leaves them.
    assert_eq!(shown_first.iter().filter(|first| **first).count(), 8);
    let before = desk.screen();
    desk.command(Command::Up);
    let moved = before
        .lines()
        .skip(2)
        .zip(desk.screen().lines().skip(2).map(str::to_owned).collect::<Vec<_>>())
        .filter(|(a, b)| a.trim_start_matches('>').trim() != b.trim_start_matches('>').trim())
        .count();
    assert_eq!(moved, 0, "one step back moves no row");
}

#[test]
fn the_detail_follows_when_the_cursor_rests() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Down);
    assert_eq!(desk.asks, [Ask::Rest], "nothing is loaded while the cursor moves");
    let screen = desk.screen();
    assert!(screen.contains("── sql-injection ──"), "the rule still names what the detail shows: {screen}");
    assert!(screen.contains("def get(user_id)"));
    desk.tell(Input::Rested);
    let screen = desk.screen();
    assert!(screen.contains("── CVE-2024-3094  xz-utils 5.6.0 ──"), "{screen}");
    assert!(!screen.contains("def get(user_id)"), "another finding's code is gone at once: {screen}");
    assert!(screen.contains(" Cargo.lock  risk 83.7"), "what the row knows is there at once: {screen}");
    assert_eq!(desk.wishes(), [Wish::Detail(FindingId(9))]);
    desk.tell(Input::Rested);
    desk.asks.push(Ask::Do(Wish::Detail(FindingId(9))));
    desk.answer_detail();
    assert!(desk.screen().contains("def get(user_id)"));
    desk.asks.clear();
    desk.tell(Input::Rested);
    assert_eq!(desk.wishes(), [], "what is here is not loaded twice");
}

#[test]
fn a_detail_of_another_finding_is_dropped() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Down);
    desk.tell(Input::Rested);
    let late = super::desk::detail(sample().remove(0));
    desk.answer(Msg::Detail(FindingId(12), Ok(Box::new(late))));
    assert!(!desk.screen().contains("def get(user_id)"), "{}", desk.screen());
}

#[test]
fn late_rows_are_dropped() {
    let mut desk = Desk::with(findings(3));
    desk.command(Command::Refresh);
    let (first, from) = desk.asked_rows().unwrap();
    desk.command(Command::Sort);
    let rows = Rows { rows: findings(50), above: Edge::End, below: Edge::End, at: 0, newest: None };
    desk.answer(Msg::Rows { ticket: first, from, at: now(), result: Ok(rows) });
    assert!(!desk.screen().contains("rule-50 "), "{}", desk.screen());
    desk.answer_rows(findings(5), Edge::End, Edge::End);
    assert!(desk.screen().contains("rule-5 "));
}

#[test]
fn a_refresh_keeps_the_row_under_the_cursor() {
    let mut desk = Desk::with(findings(20));
    for _ in 0..5 {
        desk.command(Command::Down);
    }
    assert!(desk.selected().contains("rule-15 "));
    desk.command(Command::Refresh);
    assert!(matches!(desk.asked_rows(), Some((_, From::Around(row))) if row.id == FindingId(15)));
    assert!(desk.selected().contains("rule-15 "), "what was stays while it loads");
    desk.answer_rows(findings(30), Edge::End, Edge::End);
    assert!(desk.selected().contains("rule-15 "), "{}", desk.screen());
    assert_eq!(desk.place(), "16 of 30");
}

#[test]
fn a_failed_refresh_keeps_the_rows_and_says_from_when_they_are() {
    let mut desk = Desk::with(findings(20));
    desk.command(Command::Refresh);
    let (ticket, from) = desk.asked_rows().unwrap();
    let error = Error::new(Kind::NoDatabase, "the database does not answer");
    desk.answer(Msg::Rows { ticket, from, at: now(), result: Err(error) });
    let screen = desk.screen();
    assert!(screen.contains("the database does not answer; R tries again; rows as of 14:02Z"), "{screen}");
    assert!(screen.contains("rule-20 "));
    desk.asks.clear();
    desk.tell(Input::Reconnected);
    desk.answer_rows(findings(20), Edge::End, Edge::End);
    assert!(!desk.screen().contains("does not answer"));
}

#[test]
fn news_are_counted_and_wait() {
    let mut desk = Desk::with(findings(20));
    desk.tell(Input::News);
    let Some(Wish::News { ticket, beyond, .. }) = desk.wishes().pop() else {
        panic!("no count is asked for")
    };
    assert_eq!(beyond, FindingId(20), "new is what is newer than the newest");
    desk.answer(Msg::News { ticket, result: Ok(12) });
    assert!(desk.screen().lines().next().unwrap().contains("12 new, R   1 of 20"), "{}", desk.screen());
    desk.command(Command::Refresh);
    desk.answer_rows(findings(32), Edge::End, Edge::End);
    assert!(!desk.screen().contains("new, R"));
    desk.answer(Msg::News { ticket, result: Ok(5) });
    assert!(!desk.screen().contains("new, R"), "a count of what was before is late");
}

#[test]
fn a_jump_goes_to_its_row_wherever_it_is() {
    let mut desk = Desk::with(findings(20));
    desk.command(Command::JumpToId);
    desk.keys("#7<Enter>");
    assert!(desk.selected().contains("rule-7 "));
    desk.asks.clear();

    desk.command(Command::JumpToId);
    desk.keys("500<Enter>");
    assert_eq!(desk.wishes(), [Wish::Find(FindingId(500))]);
    desk.answer(Msg::Found(FindingId(500), Ok(Some(Box::new(finding(500))))));
    assert!(matches!(desk.asked_rows(), Some((_, From::Around(row))) if row.id == FindingId(500)));
    // The filter hides it: it is lifted, and said so.
    desk.answer_rows(findings(20), Edge::End, Edge::End);
    assert!(desk.toasts().iter().any(|t| t.contains("#500 is outside the filter")), "{:?}", desk.asks);
    let Some((_, From::Around(row))) = desk.asked_rows() else {
        panic!("it is asked for without the filter")
    };
    assert_eq!(row.id, FindingId(500));
    desk.answer_rows(vec![finding(501), finding(500), finding(499)], Edge::End, Edge::End);
    assert!(desk.selected().contains("rule-500 "), "{}", desk.screen());
    assert!(desk.screen().starts_with(" / lifted, g/ puts back: is:undecided"));

    desk.command(Command::JumpToId);
    desk.keys("x<Enter>");
    assert!(desk.screen().contains("a finding's number is wanted"));
    desk.keys("<Esc>");
    desk.asks.clear();
    desk.command(Command::JumpToId);
    desk.keys("999<Enter>");
    desk.answer(Msg::Found(FindingId(999), Ok(None)));
    assert_eq!(desk.toasts(), ["there is no finding #999"]);
}

#[test]
fn n_goes_to_the_next_row_that_needs_a_person() {
    let decided =
        |row: Finding| super::desk::decided(row, Some(attestor::triage::finding::Verdict::FalsePositive));
    let rows: Vec<Finding> =
        findings(6).into_iter().map(|row| if row.id.0 % 3 == 0 { row } else { decided(row) }).collect();
    let mut desk = Desk::with(rows);
    desk.command(Command::NextNeedy);
    assert!(desk.selected().contains("rule-3 "), "{}", desk.screen());
    desk.asks.clear();
    desk.command(Command::NextNeedy);
    assert!(desk.selected().contains("rule-3 "));
    assert_eq!(desk.toasts(), ["no undecided row further down; N looks up"]);
    desk.command(Command::PreviousNeedy);
    assert!(desk.selected().contains("rule-6 "));
}

#[test]
fn n_looks_beyond_the_window() {
    let decided =
        |row: Finding| super::desk::decided(row, Some(attestor::triage::finding::Verdict::FalsePositive));
    let mut desk = Desk::opened(80, 22);
    desk.answer_rows((101..=300).rev().map(finding).map(decided).collect(), Edge::End, Edge::More);
    desk.asks.clear();
    desk.command(Command::NextNeedy);
    let Some(Wish::Needy { way: Way::Down, row, .. }) = desk.wishes().pop() else {
        panic!("the database is not asked")
    };
    assert_eq!(row.id, FindingId(101));
    desk.answer(Msg::Needy(Way::Down, Ok(Some(Box::new(finding(40))))));
    desk.answer_rows((1..=90).rev().map(finding).collect(), Edge::More, Edge::End);
    assert!(desk.selected().contains("rule-40 "), "{}", desk.screen());
}

#[test]
fn sorting_goes_through_the_orders_and_starts_at_the_top() {
    let mut desk = Desk::with(findings(5));
    let mut seen = Vec::new();
    for _ in 0..5 {
        desk.command(Command::Sort);
        assert!(matches!(desk.asked_rows(), Some((_, From::Top))));
        desk.answer_rows(findings(5), Edge::End, Edge::End);
        let first = desk.screen().lines().next().unwrap().to_owned();
        seen.push(first.rsplit("   ").next().unwrap().trim().to_owned());
    }
    assert_eq!(seen, ["severity ↓", "newest", "rule", "file", "risk ↓"]);
}

#[test]
fn copies_say_what_is_shown() {
    let mut desk = Desk::with(findings(5));
    desk.asks.clear();
    desk.command(Command::CopyId);
    desk.command(Command::CopyCommand);
    desk.command(Command::Filter);
    desk.keys("<C-u>\"it's\"<Enter>");
    desk.command(Command::CopyCommand);
    let copies: Vec<String> = desk
        .asks
        .iter()
        .filter_map(|ask| if let Ask::Copy(text) = ask { Some(text.as_str().to_owned()) } else { None })
        .collect();
    assert_eq!(
        copies,
        [
            "5",
            "attestor findings list --filter 'is:undecided'",
            r#"attestor findings list --filter '"it'\''s"'"#
        ]
    );
}

#[test]
fn back_goes_one_layer_at_a_time() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::OpenSelected);
    desk.command(Command::OpenSelected);
    assert!(!desk.screen().contains("RISK"), "the detail has the whole screen");
    desk.asks.clear();
    desk.command(Command::Back);
    assert!(desk.screen().contains("RISK"));
    desk.command(Command::Back);
    desk.command(Command::Mark);
    desk.command(Command::Back);
    assert_eq!(desk.screen.marks(), 0, "Esc clears the marks before it leaves");
    assert!(!desk.asks.contains(&Ask::Back));
    desk.command(Command::Back);
    assert_eq!(desk.asks.last(), Some(&Ask::Back));
}

#[test]
fn the_detail_scrolls_when_it_has_the_focus() {
    let mut desk = Desk::with(sample());
    desk.command(Command::FocusDetail);
    let before = desk.selected();
    for _ in 0..100 {
        desk.command(Command::Down);
    }
    let screen = desk.screen();
    assert!(screen.contains("id    #12"), "the end of the detail: {screen}");
    assert_eq!(desk.selected().get(..30), before.get(..30), "the list stays");
    desk.command(Command::PageUp);
    assert!(!desk.screen().contains("id    #12"));
    desk.command(Command::Top);
    assert!(desk.screen().contains("User input reaches"));
}

#[test]
fn a_place_sets_the_filter() {
    let mut desk = Desk::with(findings(5));
    desk.tell(Input::Opened(Some(Place::Findings { filter: "rule:xss".into() })));
    let Some(Wish::Rows { query, from, .. }) = desk.wishes().pop() else { panic!("no rows are asked for") };
    assert_eq!((query.filter.as_str(), from), ("rule:xss", From::Top));
    assert!(desk.screen().starts_with(" / rule:xss"));
}

#[test]
fn a_stopped_load_says_so() {
    let mut desk = Desk::opened(80, 22);
    desk.tell(Input::Stopped(Nature::Load("list")));
    assert!(desk.screen().contains("the load was stopped; R tries again"), "{}", desk.screen());
}

#[test]
fn loads_have_lanes_and_deeds_are_writes() {
    assert_eq!(Findings::nature(&Wish::Detail(FindingId(1))), Nature::Load("detail"));
    let mut desk = Desk::with(findings(2));
    desk.command(Command::MarkTruePositive);
    desk.keys("real<Enter>");
    assert_eq!(Findings::nature(&desk.deed().unwrap()), Nature::Write);
}
