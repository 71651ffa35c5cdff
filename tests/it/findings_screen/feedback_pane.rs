//! The Feedback pane: drafts first, then what one said.

use super::desk::{Desk, decided, done, finding, said, sample};
use attestor::ids::{FeedbackId, FindingId};
use attestor::triage::finding::Verdict;
use attestor::ui::command::{Command, Pane};
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Ask, Mode, Screen};
use attestor::ui::screens::findings::wish::OwnPage;
use attestor::ui::screens::findings::{Msg, Wish};

const FP: Verdict = Verdict::FalsePositive;

fn opened() -> Desk {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkTruePositive);
    desk.keys("half a reason<Esc>");
    desk.asks.clear();
    desk.command(Command::GoFeedback);
    let wishes = desk.wishes();
    assert!(wishes.contains(&Wish::Own { after: None, about: vec![FindingId(12)] }), "{wishes:?}");
    let page = OwnPage {
        rows: vec![
            said(81, FindingId(9), FP, "internal tool", false),
            said(80, FindingId(4), FP, "generated", true),
        ],
        findings: vec![sample().remove(0), decided(finding(9), Some(FP)), finding(4)],
        below: Edge::End,
    };
    desk.answer(Msg::Own { after: None, result: Ok(page) });
    desk.asks.clear();
    desk
}

#[test]
fn it_shows_drafts_first_and_then_decisions() {
    let desk = opened();
    assert_eq!(desk.screen.pane(), Pane::Feedback);
    for (columns, rows) in [(80, 22), (120, 38), (40, 10)] {
        let mut desk = opened();
        desk.tell(attestor::ui::screen::Input::Resized { columns, rows });
        (desk.columns, desk.rows) = (columns, rows);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("feedback_{columns}x{}", rows + 2), desk.screen());
        });
    }
}

#[test]
fn enter_on_a_draft_opens_it_where_it_was_left() {
    let mut desk = opened();
    desk.command(Command::OpenSelected);
    assert_eq!(desk.screen.mode(), Mode::Line);
    assert!(desk.screen().contains("── TP #12 "), "{}", desk.screen());
    assert!(desk.screen().contains(" reason half a reason"));
    desk.keys("<Enter>");
    let deed = desk.deed().unwrap();
    assert!(matches!(&deed, Wish::Decide(deed) if deed.targets[0].finding == FindingId(12)));
    desk.answer(done(&deed, vec![decided(sample().remove(0), Some(Verdict::TruePositive))]));
    assert!(!desk.screen().contains("  draft "), "{}", desk.screen());
    assert!(
        desk.wishes().iter().any(|wish| matches!(wish, Wish::Own { after: None, .. })),
        "the new decision is loaded"
    );
}

#[test]
fn a_decision_is_taken_back_from_here() {
    let mut desk = opened();
    desk.command(Command::Down);
    desk.command(Command::TakeBack);
    let Some(Ask::Confirm(question, Wish::Agreed(wish, _))) = desk.asks.pop() else { panic!("no question") };
    assert!(question.what.starts_with("Take back FP \"internal tool\""), "{}", question.what);
    let Wish::TakeBack(deed) = *wish else { panic!("another deed") };
    assert_eq!(deed.targets[0].1, Some(FeedbackId(81)));
    desk.command(Command::Down);
    desk.command(Command::TakeBack);
    assert_eq!(desk.toasts(), ["it is taken back already"]);
}

#[test]
fn the_list_is_as_it_was_afterwards() {
    let mut desk = opened();
    desk.command(Command::Back);
    assert_eq!(desk.screen.pane(), Pane::FindingsList);
    assert!(desk.selected().contains("sql-injection"));
    desk.command(Command::GoFeedback);
    desk.command(Command::GoFindings);
    assert_eq!(desk.screen.pane(), Pane::FindingsList);
}

#[test]
fn older_decisions_come_in_pages() {
    let mut desk = Desk::with(sample());
    desk.command(Command::GoFeedback);
    desk.asks.clear();
    let rows = (1..=200).rev().map(|id| said(id, FindingId(9), FP, "internal tool", false)).collect();
    let page = OwnPage { rows, findings: vec![finding(9)], below: Edge::More };
    desk.answer(Msg::Own { after: None, result: Ok(page) });
    desk.asks.clear();
    desk.command(Command::Bottom);
    assert_eq!(desk.wishes(), [Wish::Own { after: Some(FeedbackId(1)), about: vec![] }]);
}
