//! What keys and answers do.

use super::desk::{Desk, detail, lost, now, run, runs};
use crate::desk::wishes;
use attestor::db::page::Page;
use attestor::error::{Error, Kind};
use attestor::ids::{EntrySeq, RunId};
use attestor::operations::acknowledge::Acknowledgement;
use attestor::operations::report::Overall;
use attestor::ui::app::JobDeed;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Draft, Input, Mode, Nature, Place, Screen};
use attestor::ui::screens::runs::{Msg, Runs, Wish};
use chrono::TimeDelta;
use crossterm::event::KeyCode;

#[test]
fn opening_reads_the_list_and_starts_nothing() {
    let mut desk = Desk::opened(80, 22);
    let asked = desk.asked();
    let natures: Vec<Nature> = wishes(&asked).into_iter().map(Wish::nature).collect();
    assert_eq!(natures, [Nature::Load("list"), Nature::Load("standing")]);
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), [], "the report is here: opening it asks nothing");
}

#[test]
fn the_cursor_stays_on_its_run_when_rows_come() {
    let mut desk = Desk::full(80, 22);
    assert!(desk.selected().contains("18"), "{}", desk.selected());
    desk.command(Command::Refresh);
    let mut more =
        vec![run(21, "import_sarif", "new.sarif", None), run(20, "import_sarif", "newer.sarif", None)];
    more.extend(runs());
    desk.give(more);
    assert!(desk.selected().contains("18"), "{}", desk.selected());
    // At the very top, a refresh is for the newest.
    desk.command(Command::Top);
    desk.command(Command::Refresh);
    desk.give(vec![
        run(22, "import_sarif", "newest.sarif", None),
        run(21, "import_sarif", "new.sarif", None),
    ]);
    assert!(desk.selected().contains("22"), "{}", desk.selected());
}

#[test]
fn older_rows_come_as_the_cursor_nears_the_end() {
    let mut desk = Desk::opened(80, 22);
    let page =
        |from: i64| (0..100).map(|n| run(from - n, "import_sarif", "a.sarif", None)).collect::<Vec<_>>();
    let ticket = desk.ticket();
    desk.answer(Msg::Rows {
        ticket,
        after: None,
        at: now(),
        result: Ok(Page { rows: page(1_000), more: true }),
    });
    desk.asked();
    desk.command(Command::Bottom);
    let asked = desk.asked();
    let after = wishes(&asked).into_iter().find_map(|wish| match wish {
        Wish::Rows { after, .. } => *after,
        _ => None,
    });
    assert_eq!(after, Some(RunId(901)));
    desk.answer(Msg::Rows { ticket, after, at: now(), result: Ok(Page { rows: page(900), more: false }) });
    assert!(desk.selected().contains("901"), "no row moves: {}", desk.selected());
    desk.command(Command::Bottom);
    assert!(desk.selected().contains("801"), "{}", desk.selected());
    // A late answer to an earlier question changes nothing.
    desk.answer(Msg::Rows {
        ticket: ticket - 1,
        after: None,
        at: now(),
        result: Ok(Page { rows: Vec::new(), more: false }),
    });
    assert!(desk.selected().contains("801"));
}

#[test]
fn n_goes_to_what_needs_somebody() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Top);
    let mut stops = Vec::new();
    for _ in 0..4 {
        desk.command(Command::NextNeedy);
        stops.push(desk.selected().split_whitespace().nth(1).unwrap().trim_start_matches('●').to_owned());
    }
    assert_eq!(stops, ["18", "17", "16", "14"]);
    desk.asked();
    desk.command(Command::NextNeedy);
    assert_eq!(desk.said(), "no further run here needs anybody");
    desk.command(Command::PreviousNeedy);
    assert!(desk.selected().contains("16"));
}

#[test]
fn progress_comes_without_moving_rows() {
    let mut desk = Desk::full(80, 22);
    let asked = desk.asked();
    let followed: Vec<&Wish> =
        wishes(&asked).into_iter().filter(|wish| matches!(wish, Wish::Follow(_))).collect();
    assert_eq!(followed, [&Wish::Follow(vec![RunId(19)])]);
    assert!(desk.screen().contains("41 %"));
    let before = desk.screen();
    let mut working = runs()[0].clone();
    working.progress.as_mut().unwrap().done = 730_000;
    desk.answer(Msg::Followed(Ok(vec![working.clone()])));
    assert_eq!(desk.screen(), before.replace("41 %", "73 %"));
    assert_eq!(desk.asked(), [Ask::Do(Wish::Follow(vec![RunId(19)]))]);
    (working.status, working.outcome) = ("completed".into(), "succeeded".into());
    (working.overall, working.progress) = (Some(Overall::Ready), None);
    desk.answer(Msg::Followed(Ok(vec![working])));
    assert_eq!(desk.asked(), [Ask::Do(Wish::Standing)], "what has ended is followed no more");
    assert!(
        desk.screen().lines().any(|line| line.contains(" 19 ") && line.contains("ready")),
        "{}",
        desk.screen()
    );
}

#[test]
fn others_runs_are_told_and_wait_for_a_refresh() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.tell(Input::News);
    let asked = desk.asked();
    let Some(Wish::News { ticket, beyond, .. }) = wishes(&asked).first().copied() else {
        panic!("{asked:?}")
    };
    assert_eq!(*beyond, RunId(19));
    desk.answer(Msg::News { ticket: *ticket, result: Ok(3) });
    assert!(desk.screen().contains("3 new, R"), "{}", desk.screen());
}

#[test]
fn a_check_is_acknowledged_with_a_reason_and_an_end() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Acknowledge);
    assert_eq!(desk.screen.mode(), Mode::Line);
    assert!(
        desk.screen().contains("seen: Each entry hashes"),
        "the worst that nobody has seen: {}",
        desk.screen()
    );
    desk.keys("\n");
    assert!(desk.screen().contains("the reason is empty"), "{}", desk.screen());
    assert_eq!(desk.asked(), [], "nothing is written before there is a reason");
    desk.keys("known until May until 7d\n");
    let asked = desk.asked();
    let [Wish::Acknowledge(deed)] = wishes(&asked)[..] else { panic!("{asked:?}") };
    assert_eq!((deed.run, deed.check.as_str(), deed.why.as_str()), (RunId(18), "hash", "known until May"));
    assert_eq!(deed.until, Some(now() + TimeDelta::days(7)));
    assert_eq!(Wish::Acknowledge(deed.clone()).nature(), Nature::Write);
    // Under way it is not asked twice.
    desk.command(Command::Acknowledge);
    assert_eq!(desk.said(), "that is being written already");
    let done =
        Acknowledgement { check_key: "hash".into(), ..detail(runs()[1].clone()).acknowledgements[0].clone() };
    desk.answer(Msg::Acknowledged(deed.clone(), Ok(done)));
    let asked = desk.asked();
    assert!(asked.contains(&Ask::Do(Wish::Detail(RunId(18)))), "{asked:?}");
    assert_eq!(desk.screen.drafts(), []);
}

#[test]
fn what_was_refused_or_closed_keeps_its_words() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Acknowledge);
    desk.keys("known");
    let draft = |text: &str| Draft { slot: "runs/18/hash".into(), text: text.into() };
    assert_eq!(desk.screen.drafts(), [draft("known")]);
    desk.tell(Input::Key(KeyCode::Esc.into()));
    assert_eq!((desk.screen.mode(), desk.screen.drafts()), (Mode::Browse, vec![draft("known")]));
    desk.asked();
    desk.command(Command::Acknowledge);
    desk.keys("!\n");
    let asked = desk.asked();
    let [Wish::Acknowledge(deed)] = wishes(&asked)[..] else { panic!("{asked:?}") };
    let refusal = Error::new(Kind::Denied, "not you").hint("ask \u{1b}[31m bob");
    desk.answer(Msg::Acknowledged(deed.clone(), Err(refusal)));
    let said = desk.said();
    assert!(said.contains("hash was not acknowledged: not you; ask ␛[31m bob"), "{said}");
    assert_eq!(desk.screen.drafts(), [draft("known!")]);
    // After a crash the words are there again, and nothing is sent.
    let mut screen = Runs::new();
    let drafts = vec![draft("known!"), Draft { slot: "findings/1/comment".into(), text: "x".into() }];
    assert_eq!(screen.input(Input::DraftsRestored(drafts), now()), []);
    assert_eq!(screen.drafts(), [draft("known!")]);
}

#[test]
fn what_cannot_be_acknowledged_says_so() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::OpenSelected);
    let mut said = Vec::new();
    desk.asked();
    // The first line is of no check; the anchor was seen by bob; the last check passes.
    desk.command(Command::Acknowledge);
    said.push(desk.said());
    for _ in 0..3 {
        desk.command(Command::NextNeedy);
    }
    desk.command(Command::Acknowledge);
    said.push(desk.said());
    desk.command(Command::NextNeedy);
    said.push(desk.said());
    assert_eq!(
        said,
        [
            "the cursor is on no check",
            "it was acknowledged already; that stays as it was said",
            "no further check fails or warns"
        ]
    );
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Top);
    desk.rest();
    desk.asked();
    desk.command(Command::Acknowledge);
    assert_eq!(desk.said(), "this run has no report to acknowledge");
}

#[test]
fn a_paste_is_text_and_confirms_nothing() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Acknowledge);
    desk.tell(Input::Paste("line one\nline two\n".into()));
    assert_eq!(desk.screen.mode(), Mode::Line);
    assert!(wishes(&desk.asked()).is_empty());
}

#[test]
fn steps_lead_to_places() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::OpenSelected);
    desk.command(Command::NextNeedy);
    desk.asked();
    desk.command(Command::OpenSelected);
    assert_eq!(desk.asked(), [Ask::Open(Place::Entry(EntrySeq(812)))]);
    desk.command(Command::Back);
    desk.command(Command::RunAgain);
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Verify(attestor::audit::verify::report::Scope::Full))]);
    desk.command(Command::Down);
    desk.asked();
    desk.command(Command::RunAgain);
    assert_eq!(desk.said(), ":import FILE takes the file in again");
}

#[test]
fn a_jump_finds_its_run_or_filters_for_it() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::JumpToId);
    desk.keys("14\n");
    assert!(desk.selected().contains("14"), "{}", desk.selected());
    desk.command(Command::JumpToId);
    desk.keys("x\n");
    assert!(desk.screen().contains("the number of a run is wanted"));
    desk.tell(Input::Key(KeyCode::Esc.into()));
    desk.asked();
    desk.tell(Input::Opened(Some(Place::Run(RunId(3)))));
    let asked = desk.asked();
    assert!(matches!(wishes(&asked)[0], Wish::Rows { filter, .. } if filter == "id:3"), "{asked:?}");
    desk.tell(Input::Opened(Some(Place::Runs { filter: "overall:blocked".into() })));
    let asked = desk.asked();
    assert!(
        matches!(wishes(&asked)[0], Wish::Rows { filter, .. } if filter == "overall:blocked"),
        "{asked:?}"
    );
}

#[test]
fn copies_name_what_is_shown() {
    let mut desk = Desk::full(80, 22);
    let mut copied = Vec::new();
    for (before, command) in [
        (None, Command::CopyId),
        (None, Command::CopyCommand),
        (Some(Command::OpenSelected), Command::CopyCommand),
    ] {
        if let Some(before) = before {
            desk.command(before);
        }
        desk.asked();
        desk.command(command);
        copied.extend(desk.asked().into_iter().filter_map(|ask| match ask {
            Ask::Copy(text) => Some(text.to_string()),
            _ => None,
        }));
    }
    assert_eq!(copied, ["18", "attestor runs list", "attestor runs show 18"]);
}

#[test]
fn what_failed_stays_readable_and_loads_again() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Refresh);
    let ticket = desk.ticket();
    desk.answer(Msg::Rows { ticket, after: None, at: now(), result: Err(lost()) });
    let screen = desk.screen();
    assert!(screen.contains("the database does not answer") && screen.contains("verification"), "{screen}");
    desk.asked();
    desk.tell(Input::Reconnected);
    assert!(matches!(wishes(&desk.asked())[0], Wish::Rows { .. }));
    desk.tell(Input::Stopped(Nature::Load("list")));
    assert!(desk.screen().contains("the load was stopped"), "{}", desk.screen());
}
