//! Claims, snoozes, accepted risks: asked for, sent, ended.

use super::desk::{Desk, done, finding, findings, now};
use super::held::held;
use super::menu::offered;
use attestor::ids::{EntrySeq, FindingId, Version};
use attestor::triage::actions::{AttendTo, Decided, Deed, Outcome, Target, When};
use attestor::triage::attention::{Attend, AttentionKind, Whose};
use attestor::triage::feedback::{Refusal, WhyNot};
use attestor::triage::finding::Finding;
use attestor::ui::command::Command;
use attestor::ui::keymap::Keymap;
use attestor::ui::screen::{Ask, Mode, Question, Screen};
use attestor::ui::screens::findings::{Msg, Wish};
use attestor::ui::widgets::actions::Actions;
use chrono::{DateTime, TimeDelta, Utc};

const BEGIN: [Command; 3] = [Command::Claim, Command::Snooze, Command::AcceptRisk];

pub(super) fn sent(desk: &mut Desk) -> AttendTo {
    match desk.deed() {
        Some(Wish::Attend(deed)) => deed,
        other => panic!("nothing was sent: {other:?}"),
    }
}

pub(super) fn question(desk: &mut Desk) -> Option<(Question, Wish)> {
    std::mem::take(&mut desk.asks).into_iter().find_map(|ask| match ask {
        Ask::Confirm(question, wish) => Some((question, wish)),
        _ => None,
    })
}

pub(super) fn yes(desk: &mut Desk) -> AttendTo {
    let Some((_, Wish::Agreed(wish, about))) = question(desk) else { panic!("no question") };
    desk.answer(Msg::Agreed(wish, about));
    sent(desk)
}

pub(super) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn target(id: i64) -> Target {
    Target { finding: FindingId(id), version: Version(1) }
}

#[test]
fn a_claim_on_the_row_is_sent_at_once() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Claim);
    let deed = sent(&mut desk);
    assert_eq!(deed.targets, [target(9)]);
    assert_eq!(
        (deed.what.clone(), deed.filter.clone()),
        (Attend::Claim { until: time("2026-03-15T18:02:00Z") }, None)
    );
    assert!(desk.selected().contains("saving…"), "{}", desk.selected());
    let claimed = Finding {
        claimed_by: Some("tester".into()),
        claimed_until: Some(time("2026-03-15T18:02:00Z")),
        ..finding(9)
    };
    desk.answer(done(&Wish::Attend(deed), vec![claimed]));
    assert!(desk.selected().starts_with(">@"), "{}", desk.selected());
    assert_eq!(desk.toasts(), ["claim until 2026-03-15 18:02Z: #9 rule-9 src/file9.py:10: entry 346"]);
    // It can be taken back as what it was.
    desk.command(Command::TakeBack);
    let (question, wish) = question(&mut desk).unwrap();
    assert_eq!(question.what, "Take back the claim of #9 rule-9 src/file9.py:10, entry 346?");
    let Wish::Agreed(wish, _) = wish else { panic!("{wish:?}") };
    let Wish::TakeBackDeed { deed, .. } = *wish else { panic!("{wish:?}") };
    assert_eq!(deed.deed, Deed::Entry(EntrySeq(346)));
}

#[test]
fn a_snooze_and_an_accepted_risk_need_a_reason_and_an_end() {
    for (command, usual) in [(Command::Snooze, "14d"), (Command::AcceptRisk, "90d")] {
        let mut desk = Desk::with(findings(9));
        desk.command(command);
        assert_eq!(desk.screen.mode(), Mode::Line);
        assert!(desk.screen().contains(&format!(" until  {usual}   = 20")), "{}", desk.screen());
        // Enter goes on to the end; it is never passed by unseen.
        desk.keys("waits for a release<Enter>");
        assert_eq!(desk.wishes().iter().filter(|wish| wish.key().is_some()).count(), 0);
        desk.keys("<C-u>2w<Enter>");
        let deed = sent(&mut desk);
        let until = time("2026-03-29T14:02:00Z");
        assert_eq!(deed.what.until(), Some(until));
        assert_eq!(deed.what.reason().map(|reason| reason.as_str()), Some("waits for a release"));
        let kind = if command == Command::Snooze { AttentionKind::Snooze } else { AttentionKind::Acceptance };
        assert_eq!((deed.what.kind(), desk.screen.mode()), (kind, Mode::Browse));
    }
}

#[test]
fn what_is_wrong_with_the_form_is_said_where_it_is_wrong() {
    let check = |reason: &str, until: &str, says: &str| {
        let mut desk = Desk::with(findings(9));
        desk.command(Command::Snooze);
        desk.keys(&format!("{reason}<Enter><C-u>{until}<Enter>"));
        assert!(desk.screen().contains(says), "{reason:?} {until:?}: {}", desk.screen());
        assert_eq!(desk.wishes().iter().filter(|wish| wish.key().is_some()).count(), 0, "{until}");
    };
    check("", "2w", "the reason is empty; say in a few words why");
    check("why", "", "how long, as in 8h, 7d or 2w, or a date, as in 2026-12-31");
    check("why", "soon", "how long, as in 8h, 7d or 2w, or a date, as in 2026-12-31");
    check("why", "2026-03-01", "2026-03-01 00:00:00Z is past");
    check("why", "0d", "2026-03-15 14:02:00Z is past");
    check("why", "9y", "a finding is snoozed for at most 366 days");
    check("why", "99999999999d", "how long, as in 8h, 7d or 2w");
}

#[test]
fn what_is_understood_is_said_while_it_is_typed() {
    let check = |until: &str, says: &str| {
        let mut desk = Desk::with(findings(9));
        desk.command(Command::Snooze);
        desk.keys(&format!("<Tab><C-u>{until}"));
        let expected = format!(" until  {until}   {says}");
        assert!(desk.screen().contains(&expected), "{expected}\n{}", desk.screen());
    };
    check("7d", "= 2026-03-22 14:02Z, in 7 days");
    check("2w", "= 2026-03-29 14:02Z, in 14 days");
    check("8h", "= 2026-03-15 22:02Z, in 8 hours");
    check("30m", "= 2026-03-15 14:32Z, in 30 minutes");
    check("2026-12-31", "= 2026-12-31 00:00Z, in 290 days");
    check("tomorrow", "how long, as in 8h, 7d or 2w, or a date");
}

#[test]
fn esc_writes_nothing_and_the_reason_comes_back() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Snooze);
    desk.keys("vendor fixes it<Esc>");
    assert_eq!(desk.toasts(), ["nothing was written; Up brings the reason back"]);
    desk.command(Command::AcceptRisk);
    desk.keys("<Up>");
    assert!(desk.screen().contains(" reason vendor fixes it"), "{}", desk.screen());
}

#[test]
fn marked_rows_are_asked_about_with_their_count() {
    for command in BEGIN {
        let mut desk = Desk::with(findings(9));
        desk.command(Command::Mark);
        desk.command(Command::Mark);
        desk.command(command);
        let keys = if command == Command::Claim { "<Enter>" } else { "why<Enter><Enter>" };
        desk.keys(keys);
        let (asked, wish) = question(&mut desk).unwrap();
        assert!(asked.what.contains(": 2 marked findings"), "{}", asked.what);
        assert_eq!(asked.typed_count, None);
        desk.asks.push(Ask::Confirm(asked, wish));
        let deed = yes(&mut desk);
        assert_eq!(deed.targets, [target(8), target(9)]);
        assert_eq!(deed.filter.as_deref(), Some("is:undecided"));
    }
}

#[test]
fn all_of_a_filter_is_counted_and_over_a_hundred_typed() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::MarkAll);
    desk.command(Command::Snooze);
    let asked = desk.wishes().into_iter().find_map(|wish| match wish {
        Wish::Targets { ticket, filter } => Some((ticket, filter)),
        _ => None,
    });
    let (ticket, filter) = asked.unwrap();
    assert_eq!(filter, "is:undecided");
    desk.keys("why<Enter><Enter>");
    assert!(desk.screen().contains("still being counted"), "{}", desk.screen());
    desk.answer(Msg::Targets { ticket, result: Ok((1..=150).map(target).collect()) });
    assert!(desk.screen().contains("── snooze 150 findings of is:undecided ──"), "{}", desk.screen());
    desk.keys("<Enter>");
    let (question, _) = question(&mut desk).unwrap();
    assert_eq!(question.typed_count, Some(150));
    assert_eq!(question.what, "Snooze until 2026-03-29 14:02Z: 150 findings of is:undecided: \"why\"");
}

#[test]
fn of_all_in_a_filter_only_what_lasts_is_ended() {
    for (command, filter) in [
        (Command::Release, "is:undecided is:mine"),
        (Command::EndSnooze, "is:undecided is:snoozed"),
        (Command::EndAcceptance, "is:undecided is:accepted"),
    ] {
        let mut desk = Desk::with(findings(9));
        desk.command(Command::MarkAll);
        desk.command(command);
        let asked = desk.wishes().into_iter().find_map(|wish| match wish {
            Wish::Targets { filter, .. } => Some(filter),
            _ => None,
        });
        assert_eq!(asked.as_deref(), Some(filter));
    }
}

#[test]
fn ending_needs_something_that_lasts() {
    let mut desk = Desk::with(findings(9));
    for (command, says) in [
        (Command::Release, "#9 rule-9 src/file9.py:10 is not claimed"),
        (Command::EndSnooze, "#9 rule-9 src/file9.py:10 is not snoozed"),
        (Command::EndAcceptance, "#9 rule-9 src/file9.py:10 is not accepted"),
    ] {
        desk.command(command);
        assert_eq!(desk.toasts(), [says]);
    }
    let row = Finding { snoozed_until: Some(now() + TimeDelta::days(2)), ..finding(9) };
    let mut desk = Desk::with(vec![row]);
    desk.command(Command::EndSnooze);
    // A reason may be given, and need not.
    desk.keys("<Enter>");
    let deed = sent(&mut desk);
    let end = Attend::End { kind: AttentionKind::Snooze, whose: Whose::Anyones, reason: None };
    assert_eq!(deed.what, end);
}

#[test]
fn where_some_cannot_be_ended_the_others_are_offered() {
    let mut desk = Desk::with(findings(9));
    for _ in 0..3 {
        desk.command(Command::Mark);
    }
    desk.command(Command::EndSnooze);
    desk.keys("<Enter>");
    let deed = yes(&mut desk);
    let refusal = Refusal { finding: FindingId(8), why: WhyNot::NotSo(AttentionKind::Snooze) };
    desk.answer(Msg::Done(deed.key, Ok(Outcome::Refused(vec![refusal]))));
    let (asked, wish) = question(&mut desk).unwrap();
    assert_eq!(asked.what, "2 of 3 findings are snoozed. End the snooze of 2 findings?");
    desk.asks.push(Ask::Confirm(asked, wish));
    let rest = yes(&mut desk);
    assert_eq!(rest.targets, [target(7), target(9)]);
    assert_ne!(rest.key, deed.key);
}

#[test]
fn the_next_row_that_needs_a_person_is_not_one_that_waits() {
    let waiting = Finding { snoozed_until: Some(now() + TimeDelta::days(2)), ..finding(8) };
    let past = Finding { snoozed_until: Some(now() - TimeDelta::days(2)), ..finding(7) };
    let mut desk = Desk::with(vec![finding(9), waiting, past]);
    desk.command(Command::NextNeedy);
    assert!(desk.selected().contains("rule-7"), "{}", desk.screen());
}

#[test]
fn after_a_snooze_the_next_row_is_wanted_and_the_row_stays() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Snooze);
    desk.keys("why<Enter><Enter>");
    let deed = sent(&mut desk);
    let row = Finding { snoozed_until: deed.what.until(), ..finding(9) };
    desk.answer(done(&Wish::Attend(deed), vec![row]));
    assert!(desk.selected().contains("rule-8"), "{}", desk.screen());
    assert!(desk.screen().lines().nth(2).unwrap().contains("snoozed"), "{}", desk.screen());
}

#[test]
fn of_very_many_all_rows_in_sight_show_it() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::MarkAll);
    desk.command(Command::Snooze);
    let ticket = desk.wishes().into_iter().find_map(|wish| match wish {
        Wish::Targets { ticket, .. } => Some(ticket),
        _ => None,
    });
    desk.answer(Msg::Targets { ticket: ticket.unwrap(), result: Ok((1..=1_500).map(target).collect()) });
    desk.keys("why<Enter><Enter>");
    let deed = yes(&mut desk);
    let row = Finding { snoozed_until: deed.what.until(), ..finding(1) };
    let decided = Decided {
        seq: EntrySeq(5),
        count: 1_500,
        rows: vec![row],
        feedback: Vec::new(),
        left: Vec::new(),
        done: When::Now,
    };
    desk.answer(Msg::Done(deed.key, Ok(Outcome::Done(decided))));
    assert_eq!(desk.screen().matches("snoozed").count(), 9, "{}", desk.screen());
    desk.asks.clear();
    desk.command(Command::TakeBack);
    let (question, _) = question(&mut desk).unwrap();
    assert_eq!(question.what, "Take back the snooze of 1,500 findings, entry 5?");
}

#[test]
fn looks_of_form_held_and_menu() {
    for (columns, rows) in [(80, 24), (120, 40), (40, 12)] {
        let picture = |name: &str, text: String| {
            insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), text);
            });
        };
        let mut desk = Desk::sized(columns, rows - 2, super::desk::sample());
        desk.command(Command::AcceptRisk);
        desk.keys("behind a proxy that strips it<Enter>");
        picture("accept_form", desk.screen());
        desk.keys("<Esc>");
        desk.command(Command::Claim);
        let deed = sent(&mut desk);
        desk.answer(Msg::Done(deed.key, Ok(Outcome::Held(vec![held(12, AttentionKind::Claim)]))));
        picture("held", desk.screen());
        desk.keys("<Esc>");
        let mut buffer = desk.buffer();
        let menu = Actions::new(desk.screen.chosen().unwrap(), offered(&desk));
        menu.draw(buffer.area, &mut buffer, &desk.theme, &Keymap::default());
        let lines: Vec<String> =
            (0..desk.rows).map(|y| super::desk::line(&buffer, y).trim_end().to_owned()).collect();
        picture("actions", lines.join("\n"));
    }
}
