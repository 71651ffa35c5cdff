//! What commands and answers change on the Overview.

use super::desk::{Desk, chain, first_look, look, lost, now, queue};
use attestor::ids::EntrySeq;
use attestor::triage::store::findings::Count;
use attestor::ui::command::{Command, Need, Pane};
use attestor::ui::screen::{Ask, Input, Nature, Place, Screen};
use attestor::ui::screens::overview::lines::{self, Section};
use attestor::ui::screens::overview::wish::Look;
use attestor::ui::screens::overview::{Msg, Overview, Wish};

fn desk() -> Desk {
    let mut desk = Desk::full(80, 22, &look());
    desk.asked();
    desk
}

fn opens(filter: &str) -> Vec<Ask<Wish>> {
    vec![Ask::Open(Place::Findings { filter: filter.into() })]
}

fn wishes(asks: Vec<Ask<Wish>>) -> Vec<Wish> {
    asks.into_iter().map(|ask| if let Ask::Do(wish) = ask { wish } else { panic!("{ask:?}") }).collect()
}

#[test]
fn the_look_comes_first_and_then_everything_at_once_in_lanes_of_its_own() {
    let mut desk = Desk::opened(80, 22);
    assert_eq!(wishes(desk.asked()), [Wish::Look]);
    desk.tell(Input::Opened(None));
    assert_eq!(desk.asked(), [], "it is asked for once");
    desk.answer(Msg::Looked(Ok(look())));
    let asked = wishes(desk.asked());
    let mut expected: Vec<Wish> =
        Section::ALL.into_iter().map(|section| Wish::Section(section, look())).collect();
    expected.push(Wish::Entries);
    assert_eq!(asked, expected);
    let mut lanes: Vec<Nature> = asked.iter().map(Overview::nature).collect();
    lanes.push(Overview::nature(&Wish::Look));
    lanes.push(Overview::nature(&Wish::News));
    for (at, lane) in lanes.iter().enumerate() {
        assert!(!lanes[..at].contains(lane) && *lane != Nature::Write, "{lanes:?}");
    }
}

#[test]
fn a_block_shows_as_it_arrives_and_the_cursor_stays_on_the_first_line_until_it_is_moved() {
    let mut desk = Desk::opened(80, 30);
    desk.answer(Msg::Looked(Ok(look())));
    desk.answer_section(Section::Chain, chain(&look()));
    assert!(desk.selected().contains("entries"), "{}", desk.screen());
    let chain_at = |desk: &Desk| desk.screen().lines().position(|line| line.contains("AUDIT CHAIN"));
    let before = chain_at(&desk);
    desk.answer_section(Section::Findings, lines::findings(&queue(&look()), &look()));
    assert!(desk.selected().contains("crit"), "{}", desk.screen());
    assert_eq!(chain_at(&desk), before, "what is there does not move for what comes");
    desk.command(Command::Bottom);
    assert!(desk.selected().contains("newest"), "{}", desk.screen());
    desk.answer_section(Section::Findings, lines::findings(&queue(&look()), &look()));
    assert!(desk.selected().contains("newest"), "{}", desk.screen());
}

#[test]
fn what_is_quick_is_shown_and_the_whole_is_asked_for() {
    let mut desk = Desk::opened(80, 30);
    desk.answer(Msg::Looked(Ok(look())));
    desk.asked();
    let quick = || {
        let mut queue = queue(&look());
        queue.gone.now = Some(Count::MoreThan(10_000));
        Msg::Glance(Section::Findings, now(), lines::findings(&queue, &look()))
    };
    let whole = vec![Ask::Do(Wish::Whole(Section::Findings, look()))];
    desk.answer(quick());
    assert!(desk.line("gone").contains("10,000+"), "{}", desk.screen());
    assert_eq!(desk.asked(), whole);
    desk.answer_section(Section::Watched, Vec::new());
    desk.answer_section(Section::Imports, Vec::new());
    desk.answer_section(Section::Chain, chain(&look()));
    desk.answer(Msg::Entries(now(), Ok(Vec::new())));
    assert_eq!(desk.asked(), [], "a visit is none before everything has been shown");
    desk.answer_section(Section::Findings, lines::findings(&queue(&look()), &look()));
    assert!(desk.line("gone").contains("100,000+"), "{}", desk.screen());
    assert!(matches!(desk.asked()[..], [Ask::Do(Wish::Keep(..))]));
    // Loaded anew, the screen does not first say less than it did.
    desk.command(Command::Refresh);
    desk.answer(Msg::Looked(Ok(look())));
    desk.asked();
    desk.answer(quick());
    assert!(desk.line("gone").contains("100,000+"), "{}", desk.screen());
    assert_eq!(desk.asked(), whole);
}

#[test]
fn each_line_leads_to_what_it_counts() {
    let mut desk = desk();
    let filters = [
        "is:undecided severity:critical",
        "is:undecided severity:high",
        "is:undecided severity:medium",
        "is:undecided severity:low",
        "is:undecided severity:info",
        "is:undecided",
        "age<7d",
        "is:regressed",
        "is:resolved",
        "by:me is:decided",
    ];
    let leads = |desk: &mut Desk, filter: &str| {
        desk.command(Command::OpenSelected);
        assert_eq!(desk.asked(), opens(filter), "{}", desk.screen());
        let parsed = attestor::filter::parse(filter, &attestor::triage::store::fields::FIELDS);
        assert!(parsed.is_ok(), "{filter}");
        desk.command(Command::CopyCommand);
        let Some(Ask::Copy(text)) = desk.asked().pop() else { panic!("nothing is copied") };
        assert_eq!(text.as_str(), format!("attestor findings list --filter '{filter}'"));
        desk.command(Command::Down);
    };
    for filter in filters {
        leads(&mut desk, filter);
    }
    let watched = [("tests", "is:suggested"), ("drift", "is:critical"), ("runs", "overall:needs_attention")];
    for (noun, filter) in watched {
        desk.command(Command::CopyCommand);
        let Some(Ask::Copy(text)) = desk.asked().pop() else { panic!("nothing is copied") };
        assert_eq!(text.as_str(), format!("attestor {noun} list --filter '{filter}'"));
        desk.command(Command::OpenSelected);
        let to = |place: &Place| match place {
            Place::Tests { filter } | Place::Drift { filter } | Place::Runs { filter } => filter.clone(),
            other => panic!("{other:?}"),
        };
        let asked = desk.asked();
        assert!(matches!(asked.as_slice(), [Ask::Open(place)] if to(place) == filter), "{asked:?}");
        desk.command(Command::Down);
    }
    assert!(desk.selected().contains("entries"), "{}", desk.screen());
    assert_eq!(desk.screen.pane(), Pane::Overview);
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), [Ask::Open(Place::Audit { filter: String::new() })]);
    desk.command(Command::Down);
    assert!(desk.selected().contains("newest"), "{}", desk.screen());
    desk.command(Command::Down);
    // Lines that lead nowhere are passed over.
    for filter in ["scan:31,32", "scan:30,31"] {
        leads(&mut desk, filter);
    }
}

#[test]
fn an_entry_leads_to_the_one_finding_that_it_names() {
    let mut desk = desk();
    desk.command(Command::FocusDetail);
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), opens("id:12"));
    desk.command(Command::CopyCommand);
    let Some(Ask::Copy(text)) = desk.asked().pop() else { panic!("nothing is copied") };
    assert_eq!(text.as_str(), "attestor findings show 12");
    // An import and a deed on 41 findings: the entry itself says which.
    for seq in [1_203, 1_202] {
        desk.command(Command::Down);
        desk.command(Command::OpenSelected);
        assert_eq!(desk.asked(), [Ask::Open(Place::Entry(EntrySeq(seq)))], "{}", desk.selected());
    }
    desk.command(Command::Down);
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), opens("id:7"));
}

#[test]
fn the_cursor_on_an_entry_stays_on_it_when_others_come_before_it() {
    let mut desk = desk();
    desk.command(Command::NextPane);
    desk.command(Command::Down);
    assert!(desk.selected().contains("1,203"), "{}", desk.screen());
    let mut entries = super::desk::entries();
    entries.insert(0, attestor::chain::recent::Recent { seq: EntrySeq(1_205), ..entries[0].clone() });
    desk.command(Command::Refresh);
    desk.answer(Msg::Looked(Ok(look())));
    desk.answer(Msg::Entries(now(), Ok(entries)));
    assert!(desk.selected().contains("1,203"), "{}", desk.screen());
}

#[test]
fn back_leaves_zoom_then_entries_then_the_screen() {
    let mut desk = desk();
    desk.command(Command::FocusDetail);
    desk.command(Command::Zoom);
    assert!(!desk.screen().contains("FINDINGS"), "{}", desk.screen());
    desk.command(Command::Back);
    assert!(desk.screen().contains("FINDINGS"));
    assert_eq!(desk.screen.pane(), Pane::OverviewEntries);
    desk.command(Command::Back);
    assert_eq!((desk.asked(), desk.screen.pane()), (vec![], Pane::Overview));
    desk.command(Command::Back);
    assert_eq!(desk.asked(), [Ask::Back]);
}

#[test]
fn news_refresh_nothing_and_say_how_many_they_are() {
    let mut desk = Desk::opened(80, 22);
    desk.asked();
    desk.tell(Input::News);
    assert_eq!(desk.asked(), [], "there is nothing yet that could be older");
    let mut desk = self::desk();
    desk.tell(Input::News);
    assert_eq!(wishes(desk.asked()), [Wish::News]);
    let check = |desk: &mut Desk, head: i64, expected: &str| {
        desk.answer(Msg::News(Ok(EntrySeq(head))));
        let screen = desk.screen();
        let first = screen.lines().next().unwrap();
        assert!(first.ends_with(expected) && (!expected.is_empty() || !first.contains(", R")), "{first}");
    };
    check(&mut desk, 1_204, "");
    check(&mut desk, 1_205, "1 new entry, R");
    check(&mut desk, 1_207, "3 new entries, R");
    assert_eq!(desk.asked(), []);
    desk.answer(Msg::News(Err(lost())));
    assert!(desk.screen().contains("3 new entries, R"), "what is known stays");
    desk.command(Command::Refresh);
    desk.answer_all(&Look {
        now: attestor::ui::session::Visit { seq: EntrySeq(1_207), ..look().now },
        ..look()
    });
    assert!(!desk.screen().lines().next().unwrap().contains(", R"), "{}", desk.screen());
}

#[test]
fn what_failed_says_so_keeps_what_was_and_loads_again_when_the_connection_is_back() {
    let mut desk = desk();
    desk.command(Command::Refresh);
    desk.answer(Msg::Looked(Ok(look())));
    desk.answer(Msg::Section(Section::Findings, now(), Err(lost())));
    assert!(desk.screen().contains("✗ the database does not answer; R tries again"), "{}", desk.screen());
    assert!(desk.line("undecided").contains("286"), "the figures stay: {}", desk.screen());
    desk.asked();
    desk.tell(Input::Reconnected);
    assert_eq!(wishes(desk.asked()), [Wish::Look]);
    desk.answer_all(&look());
    assert!(!desk.screen().contains("does not answer"), "{}", desk.screen());
    desk.asked();
    desk.tell(Input::Reconnected);
    assert_eq!(desk.asked(), [], "nothing is missing");
}

#[test]
fn a_stopped_load_says_so_whichever_it_was() {
    for lane in ["look", "findings", "watched", "chain", "imports", "entries"] {
        let mut desk = Desk::opened(80, 40);
        if lane != "look" {
            desk.answer(Msg::Looked(Ok(look())));
        }
        desk.tell(Input::Stopped(Nature::Load(lane)));
        let stopped = desk.screen().matches("the load was stopped").count();
        assert_eq!(stopped, if lane == "look" { 5 } else { 1 }, "{lane}:\n{}", desk.screen());
    }
}

#[test]
fn enter_needs_a_line() {
    let mut desk = Desk::opened(80, 22);
    assert!(!desk.screen.meets(Need::Row));
    desk.command(Command::NextPane);
    assert!(!desk.screen.meets(Need::Row));
    desk.answer_all(&first_look());
    assert!(desk.screen.meets(Need::Row));
    for command in
        [Command::Up, Command::PageUp, Command::Top, Command::PageDown, Command::Bottom, Command::Down]
    {
        desk.command(command);
        assert!(!desk.selected().is_empty());
    }
    assert!(desk.selected().contains("1,180"), "{}", desk.screen());
}
