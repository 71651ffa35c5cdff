//! The sample of a report at the desk, and the form that asks for a report.

use super::desk::{Desk, listed, lost, now};
use attestor::audit::actions::Inspect;
use attestor::audit::inspection::{FiledReport, Inspection, Item, Standing, Worklist};
use attestor::audit::report::ReportType;
use attestor::audit::verify::report::{Report, Scope};
use attestor::error::{Error, Kind};
use attestor::ids::{EntrySeq, ReportId};
use attestor::text::SafeText;
use attestor::ui::app::JobDeed;
use attestor::ui::command::{Command, Pane};
use attestor::ui::screen::{Ask, Draft, Input, Screen, Told};
use attestor::ui::screens::audit::{Msg, Wish};
use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::path::PathBuf;

fn filed(id: i64) -> FiledReport {
    let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    FiledReport {
        id: ReportId(id),
        report_type: SafeText::new("soc2"),
        period_start: time("2026-02-01T00:00:00Z"),
        period_end: time("2026-03-01T00:00:00Z"),
        created_at: now(),
        created_by: SafeText::new("alice"),
    }
}

fn seen(note: &str) -> Inspection {
    Inspection { note: SafeText::new(note), by: SafeText::new("bob"), at: now() - TimeDelta::hours(1) }
}

/// Five entries as they were drawn; of the second and the fourth somebody has said something.
fn sample() -> Worklist {
    let item = |(at, seq): (usize, i64)| Item {
        listed: listed(seq),
        standing: Standing::Same,
        inspection: (at % 2 == 1).then(|| seen("the ticket says so")),
    };
    let items = [812, 40, 1_101, 7, 1_003].into_iter().enumerate().map(item).collect();
    Worklist { report: filed(3), items }
}

/// A desk with the sample open.
pub fn opened(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::full(columns, rows);
    desk.asked();
    desk.command(Command::Worklist);
    assert_eq!(desk.asked(), [Ask::Do(Wish::Work(None))]);
    desk.answer(Msg::Work(None, Ok(Some((sample(), vec![filed(3), filed(2), filed(1)])))));
    desk.settle();
    desk
}

fn inspection(desk: &mut Desk) -> Box<Inspect> {
    let asked = desk.asked();
    let found = asked.into_iter().find_map(|ask| match ask {
        Ask::Do(Wish::Inspect(deed)) => Some(deed),
        _ => None,
    });
    found.expect("an inspection is asked for")
}

#[test]
fn it_takes_the_place_of_the_list_and_its_entries_are_recomputed() {
    let desk = opened(120, 30);
    assert_eq!(desk.screen.pane(), Pane::AuditSample);
    assert_eq!(
        desk.line(0).split_whitespace().collect::<Vec<_>>().join(" "),
        "sample of report 3 soc2, 2026-02-01 to 2026-02-28 2 of 5 inspected"
    );
    assert_eq!(desk.selected(), 812);
    let screen = desk.screen();
    for text in ["#812", "✓ payload", "by nobody yet; i notes what you see", "the ticket"] {
        assert!(screen.contains(text), "{text}:\n{screen}");
    }
    let told = desk.screen.told(Told::List, &desk.look());
    assert_eq!(told.len(), 6);
    assert!(told[1].ends_with(": not inspected") && told[2].ends_with(": the ticket says so"), "{told:?}");
}

#[test]
fn n_walks_what_nobody_has_inspected() {
    let mut desk = opened(80, 22);
    let walk = |desk: &mut Desk, command| {
        desk.does(command);
        desk.selected()
    };
    assert_eq!(walk(&mut desk, Command::NextNeedy), 1_101);
    assert_eq!(walk(&mut desk, Command::NextNeedy), 1_003);
    desk.asked();
    assert_eq!(walk(&mut desk, Command::NextNeedy), 1_003);
    assert_eq!(desk.toasts(), ["none further down that nobody has inspected; N looks up"]);
    assert_eq!(walk(&mut desk, Command::PreviousNeedy), 1_101);
    assert_eq!(walk(&mut desk, Command::Top), 812);
    assert_eq!(walk(&mut desk, Command::Bottom), 1_003);
    assert_eq!(walk(&mut desk, Command::Up), 7);
    desk.asked();
    desk.command(Command::Inspect);
    assert_eq!(desk.toasts(), ["it was inspected already; that stays as it was said"]);
    assert!(desk.screen().contains("✓ by bob, 2026-03-14 11:00Z: the ticket says so"), "{}", desk.screen());
}

#[test]
fn an_inspection_is_sent_once_and_the_next_entry_comes_up() {
    let mut desk = opened(80, 22);
    desk.asked();
    desk.command(Command::Inspect);
    assert!(desk.screen().contains("inspected 812, of report 3"), "{}", desk.screen());
    desk.keys("  \n");
    assert!(desk.screen().contains("the note is empty"), "{}", desk.screen());
    desk.keys("as it should be\n");
    let deed = inspection(&mut desk);
    assert_eq!((deed.report, deed.seq, deed.note.as_str()), (ReportId(3), EntrySeq(812), "as it should be"));
    desk.command(Command::Inspect);
    assert_eq!(desk.toasts(), ["that is being written already"]);
    desk.answer(Msg::Inspected(deed, Ok(seen("as it should be"))));
    desk.settle();
    assert_eq!(desk.toasts(), ["entry 812 is inspected; 3 of 5"]);
    assert_eq!(desk.selected(), 1_101);
    assert!(desk.line(0).contains("3 of 5 inspected"), "{}", desk.line(0));
    assert_eq!(desk.screen.drafts(), [], "what was written is no draft any more");
    // The note is offered again.
    desk.command(Command::Inspect);
    desk.tell(Input::Key(KeyEvent::from(KeyCode::Up)));
    assert!(desk.screen().contains("note as it should be"), "{}", desk.screen());
}

#[test]
fn what_was_refused_is_said_and_what_was_typed_is_kept() {
    let mut desk = opened(80, 22);
    desk.asked();
    desk.command(Command::Inspect);
    desk.keys("half a thought\x1b");
    let slot = "audit/inspect/3/812".to_owned();
    assert_eq!(desk.screen.drafts(), [Draft { slot: slot.clone(), text: "half a thought".to_owned() }]);
    assert!(desk.screen().contains("note not sent"), "{}", desk.screen());
    desk.command(Command::Inspect);
    desk.keys(" more\n");
    let deed = inspection(&mut desk);
    assert_eq!(deed.note.as_str(), "half a thought more");
    let denied = Error::new(Kind::Denied, "permission denied for table inspections").hint("ask for a role");
    desk.answer(Msg::Inspected(deed, Err(denied)));
    let asked = desk.asked();
    assert!(asked.contains(&Ask::Do(Wish::Work(Some(ReportId(3))))), "what others saw is read: {asked:?}");
    let said = format!("{asked:?}");
    assert!(
        said.contains("the note on entry 812 was not written") && said.contains("ask for a role"),
        "{said}"
    );
    assert_eq!(desk.screen.drafts(), [Draft { slot, text: "half a thought more".to_owned() }]);
    let mut later = Desk::full(80, 22);
    let drafts = desk.screen.drafts();
    later.tell(Input::DraftsRestored(drafts.clone()));
    assert_eq!(later.screen.drafts(), drafts);
}

#[test]
fn other_reports_and_failures_are_told() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.answer(Msg::Work(None, Ok(None)));
    assert_eq!(desk.toasts(), ["no report was filed yet; r makes one, and draws its sample"]);
    desk.answer(Msg::Work(Some(ReportId(9)), Ok(None)));
    assert_eq!(desk.toasts(), ["there is no report 9"]);
    desk.answer(Msg::Work(None, Err(lost())));
    assert_eq!(desk.toasts(), ["the sample could not be read: the database does not answer"]);
    assert_eq!(desk.screen.pane(), Pane::AuditList);

    let mut desk = opened(80, 22);
    desk.asked();
    desk.command(Command::Worklist);
    desk.keys("x\n");
    assert!(desk.screen().contains("the number of a report is wanted"), "{}", desk.screen());
    desk.tell(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    desk.tell(Input::Key(KeyEvent::from(KeyCode::Up)));
    desk.keys("\n");
    assert_eq!(desk.asked(), [Ask::Do(Wish::Work(Some(ReportId(2))))]);
    desk.command(Command::CopyCommand);
    assert!(format!("{:?}", desk.asked()).contains("attestor audit worklist 3"));
    desk.command(Command::Refresh);
    assert_eq!(desk.asked(), [Ask::Do(Wish::Work(Some(ReportId(3))))]);
    desk.does(Command::Back);
    assert_eq!((desk.screen.pane(), desk.selected()), (Pane::AuditList, 1_204));
}

#[test]
fn entries_that_are_no_longer_what_was_drawn_stand_out() {
    let mut desk = opened(120, 30);
    let mut changed = sample();
    changed.items[0].standing = Standing::Changed;
    changed.items[2].standing = Standing::Gone;
    desk.answer(Msg::Work(Some(ReportId(3)), Ok(Some((changed, vec![filed(3)])))));
    desk.settle();
    assert_eq!(desk.selected(), 812, "the cursor stays");
    let screen = desk.screen();
    assert!(screen.contains("✗ changed: the chain has another entry"), "{screen}");
    assert!(
        screen.lines().any(|line| line.starts_with(" ✗") && line.contains("1101") && line.contains("gone:")),
        "{screen}"
    );
    let empty = Worklist { items: Vec::new(), ..sample() };
    desk.answer(Msg::Work(Some(ReportId(3)), Ok(Some((empty, Vec::new())))));
    assert!(desk.screen().contains("The sample of this report is empty"), "{}", desk.screen());
    desk.asked();
    desk.command(Command::NextNeedy);
    desk.command(Command::Inspect);
    desk.command(Command::Down);
    assert_eq!(desk.toasts(), ["the sample is empty"]);
}

#[test]
fn a_jump_leaves_the_sample() {
    let mut desk = opened(80, 22);
    desk.tell(Input::Opened(Some(attestor::ui::screen::Place::Entry(EntrySeq(600)))));
    desk.settle();
    assert_eq!((desk.screen.pane(), desk.selected()), (Pane::AuditList, 600));
}

#[test]
fn a_report_is_asked_for_line_by_line() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Report);
    for text in ["type soc2", "from 2026-02-01", "to   2026-02-28", "file report-2026-02-01-2026-02-28.md"] {
        assert!(desk.screen().contains(text), "{text}:\n{}", desk.screen());
    }
    let clear = |desk: &mut Desk| {
        desk.tell(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    };
    clear(&mut desk);
    desk.keys("iso27001\n\n");
    clear(&mut desk);
    desk.keys("2026-01-31\n\n");
    assert!(desk.screen().contains("the period ends before it begins"), "{}", desk.screen());
    clear(&mut desk);
    desk.keys("tomorrow\n\n");
    assert!(desk.screen().contains("a day is wanted"), "{}", desk.screen());
    clear(&mut desk);
    desk.keys("2026-02-01T12:00:00Z\n");
    clear(&mut desk);
    desk.keys("report.pdf\n");
    assert!(desk.screen().contains("has to end in .json, .md or .html"), "{}", desk.screen());
    clear(&mut desk);
    desk.keys("~/iso.html\n");
    let asked = desk.asked();
    let Some(Ask::Start(JobDeed::Report(order))) = asked.first() else { panic!("{asked:?}") };
    assert_eq!((order.report_type, order.query.as_str()), (ReportType::Iso27001, ""));
    assert_eq!(order.file, Some(PathBuf::from("~/iso.html")));
    assert_eq!(
        (order.from.to_rfc3339(), order.to.to_rfc3339()),
        ("2026-02-01T00:00:00+00:00".into(), "2026-02-01T12:00:00+00:00".into())
    );
}

#[test]
fn a_custom_report_is_over_what_the_filter_lets_through() {
    let mut desk = Desk::full(80, 22);
    desk.tell(Input::Opened(Some(attestor::ui::screen::Place::Audit { filter: "category:override".into() })));
    desk.settle();
    let order = |desk: &mut Desk, of: &str| {
        desk.asked();
        desk.command(Command::Report);
        desk.tell(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        desk.keys(&format!("{of}\n\n\n"));
        desk.tell(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        desk.keys("\n");
        let asked = desk.asked();
        let Some(Ask::Start(JobDeed::Report(order))) = asked.into_iter().next() else { panic!("no report") };
        (order.query.clone(), order.file.clone())
    };
    assert_eq!(order(&mut desk, "custom"), ("category:override".to_owned(), None));
    assert_eq!(order(&mut desk, "soc2"), (String::new(), None), "of a period all entries count");
}

#[test]
fn a_verification_in_part_never_looks_like_a_full_one() {
    let mut desk = Desk::full(120, 22);
    desk.asked();
    desk.command(Command::VerifyOn);
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Verify(Scope::Incremental))]);
    let part = || Report { scope: Scope::Incremental, entries: 4, ..super::desk::anchored(1_204, 4, 1) };
    desk.verified(part());
    assert!(desk.line(1).contains("12:00Z  never in full, as far as is known here  ch"), "{}", desk.line(1));
    let mark = desk.screen.mark(&desk.look()).unwrap();
    assert_eq!(mark, ("chain ✓ 12:00Z in part".to_owned(), attestor::ui::screen::Tone::Plain));
    desk.verified(super::desk::anchored(1_204, 0, 1));
    desk.verified(part());
    assert!(desk.line(1).contains("12:00Z  in full 12:00Z  checkpoint"), "{}", desk.line(1));
}
