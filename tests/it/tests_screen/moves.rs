//! What keys and answers do.

use super::desk::{Desk, detail, lost, now, test, tests};
use crate::desk::wishes;
use attestor::db::page::Page;
use attestor::error::{Error, Kind};
use attestor::flaky::actions::{Conflict, Decide, Done, Outcome, Refusal, Rules, What, When, Why};
use attestor::flaky::preview::Preview;
use attestor::flaky::state::{Ineligible, State, Thresholds};
use attestor::flaky::store::tests::{SortKey, Standing};
use attestor::ids::{EntrySeq, TestId, Version};
use attestor::ui::app::JobDeed;
use attestor::ui::command::{Command, Need, Pane};
use attestor::ui::screen::{Ask, Draft, Input, Mode, Nature, Place, Screen};
use attestor::ui::screens::tests::{After, Msg, Tests, Wish};
use crossterm::event::KeyCode;
use std::sync::Arc;

/// The decision that was sent.
fn decision(desk: &mut Desk) -> Decide {
    let asked = desk.asked();
    let found = wishes(&asked).into_iter().find_map(|wish| match wish {
        Wish::Decide(deed) => Some((**deed).clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing was sent: {asked:?}"))
}

#[test]
fn opening_reads_the_list_and_writes_nothing() {
    let mut desk = Desk::opened(80, 22);
    let asked = desk.asked();
    let natures: Vec<Nature> = wishes(&asked).into_iter().map(Wish::nature).collect();
    assert_eq!(natures, [Nature::Load("list"), Nature::Load("standing")]);
    assert!(!desk.screen.meets(Need::Row));
    desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), [], "the detail is here: opening it asks nothing");
    assert_eq!(desk.screen.pane(), Pane::TestsDetail);
}

#[test]
fn the_cursor_stays_on_its_test_when_rows_come() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Down);
    desk.command(Command::Refresh);
    let mut rows = vec![test(50, "newly_first", State::Flaky)];
    rows.extend(tests());
    desk.give(rows);
    assert!(desk.told(attestor::ui::screen::Told::Row)[0].contains("test 4,"));
    // A late answer changes nothing.
    let late =
        Msg::Rows { ticket: 1, after: None, at: now(), result: Ok(Page { rows: Vec::new(), more: false }) };
    desk.answer(late);
    assert!(desk.screen.meets(Need::Row));
}

#[test]
fn further_rows_come_near_the_end_and_none_twice() {
    let mut desk = Desk::opened(80, 22);
    let ticket = desk.ticket();
    let page = Page { rows: tests(), more: true };
    desk.answer(Msg::Rows { ticket, after: None, at: now(), result: Ok(page) });
    let asked = desk.asked();
    let after = wishes(&asked).into_iter().find_map(|wish| match wish {
        Wish::Rows { after: Some(after), .. } => Some(*after),
        _ => None,
    });
    let last = tests().pop().unwrap();
    assert_eq!(after, Some(After::of(&last)));
    let rows = vec![last, test(60, "further", State::Healthy)];
    desk.answer(Msg::Rows { ticket, after, at: now(), result: Ok(Page { rows, more: false }) });
    desk.command(Command::Bottom);
    assert!(desk.told(attestor::ui::screen::Told::Row)[0].contains("further"));
    assert!(desk.screen().contains("11 tests"), "{}", desk.screen());
}

#[test]
fn n_goes_to_what_needs_somebody() {
    let mut desk = Desk::full(80, 22);
    let mut seen = Vec::new();
    for _ in 0..3 {
        desk.command(Command::NextNeedy);
        seen.push(desk.told(attestor::ui::screen::Told::Row)[0].split(',').next().unwrap().to_owned());
    }
    // The expired one, the one that may leave; then there is none.
    assert_eq!(seen, ["test 5", "test 6", "test 6"]);
    assert!(desk.said().contains("no further test here needs anybody"));
    desk.command(Command::PreviousNeedy);
    desk.command(Command::PreviousNeedy);
    assert!(desk.told(attestor::ui::screen::Told::Row)[0].starts_with("test 7,"));
}

#[test]
fn a_quarantine_is_written_asked_for_and_shown() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Quarantine);
    assert_eq!(desk.screen.mode(), Mode::Line);
    // The owner may be left out; the reason may not.
    desk.keys("\n\n\n\n");
    assert!(desk.screen().contains("the reason is empty"), "{}", desk.screen());
    desk.asked();
    desk.keys("races\n\nftp://x\n");
    assert!(desk.screen().contains("the link has to be an address"), "{}", desk.screen());
    for _ in 0..7 {
        desk.key(KeyCode::Backspace);
    }
    desk.keys("https://example.com/9\n");
    let deed = decision(&mut desk);
    assert_eq!(
        (deed.rules, deed.targets[0].test, deed.targets[0].version),
        (Rules::Hold, TestId(7), Version(0))
    );
    let What::Quarantine { owner, reason, link, until } = &deed.what else { panic!("{deed:?}") };
    assert_eq!((owner, reason.as_str()), (&None, "races"));
    assert_eq!(link.as_ref().unwrap().as_str(), "https://example.com/9");
    assert_eq!(*until, now() + chrono::TimeDelta::days(14));
    assert!(desk.screen().contains("saving"), "{}", desk.screen());
    // Twice at once it is not sent.
    desk.command(Command::Quarantine);
    assert!(desk.said().contains("being written already"));
    let mut after = tests().remove(0);
    (after.quarantined, after.state, after.suggested) = (true, State::Quarantined, false);
    let done = Done { seq: EntrySeq(9), count: 1, rows: vec![after], done: When::Now };
    desk.answer(Msg::Decided(Box::new(deed), Ok(Outcome::Done(done))));
    assert!(desk.screen().contains("quarantined"), "{}", desk.screen());
    assert!(desk.screen.drafts().is_empty());
    let said = desk.asked();
    assert!(said.contains(&Ask::Do(Wish::Standing)) && said.contains(&Ask::Do(Wish::Detail(TestId(7)))));
}

#[test]
fn what_the_rules_do_not_ask_for_is_asked_again() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Quarantine);
    desk.keys("\nbecause\n\n\n");
    let deed = decision(&mut desk);
    let why = Why::Ineligible(Ineligible::FewCommits { flaked: 1, asked: 2 });
    let refusal = Refusal { test: TestId(7), title: "x".into(), why };
    desk.answer(Msg::Decided(Box::new(deed.clone()), Ok(Outcome::Refused(vec![refusal]))));
    let asked = desk.asked();
    let question = asked.iter().find_map(|ask| match ask {
        Ask::Confirm(question, Wish::Decide(anyway)) => Some((question, anyway)),
        _ => None,
    });
    let (question, anyway) = question.unwrap();
    assert!(question.what.contains("1 of its commits flaked; 2 are asked for"), "{question:?}");
    assert_eq!((anyway.rules, &anyway.what), (Rules::Overridden, &deed.what));
    assert_ne!(anyway.key, deed.key);
    // What cannot be is not offered.
    let refusal = Refusal { test: TestId(7), title: "x".into(), why: Why::NotSuggested };
    desk.answer(Msg::Decided(Box::new(deed), Ok(Outcome::Refused(vec![refusal]))));
    assert!(desk.said().contains("its quarantine is not suggested"));
}

#[test]
fn a_conflict_shows_the_test_as_it_is_and_keeps_what_was_typed() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Dismiss);
    desk.keys("the runner was full\n");
    let deed = decision(&mut desk);
    assert_eq!(deed.what.word(), "dismiss");
    let mut theirs = tests().remove(0);
    (theirs.version, theirs.state, theirs.quarantined) = (Version(4), State::Quarantined, true);
    let conflict = Conflict { seen: Version(0), now: Box::new(theirs) };
    desk.answer(Msg::Decided(Box::new(deed.clone()), Ok(Outcome::Conflict(vec![conflict]))));
    assert!(desk.said().contains("is quarantined now (version 4, you saw 0)"));
    assert_eq!(
        desk.screen.drafts(),
        [Draft { slot: "tests/7/dismiss".into(), text: "the runner was full".into() }]
    );
    desk.answer(Msg::Decided(Box::new(deed), Err(Error::new(Kind::Denied, "it takes an operator"))));
    assert!(desk.said().contains("nothing was decided: it takes an operator"));
}

#[test]
fn deeds_that_make_no_sense_say_so() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Graduate);
    assert!(desk.said().contains("it is in no quarantine"));
    desk.command(Command::Down);
    desk.command(Command::Dismiss);
    assert!(desk.said().contains("its quarantine is not suggested"));
    assert!(desk.screen.offers(Command::Graduate) && !desk.screen.offers(Command::Dismiss));
    desk.command(Command::Graduate);
    desk.keys("fixed in 4f2c91d\n");
    assert_eq!(decision(&mut desk).what.word(), "graduate");
}

#[test]
fn drafts_come_back() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Quarantine);
    // What the form says by itself is no draft.
    assert!(desk.screen.drafts().is_empty());
    desk.keys("team a\nit lies");
    let drafts = desk.screen.drafts();
    assert_eq!(drafts, [Draft { slot: "tests/7/quarantine".into(), text: "team a\nit lies\n14d\n".into() }]);
    desk.key(KeyCode::Esc);
    assert_eq!(desk.screen.mode(), Mode::Browse);
    assert_eq!(desk.screen.drafts(), drafts);
    let mut screen = Tests::new();
    assert_eq!(screen.input(Input::DraftsRestored(drafts), now()), []);
    let mut desk = Desk { screen, ..Desk::full(80, 22) };
    desk.tell(Input::Opened(None));
    desk.give(tests());
    desk.command(Command::Quarantine);
    assert!(desk.screen().contains("it lies"), "{}", desk.screen());
    // A paste never confirms.
    desk.asked();
    desk.tell(Input::Paste("line one\nline two\n".into()));
    assert_eq!(desk.asked(), []);
}

#[test]
fn a_threshold_is_tried_on_the_filter() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::PreviewThreshold);
    assert!(desk.screen().contains("0.7 2"), "{}", desk.screen());
    desk.keys(" 3 4\n");
    assert!(desk.screen().contains("a score, and commits"), "{}", desk.screen());
    desk.key(KeyCode::Esc);
    desk.command(Command::PreviewThreshold);
    desk.asked();
    for _ in 0..5 {
        desk.key(KeyCode::Backspace);
    }
    desk.keys(",9 3\n");
    let thresholds = Thresholds { score: 0.9, commits: 3 };
    assert_eq!(desk.asked(), [Ask::Do(Wish::Preview(thresholds, String::new()))]);
    let mut preview = Preview::new(Thresholds::default(), thresholds);
    for test in tests() {
        preview.look(&test);
    }
    desk.answer(Msg::Preview(thresholds, Ok(Arc::new(preview))));
    assert!(desk.screen().contains("if score 0.9 on 3 commits were asked for"), "{}", desk.screen());
    desk.command(Command::CopyCommand);
    let asked = desk.asked();
    assert!(asked.iter().any(
        |ask| matches!(ask, Ask::Copy(text) if &**text == "attestor tests preview --score 0.9 --commits 3")
    ));
    desk.command(Command::Back);
    assert!(!desk.screen().contains("were asked for"), "{}", desk.screen());
}

#[test]
fn news_are_said_and_wait_for_a_refresh() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.tell(Input::News);
    assert_eq!(desk.asked(), [Ask::Do(Wish::News)]);
    desk.answer(Msg::News(Ok(super::desk::standing())));
    assert!(!desk.screen().contains("changed, R"));
    desk.answer(Msg::News(Ok(Standing { flaky: 9, ..super::desk::standing() })));
    assert!(desk.screen().contains("changed, R"), "{}", desk.screen());
    desk.command(Command::Refresh);
    desk.give(tests());
    assert!(!desk.screen().contains("changed, R"));
}

#[test]
fn places_filters_orders_and_jobs() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.tell(Input::Opened(Some(Place::Tests { filter: "is:suggested".into() })));
    let asked = desk.asked();
    assert!(matches!(wishes(&asked)[..], [Wish::Rows { filter, .. }, _] if filter == "is:suggested"));
    desk.asks = asked;
    desk.give(tests());
    desk.asked();
    desk.tell(Input::Opened(Some(Place::Test(TestId(404)))));
    let asked = desk.asked();
    assert!(matches!(wishes(&asked)[..], [Wish::Rows { filter, .. }, _] if filter == "id:404"));
    desk.asks = asked;
    desk.give(tests());
    desk.tell(Input::Opened(Some(Place::Test(TestId(3)))));
    assert!(desk.told(attestor::ui::screen::Told::Row)[0].starts_with("test 3,"));
    desk.asked();
    desk.command(Command::Sort);
    let asked = desk.asked();
    assert!(matches!(wishes(&asked)[..], [Wish::Rows { sort, .. }, _] if sort.by == SortKey::Severity));
    desk.command(Command::Recompute);
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Recompute)]);
    desk.command(Command::CopyLink);
    assert_eq!(desk.asked(), [Ask::CopyLink(Place::Test(TestId(3)))]);
    desk.command(Command::JumpToId);
    desk.keys("attestor://prod/tests/5\n");
    assert_eq!(desk.asked(), [Ask::Follow("attestor://prod/tests/5".into())]);
}

#[test]
fn enter_in_the_detail_goes_where_the_line_leads() {
    let mut desk = Desk::full(80, 40);
    desk.command(Command::OpenSelected);
    desk.command(Command::Bottom);
    desk.asked();
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), [Ask::Open(Place::Entry(EntrySeq(812)))]);
}

#[test]
fn what_was_lost_is_read_again() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Dismiss);
    desk.keys("x\n");
    desk.asked();
    desk.tell(Input::Stopped(Nature::Write));
    let asked = desk.asked();
    assert!(matches!(wishes(&asked)[..], [Wish::Rows { .. }, Wish::Standing]), "{asked:?}");
    desk.asks = asked;
    let ticket = desk.ticket();
    desk.answer(Msg::Rows { ticket, after: None, at: now(), result: Err(lost()) });
    assert!(desk.screen().contains("the database does not answer"), "{}", desk.screen());
    desk.asked();
    desk.tell(Input::Reconnected);
    let asked = desk.asked();
    assert!(matches!(wishes(&asked)[..], [Wish::Rows { .. }, Wish::Standing]), "{asked:?}");
    // A detail that failed is asked for again too.
    let mut desk = Desk::full(80, 22);
    desk.answer(Msg::Detail(TestId(7), Err(lost())));
    desk.asked();
    desk.tell(Input::Reconnected);
    assert!(desk.asked().contains(&Ask::Do(Wish::Detail(TestId(7)))));
    desk.answer(Msg::Detail(TestId(7), Ok(Arc::new(detail(tests().remove(0))))));
    assert!(desk.screen().contains("97 commits passed at the first try, 3 failed and then passed"));
}
