//! What others hold, or have decided meanwhile: told, taken over, left to them.

use super::attending::{sent, target, time};
use super::desk::{Desk, done, finding, findings, now};
use attestor::ids::{AttentionId, FindingId, Version};
use attestor::triage::actions::{Outcome, Target};
use attestor::triage::attention::{Attend, AttentionKind, Held, Spell, Whose};
use attestor::triage::feedback::{Conflict, Mine, Theirs};
use attestor::triage::finding::Verdict;
use attestor::ui::command::Command;
use attestor::ui::screen::{Mode, Screen};
use attestor::ui::screens::findings::{Msg, Wish};

pub(super) fn held(finding: i64, kind: AttentionKind) -> Held {
    let spell = Spell {
        id: AttentionId(3),
        finding: FindingId(finding),
        kind,
        actor: "bob".into(),
        mine: false,
        at: time("2026-03-15T12:00:00Z"),
        until: time("2026-03-15T16:00:00Z"),
        reason: None,
    };
    Held { finding: FindingId(finding), spell }
}

#[test]
fn who_holds_it_is_said_and_taking_over_is_two_deeds() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Claim);
    let deed = sent(&mut desk);
    desk.answer(Msg::Done(deed.key, Ok(Outcome::Held(vec![held(9, AttentionKind::Claim)]))));
    let screen = desk.screen();
    assert!(
        screen.contains("#9 is claimed by bob until 2026-03-15 16:00Z, since 2026-03-15 12:00Z"),
        "{screen}"
    );
    assert_eq!(desk.screen.mode(), Mode::Line);
    desk.wishes();
    // The key that asked does not answer.
    desk.keys("m");
    assert!(desk.deed().is_none());
    desk.keys("o");
    let end = sent(&mut desk);
    assert_eq!(end.what, Attend::End { kind: AttentionKind::Claim, whose: Whose::Anyones, reason: None });
    assert_eq!(end.targets, [target(9)]);
    desk.answer(done(&Wish::Attend(end), vec![finding(9)]));
    let again = sent(&mut desk);
    assert_eq!(again.what.kind(), AttentionKind::Claim);
    assert!(again.what.until().is_some());
    assert_ne!(again.key, deed.key);
}

#[test]
fn what_others_hold_can_be_left_to_them() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Claim);
    let deed = sent(&mut desk);
    desk.answer(Msg::Done(deed.key, Ok(Outcome::Held(vec![held(9, AttentionKind::Claim)]))));
    desk.wishes();
    desk.keys("<Esc>");
    assert_eq!((desk.screen.mode(), desk.deed()), (Mode::Browse, None));
}

#[test]
fn nothing_follows_where_taking_over_failed() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Claim);
    let deed = sent(&mut desk);
    desk.answer(Msg::Done(deed.key, Ok(Outcome::Held(vec![held(9, AttentionKind::Claim)]))));
    desk.keys("o");
    let end = sent(&mut desk);
    let denied = attestor::error::Error::new(attestor::error::Kind::Denied, "login \"x\" may not");
    desk.answer(Msg::Done(end.key, Err(denied)));
    assert!(desk.deed().is_none());
    // The same answer again changes nothing.
    desk.answer(done(&Wish::Attend(end), vec![finding(9)]));
    assert!(desk.deed().is_none());
}

#[test]
fn a_decision_meanwhile_shows_both_sides() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Claim);
    let deed = sent(&mut desk);
    let conflict = Conflict {
        finding: FindingId(9),
        mine: Mine { verdict: None, reason: None, version: Version(1) },
        theirs: Theirs {
            verdict: Some(Verdict::FalsePositive),
            reason: Some("a test".into()),
            actor: Some("bob".into()),
            at: Some(now()),
            version: Version(2),
        },
    };
    desk.answer(Msg::Done(deed.key, Ok(Outcome::Conflict(vec![conflict]))));
    assert!(desk.screen().contains("mine    claim until"), "{}", desk.screen());
    desk.wishes();
    desk.keys("m");
    let again = sent(&mut desk);
    assert_eq!(again.targets, [Target { finding: FindingId(9), version: Version(2) }]);
}
