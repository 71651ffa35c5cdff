//! What a finding is beside its verdict: in the list, in the detail, in words; and its life across scans.

use super::desk::{Desk, detail, finding, now};
use attestor::db::page::Page;
use attestor::ids::{AttentionId, FindingId, ScanId};
use attestor::triage::attention::{AttentionKind, Spell};
use attestor::triage::detail::Sighting;
use attestor::triage::finding::{Finding, State};
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Look, Screen, Told};
use attestor::ui::screens::findings::{Msg, Wish};
use chrono::{DateTime, TimeDelta, Utc};

fn at(hours: i64) -> Option<DateTime<Utc>> {
    Some(now() + TimeDelta::hours(hours))
}

fn shown(row: Finding, columns: u16) -> String {
    let desk = Desk::sized(columns, 22, vec![row]);
    desk.screen().lines().nth(2).unwrap_or("").to_owned()
}

#[test]
fn states_are_marks_and_words_in_the_list() {
    let check = |row: Finding, begins: &str, ends: &str| {
        let line = shown(row, 80);
        assert!(line.starts_with(begins) && line.ends_with(ends), "{begins} … {ends}: {line}");
    };
    check(finding(1), ">  37.5", "–");
    let claimed = Finding { claimed_by: Some("bob".into()), claimed_until: at(1), ..finding(1) };
    check(claimed.clone(), ">@ 37.5", "–");
    check(Finding { claimed_until: at(-1), ..claimed }, ">  37.5", "–");
    check(Finding { snoozed_until: at(1), ..finding(1) }, ">  37.5", "snoozed");
    check(Finding { snoozed_until: at(0), ..finding(1) }, ">  37.5", "–");
    check(Finding { accepted_until: at(1), snoozed_until: at(1), ..finding(1) }, ">  37.5", "risk ok");
}

#[test]
fn what_the_newest_scan_made_of_it_is_a_mark_or_a_word() {
    let check = |state: State, mark: &str, word: &str| {
        let row = Finding { state, ..finding(1) };
        let narrow = shown(row.clone(), 80);
        assert!(narrow.contains(&format!("▲ high {mark:<1}  rule-1")), "{narrow}");
        let wide = shown(row, 200);
        assert!(wide.contains(&format!("{word:<5}    3d")), "{word}: {wide}");
    };
    check(State::New, "+", "new");
    check(State::Unchanged, "", "");
    check(State::Moved, "~", "moved");
    check(State::Absent, "-", "gone");
    check(State::Regressed, "!", "back");
}

fn spell(kind: AttentionKind, until: Option<DateTime<Utc>>, reason: Option<&str>) -> Spell {
    Spell {
        id: AttentionId(1),
        finding: FindingId(1),
        kind,
        actor: "bob".into(),
        mine: false,
        at: now(),
        until: until.unwrap(),
        reason: reason.map(Into::into),
    }
}

/// A screen with this row, and what else is known of it.
fn read(row: Finding, spells: Vec<Spell>) -> Desk {
    let mut desk = Desk::sized(120, 38, vec![row.clone()]);
    let known = attestor::triage::detail::FindingDetail { attention: spells, ..detail(row.clone()) };
    desk.answer(Msg::Detail(row.id, Ok(Box::new(known))));
    desk
}

#[test]
fn the_detail_says_by_whom_until_when_and_why() {
    let row = Finding {
        claimed_by: Some("bob".into()),
        claimed_until: at(2),
        snoozed_until: at(24),
        accepted_until: at(48),
        ..finding(1)
    };
    let spells = vec![
        spell(AttentionKind::Claim, at(2), None),
        spell(AttentionKind::Snooze, at(24), Some("vendor")),
        // One that was begun before the one that holds says nothing about it.
        spell(AttentionKind::Acceptance, at(47), Some("long ago")),
    ];
    let screen = read(row.clone(), spells).screen();
    assert!(screen.contains(" claim by bob until 2026-03-15 16:02Z"), "{screen}");
    assert!(screen.contains(" waits until 2026-03-16 14:02Z by bob  \"vendor\""), "{screen}");
    assert!(screen.contains(" risk  accepted until 2026-03-17 14:02Z"), "{screen}");
    assert!(!screen.contains("long ago"), "{screen}");
    let past = Finding { claimed_until: at(-2), snoozed_until: at(-1), accepted_until: at(-1), ..row };
    let screen = read(past, Vec::new()).screen();
    assert!(!screen.contains("until 2026"), "{screen}");
}

#[test]
fn states_are_told_in_words() {
    let row = Finding {
        claimed_by: Some("bob".into()),
        claimed_until: at(2),
        snoozed_until: at(24),
        state: State::Regressed,
        ..finding(1)
    };
    let desk = Desk::with(vec![row]);
    let look = Look { theme: &desk.theme, clock: Clock::Utc, now: now() };
    let told = desk.screen.told(Told::Row, &look).join("\n");
    for part in ["regressed", "claimed by bob until 2026-03-15 16:02Z", "snoozed until 2026-03-16 14:02Z"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

fn seen(scan: i64, outcome: &str) -> Sighting {
    Sighting {
        scan_id: ScanId(scan),
        timestamp: Some(now() - TimeDelta::days(100 - scan)),
        commit_sha: Some("4f2c91d07a11".into()),
        branch: Some("main".into()),
        outcome: outcome.into(),
        file: None,
        line: None,
    }
}

#[test]
fn the_life_is_asked_for_when_the_detail_is_read() {
    let mut desk = Desk::sized(200, 48, vec![finding(12)]);
    let life = |desk: &Desk| desk.asks.iter().any(|ask| matches!(ask, Ask::Do(Wish::Life(FindingId(12)))));
    assert!(!life(&desk), "a glance has no room for it");
    desk.command(Command::FocusDetail);
    assert!(life(&desk));
    let rows = [
        (9, "moved"),
        (8, "regressed"),
        (7, "not seen"),
        (6, "not seen"),
        (5, "unchanged"),
        (4, "unchanged"),
        (3, "unchanged"),
        (2, "new"),
    ];
    let rows = rows.iter().map(|(scan, outcome)| seen(*scan, outcome)).collect();
    // What belongs to another finding is not shown here.
    desk.answer(Msg::Life(FindingId(3), Ok(Page { rows: vec![seen(1, "new")], more: false })));
    assert!(!desk.screen().contains(" life "), "{}", desk.screen());
    desk.answer(Msg::Life(FindingId(12), Ok(Page { rows, more: true })));
    for _ in 0..3 {
        desk.command(Command::PageDown);
    }
    let screen = desk.screen();
    assert!(screen.contains(" life  …+===--!~"), "{screen}");
    assert!(screen.contains("5  2025-12-10 14:02Z  main  4f2c91d  unchanged, 3 scans since 3"), "{screen}");
    assert!(screen.contains("not seen, 2 scans since 6"), "{screen}");
    assert!(screen.contains("older ones: attestor findings show 12 --life"), "{screen}");
    // The next finding has a life of its own.
    desk.asks.clear();
    desk.command(Command::FocusDetail);
    assert!(!life(&desk), "it is there already");
}

#[test]
fn the_words_for_states_complete_in_the_filter() {
    let mut desk = Desk::with(vec![finding(1)]);
    for (typed, completed) in [
        ("is:regr", "is:regressed"),
        ("is:mo", "is:moved"),
        ("is:sn", "is:snoozed"),
        ("is:acc", "is:accepted"),
        ("is:min", "is:mine"),
        ("since:", "since:scan"),
    ] {
        desk.command(Command::Filter);
        desk.keys(&format!("<C-u>{typed}<Tab>"));
        let first = desk.screen().lines().next().unwrap_or("").to_owned();
        assert!(first.contains(completed), "{typed}: {first}");
        desk.keys("<Esc>");
    }
}
