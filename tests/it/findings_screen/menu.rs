//! The action menu: what it lists, and which keys it takes.

use super::desk::{Desk, finding, findings, now};
use attestor::triage::finding::Finding;
use attestor::ui::command::{Command, Pane};
use attestor::ui::keymap::Keymap;
use attestor::ui::screen::Screen;
use attestor::ui::widgets::actions::{Actions, Answer, deeds};
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent};

/// The commands of the menu, as the app would list them.
pub(super) fn offered(desk: &Desk) -> Vec<Command> {
    deeds(desk.screen.pane()).filter(|deed| desk.screen.offers(*deed)).collect()
}

#[test]
fn the_menu_lists_what_makes_sense_on_what_is_chosen() {
    use Command::*;
    let mut desk = Desk::with(findings(9));
    let on_row = offered(&desk);
    for deed in [MarkTruePositive, MarkFalsePositive, Comment, Claim, Snooze, AcceptRisk, CopyId, CopyCommand]
    {
        assert!(on_row.contains(&deed), "{deed:?}");
    }
    for deed in [Release, EndSnooze, EndAcceptance, TakeBack, SameAgain, Mark, MarkAll, Actions] {
        assert!(!on_row.contains(&deed), "{deed:?}");
    }
    assert_eq!(desk.screen.chosen().as_deref(), Some("#9 rule-9 src/file9.py:10"));
    desk.command(Mark);
    desk.command(Mark);
    assert_eq!(desk.screen.chosen().as_deref(), Some("2 marked findings"));
    let on_marks = offered(&desk);
    assert!(on_marks.contains(&Release) && !on_marks.contains(&Comment) && !on_marks.contains(&CopyId));
    desk.command(MarkAll);
    assert_eq!(desk.screen.chosen().as_deref(), Some("all findings of is:undecided"));
    let row = Finding {
        claimed_by: Some("bob".into()),
        claimed_until: Some(now() + TimeDelta::hours(1)),
        accepted_until: Some(now() + TimeDelta::hours(1)),
        snoozed_until: Some(now() - TimeDelta::hours(1)),
        ..finding(9)
    };
    let on_claimed = offered(&Desk::with(vec![row]));
    assert!(on_claimed.contains(&Release) && on_claimed.contains(&EndAcceptance));
    assert!(!on_claimed.contains(&EndSnooze), "what is past has ended");
}

#[test]
fn the_menu_takes_a_deeds_key_or_enter() {
    let pane = Pane::FindingsList;
    let commands = vec![Command::MarkFalsePositive, Command::Claim, Command::CopyId, Command::CopyCommand];
    let check = |keys: &[KeyCode], expected: Answer| {
        let mut menu = Actions::new("2 marked findings".into(), commands.clone());
        let answers: Vec<Answer> =
            keys.iter().map(|key| menu.key(KeyEvent::from(*key), &Keymap::default(), pane)).collect();
        assert_eq!(answers.last(), Some(&expected), "{keys:?}");
        assert!(answers[..keys.len() - 1].iter().all(|answer| *answer == Answer::Open), "{keys:?}");
    };
    let c = KeyCode::Char;
    check(&[c('f')], Answer::Run(Command::MarkFalsePositive));
    check(&[c('m')], Answer::Run(Command::Claim));
    check(&[c('y'), c('y')], Answer::Run(Command::CopyId));
    check(&[c('y'), KeyCode::Esc, KeyCode::Esc], Answer::Closed);
    check(&[KeyCode::Enter], Answer::Run(Command::MarkFalsePositive));
    check(&[c('j'), KeyCode::Enter], Answer::Run(Command::Claim));
    check(&[KeyCode::Down, KeyCode::Down, KeyCode::Up, KeyCode::Enter], Answer::Run(Command::Claim));
    check(&[c('j'), c('j'), c('j'), c('j'), c('j'), KeyCode::Enter], Answer::Run(Command::CopyCommand));
    check(&[KeyCode::Esc], Answer::Closed);
    check(&[c('a')], Answer::Closed);
    check(&[c('q')], Answer::Closed);
    // A deed that is not listed is not done.
    check(&[c('t'), c('w'), c('0')], Answer::Open);
}
