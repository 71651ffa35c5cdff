//! Verifications: begun, told, their breaks walked, and what a verdict is worth.

use super::desk::{Desk, anchored, broken, now, report};
use attestor::audit::store::recorded::Recorded;
use attestor::audit::verify::report::{Report, Scope};
use attestor::audit::verify::verdict::{Break, Kind};
use attestor::ids::EntrySeq;
use attestor::text::SafeText;
use attestor::ui::app::JobDeed;
use attestor::ui::command::{Command, Pane};
use attestor::ui::screen::{Ask, Input, Screen, Told, Tone};
use attestor::ui::screens::audit::coverage::{Coverage, Stretch};
use attestor::ui::screens::audit::standing::{Verified, Worth};
use attestor::ui::screens::audit::wish::{Known, Pin};
use attestor::ui::screens::audit::{Audit, Msg, Wish};
use chrono::TimeDelta;
use std::path::PathBuf;
use std::sync::Arc;

#[test]
fn only_a_fresh_checkpoint_is_worth_green() {
    let check = |report: Report, expected| {
        let verified = Verified::new(Arc::new(report.clone()), now());
        assert_eq!(verified.worth(now()), expected, "{report:?}");
    };
    check(anchored(1_204, 0, 200), Worth::Anchored);
    check(anchored(1_204, 4, 23), Worth::Anchored);
    check(anchored(1_204, 4, 25), Worth::InItself);
    check(report(1_204), Worth::InItself);
    check(broken(1_204), Worth::Broken);
    check(report(0), Worth::Little);
    check(Report { unverifiable: 3, ..anchored(1_204, 0, 1) }, Worth::Little);
    check(Report { stopped: Some("cancelled".into()), ..anchored(1_204, 0, 1) }, Worth::Little);
    check(Report { stopped: Some("cancelled".into()), ..broken(1_204) }, Worth::Broken);
}

#[test]
fn the_line_above_the_list_says_how_far_and_on_what() {
    let line = |report: Report| {
        let mut desk = Desk::full(120, 22);
        desk.verified(report);
        desk.line(1)
    };
    let check = |report, expected: &str| assert_eq!(line(report), expected);
    check(
        anchored(1_204, 4, 1),
        " ✓ VERIFIED 1 to 1,204  12:00Z  checkpoint 1,200 by audit-2026+ab12, 4 after it",
    );
    check(
        anchored(1_000, 0, 1),
        " ✓ VERIFIED 1 to 1,000  12:00Z  checkpoint 1,000 by audit-2026+ab12, all of it covered  204 since",
    );
    check(report(1_204), " ✓ VERIFIED 1 to 1,204  12:00Z  proves nothing against a whole rewrite");
    check(broken(1_204), " ✗ PAYLOAD_MISMATCH at 812, 3 breaks  12:00Z  n N walks the breaks");
    check(
        report(0),
        " – EMPTY: there is no entry  12:00Z  proves nothing against a whole rewrite  1,204 since",
    );
    let incremental = Report { scope: Scope::Incremental, entries: 4, ..anchored(1_204, 4, 1) };
    check(
        incremental,
        " ✓ VERIFIED from 1,201 on, 4 entries  12:00Z  never in full, as far as is known here  checkpoint 1,200 by audit-2026+a…",
    );
    let nowhere = Break::nowhere(Kind::HiddenRows, "row security hides rows");
    check(
        Report { breaks: vec![nowhere], breaks_count: 1, ..report(7) },
        " ✗ HIDDEN_ROWS  12:00Z  n N walks the breaks",
    );
}

#[test]
fn the_line_of_the_screens_follows() {
    let mark = |report: Report| {
        let mut desk = Desk::full(80, 22);
        desk.verified(report);
        desk.screen.mark(&desk.look())
    };
    let check = |report, text: &str, tone| assert_eq!(mark(report), Some((text.to_owned(), tone)));
    check(anchored(1_204, 0, 1), "chain ✓ 12:00Z", Tone::Good);
    check(anchored(1_204, 3, 100), "chain ✓ 12:00Z old checkpoint", Tone::Plain);
    check(report(1_204), "chain ✓ 12:00Z unanchored", Tone::Plain);
    check(broken(1_204), "chain ✗ 12:00Z", Tone::Bad);
    check(report(0), "chain – 12:00Z", Tone::Plain);
    assert_eq!(Audit::new().mark(&Desk::full(80, 22).look()), None);
}

#[test]
fn a_verification_of_another_day_says_which() {
    let mut desk = Desk::full(80, 22);
    desk.verified(report(1_204));
    let mut look = desk.look();
    look.now = now() + TimeDelta::days(3);
    let (text, _) = desk.screen.mark(&look).unwrap();
    assert_eq!(text, "chain ✓ 2026-03-14 unanchored");
}

#[test]
fn one_verification_runs_at_a_time() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Verify);
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Verify(Scope::Full))]);
    assert!(desk.line(1).contains("verifying…"), "{}", desk.line(1));
    desk.command(Command::Verify);
    assert!(matches!(desk.asked().as_slice(), [Ask::Toast(_)]));
    desk.tell(Input::Verified(Err("the database does not answer".into())));
    assert!(desk.line(1).contains("✗ not verified: the database does not answer"), "{}", desk.line(1));
    desk.asked();
    desk.command(Command::Verify);
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Verify(Scope::Full))]);
    desk.verified(report(1_204));
    assert!(!desk.line(1).contains("not verified"), "{}", desk.line(1));
}

#[test]
fn what_is_pinned_stands_there_before_anything_was_verified() {
    let mut desk = Desk::full(120, 22);
    desk.asked();
    desk.tell(Input::LoggedIn);
    assert_eq!(desk.asked(), [Ask::Do(Wish::Known)]);
    let pin = Pin { size: 1_200, key: SafeText::new("audit-2026"), time: now() - TimeDelta::days(2) };
    desk.answer(Msg::Known(Known { pinned: Some(pin), recorded: None }));
    let expected = " not verified in this session; v verifies  pinned 1,200, 2026-03-12, by audit-2026";
    assert_eq!(desk.line(1), expected);
    assert_eq!(desk.screen.mark(&desk.look()), None);
    let recorded = |verdict: &str| Recorded {
        seq: EntrySeq(1_190),
        at: now() - TimeDelta::hours(2),
        by: SafeText::new("bob"),
        verdict: SafeText::new(verdict),
        size: 1_188,
    };
    let mut check = |verdict, line: &str, mark: &str, tone| {
        desk.answer(Msg::Known(Known { pinned: None, recorded: Some(recorded(verdict)) }));
        assert_eq!(desk.line(1), format!(" not verified in this session; v verifies  {line}"));
        assert_eq!(desk.screen.mark(&desk.look()), Some((mark.to_owned(), tone)));
    };
    check("VERIFIED", "recorded: VERIFIED 1,188, 10:00Z, by bob", "chain ✓ 10:00Z recorded", Tone::Plain);
    check("GAP", "recorded: GAP 1,188, 10:00Z, by bob", "chain ✗ 10:00Z recorded", Tone::Bad);
    check("EMPTY", "recorded: EMPTY 1,188, 10:00Z, by bob", "chain – 10:00Z recorded", Tone::Plain);
}

#[test]
fn the_breaks_are_walked_from_anywhere() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::NextBreak);
    assert_eq!(desk.toasts(), ["breaks are found by a verification; v starts one"]);
    desk.verified(broken(1_204));
    for expected in [1_101, 1_003, 812] {
        desk.does(Command::NextBreak);
        assert_eq!(desk.selected(), expected);
    }
    desk.asked();
    desk.does(Command::NextBreak);
    assert_eq!((desk.selected(), desk.toasts()), (812, vec!["no break further down; N looks up".into()]));
    for expected in [1_003, 1_101] {
        desk.does(Command::PreviousBreak);
        assert_eq!(desk.selected(), expected);
    }
    desk.verified(report(1_204));
    desk.asked();
    desk.does(Command::NextBreak);
    assert_eq!(desk.toasts(), ["no break is known"]);
}

#[test]
fn a_gap_is_gone_to_and_said() {
    let mut desk = Desk::full(80, 22);
    desk.missing = vec![1_003];
    let gap = Report { breaks: vec![broken(1).breaks[1].clone()], breaks_count: 1, ..report(1_203) };
    desk.verified(gap);
    desk.asked();
    desk.does(Command::NextBreak);
    assert_eq!(desk.selected(), 1_002);
    // Within the window the nearest entry is shown as well; a jump says why.
    assert!(desk.toasts().iter().any(|toast| toast.contains("no entry 1003")));
}

#[test]
fn the_checklist_names_every_break_and_leads_to_it() {
    let mut desk = Desk::full(100, 60);
    desk.verified(broken(1_204));
    desk.command(Command::Checklist);
    assert_eq!(desk.screen.pane(), Pane::AuditReport);
    let screen = desk.screen();
    for text in [
        "✗ PAYLOAD_MISMATCH at 812, 3 breaks",
        "✗ payloads: PAYLOAD_MISMATCH 1",
        "✓ links: every entry builds on the one before it",
        "✗ order: GAP 1",
        "✗ checkpoints: ROOT_MISMATCH 1",
        "GAP seq  entries are missing",
        "no checkpoint: proves nothing against a whole rewrite",
    ] {
        assert!(screen.contains(text), "{text}:\n{screen}");
    }
    while !desk.screen().lines().any(|line| line.contains('>') && line.contains("✗ order")) {
        desk.command(Command::Down);
    }
    desk.does(Command::OpenSelected);
    assert_eq!((desk.selected(), desk.screen.pane()), (1_003, Pane::AuditList));
    desk.command(Command::Checklist);
    desk.command(Command::Back);
    assert_eq!(desk.screen.pane(), Pane::AuditList);
}

#[test]
fn the_chain_at_the_edge_shows_what_was_verified() {
    let check = |report: Report, from, to, expected| {
        assert_eq!(Coverage::of(&report).stretch(from, to), expected, "{from} to {to}");
    };
    check(report(1_000), 1, 1_000, Stretch::Verified);
    check(report(1_000), 990, 1_001, Stretch::NotYet);
    check(broken(1_204), 800, 900, Stretch::Broken);
    check(broken(1_204), 813, 900, Stretch::Verified);
    check(broken(1_204), 1_150, 1_160, Stretch::Broken);
    check(report(0), 1, 1, Stretch::NotYet);
    let marked = |seq| Coverage::of(&broken(1_204)).is_broken_at(seq);
    assert_eq!([812, 1_003, 1_101, 813].map(marked), [true, true, false, false]);
    let incremental = Report { scope: Scope::Incremental, entries: 4, ..anchored(1_204, 4, 1) };
    check(incremental.clone(), 1_201, 1_204, Stretch::Verified);
    check(incremental, 1_000, 1_204, Stretch::NotYet);
    let strip = |report| {
        let mut desk = Desk::full(80, 22);
        desk.verified(report);
        let buffer = desk.buffer();
        (3..12).map(|y| buffer[(79, y)].symbol().to_owned()).collect::<String>()
    };
    assert_eq!(strip(report(1_204)), "│".repeat(9));
    // The newest tenth came since, and the old break lies in the third ninth from the top.
    assert_eq!(strip(report(1_100)), "·│││││││ ".replace(' ', "│"));
    assert_eq!(strip(broken(1_204)), "✗✗✗│││││ ".replace(' ', "│"));
}

#[test]
fn a_proof_is_asked_for_by_the_name_of_its_file() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Prove);
    assert!(desk.screen().contains("file proof-1204.json"), "{}", desk.screen());
    desk.keys("\n");
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Prove(EntrySeq(1_204), PathBuf::from("proof-1204.json")))]);
    desk.command(Command::Prove);
    desk.tell(Input::Key(crossterm::event::KeyEvent::new(
        crossterm::event::KeyCode::Char('u'),
        crossterm::event::KeyModifiers::CONTROL,
    )));
    desk.keys(" \n");
    assert_eq!(desk.asked(), []);
    assert!(desk.screen().contains("a name is wanted"), "{}", desk.screen());
}

#[test]
fn a_day_is_exported_into_a_folder_that_is_named() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Export);
    assert!(desk.screen().contains("export the entries of 2026-03-14, in UTC"), "{}", desk.screen());
    desk.keys("/out\n");
    let day = now().date_naive();
    assert_eq!(desk.asked(), [Ask::Start(JobDeed::Export(day, PathBuf::from("./out")))]);
}

#[test]
fn sealing_asks_first() {
    let mut desk = Desk::full(80, 22);
    desk.asked();
    desk.command(Command::Checkpoint);
    let asked = desk.asked();
    let [Ask::Confirm(question, wish)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(question.yes, "seal");
    let Wish::Agreed(deed @ JobDeed::Seal(_)) = wish else { panic!("{wish:?}") };
    desk.answer(Msg::Agreed(deed.clone()));
    assert_eq!(desk.asked(), [Ask::Start(deed.clone())]);
}

#[test]
fn everything_is_told_in_lines_too() {
    let mut desk = Desk::full(80, 22);
    desk.verified(broken(1_204));
    let told = |desk: &Desk, part| desk.screen.told(part, &desk.look());
    let row = told(&desk, Told::Row);
    assert_eq!(row.len(), 2, "{row:?}");
    assert!(row[0].starts_with("✗ PAYLOAD_MISMATCH at 812, 3 breaks"), "{row:?}");
    assert_eq!(row[1], "entry 1204, 2026-03-14 11:23Z, finding_triage, findings_triaged, by alice, acme/api");
    assert_eq!(told(&desk, Told::List).len(), 11);
    let detail = told(&desk, Told::Detail).join("\n");
    for text in ["entry 1204", "✓ payload", "reason: \"internal tool\"", "entry_hash", "may append"] {
        assert!(detail.contains(text), "{text}: {detail}");
    }
    desk.command(Command::Checklist);
    assert!(told(&desk, Told::Detail).join("\n").contains("✗ order: GAP 1"));
    desk.command(Command::JumpToId);
    assert!(told(&desk, Told::Asked).join("\n").contains("jump to an entry"));
}
