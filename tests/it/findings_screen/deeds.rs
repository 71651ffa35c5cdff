//! Deciding, commenting, taking back: nothing is sent before it is confirmed.

use super::desk::{Desk, decided, detail, done, finding, findings, said, sample};
use attestor::ids::{FindingId, Version};
use attestor::triage::actions::{GiveFeedback, Target};
use attestor::triage::finding::Verdict;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Draft, Input, Mode, Screen};
use attestor::ui::screens::findings::{Msg, Wish};

pub const FP: Verdict = Verdict::FalsePositive;
pub const TP: Verdict = Verdict::TruePositive;

pub fn drafts(desk: &Desk) -> Vec<(String, String)> {
    desk.screen.drafts().into_iter().map(|draft| (draft.slot, draft.text)).collect()
}

pub fn draft(slot: &str, text: &str) -> (String, String) {
    (slot.to_owned(), text.to_owned())
}

#[test]
fn a_verdict_is_sent_on_enter_with_its_reason_and_the_version_that_was_seen() {
    for (command, verdict) in [(Command::MarkTruePositive, TP), (Command::MarkFalsePositive, FP)] {
        let mut desk = Desk::with(sample());
        desk.command(command);
        assert_eq!(desk.screen.mode(), Mode::Line);
        let screen = desk.screen();
        assert!(
            screen.contains(&format!("── {} #12 sql-injection api/users.py:42 ──", verdict.word())),
            "{screen}"
        );
        desk.keys("internal tool");
        assert_eq!(desk.wishes(), [], "nothing is sent before Enter");
        desk.keys("<Enter>");
        let Some(Wish::Decide(deed)) = desk.deed() else { panic!("nothing was sent") };
        assert_eq!(deed.targets, [Target { finding: FindingId(12), version: Version(1) }]);
        assert_eq!((deed.verdict, deed.reason.as_str(), deed.filter), (verdict, "internal tool", None));
        assert!(desk.selected().contains("saving…"), "{}", desk.selected());
        assert_eq!(desk.screen.mode(), Mode::Browse);
    }
}

#[test]
fn a_reason_is_needed() {
    for typed in ["", "   ", "\u{200b}"] {
        let mut desk = Desk::with(sample());
        desk.command(Command::MarkFalsePositive);
        desk.tell(Input::Paste(typed.into()));
        desk.keys("<Enter>");
        if typed == "\u{200b}" {
            // What is invisible was made visible as it was pasted, so it is a reason to look at.
            assert!(desk.deed().is_some());
            continue;
        }
        assert_eq!(desk.deed(), None, "{typed:?}");
        assert!(desk.screen().contains("the reason is empty; say in a few words why"), "{}", desk.screen());
        desk.keys("x");
        assert!(!desk.screen().contains("the reason is empty"), "the next key takes the complaint away");
    }
}

#[test]
fn a_paste_never_confirms() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.tell(Input::Paste("internal tool\nsecond line\n".into()));
    assert_eq!(desk.deed(), None);
    assert!(desk.screen().contains("reason internal tool second line"), "{}", desk.screen());
}

#[test]
fn after_the_answer_the_row_is_decided_and_the_cursor_on_the_next() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.answer(done(&deed, vec![decided(sample().remove(0), Some(FP))]));
    let screen = desk.screen();
    assert!(screen.lines().nth(2).unwrap().ends_with("✓ FP"), "the row keeps its place: {screen}");
    assert!(desk.selected().contains("CVE-2024-3094"));
    assert_eq!(desk.place(), "2 of 9");
    assert_eq!(drafts(&desk), [], "what is saved is no draft");
    assert!(desk.toasts()[0].contains("entry 346"));
    assert!(screen.contains("── CVE-2024-3094"), "the detail went along");
}

#[test]
fn the_cursor_stays_where_the_person_went_meanwhile() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.command(Command::Bottom);
    desk.answer(done(&deed, vec![decided(sample().remove(0), Some(FP))]));
    assert!(desk.selected().contains("no-place"), "{}", desk.screen());
}

#[test]
fn a_row_that_is_being_saved_is_not_decided_again() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    desk.asks.clear();
    desk.command(Command::MarkTruePositive);
    assert_eq!(desk.screen.mode(), Mode::Browse);
    assert_eq!(desk.toasts().len(), 1);
}

#[test]
fn esc_keeps_the_reason_as_a_draft_for_this_row_and_verdict() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal<Esc>");
    assert_eq!(desk.deed(), None);
    assert_eq!(drafts(&desk), [draft("findings/12/FP", "internal")]);
    assert!(desk.selected().starts_with(">…"), "the row is marked: {}", desk.selected());
    desk.command(Command::MarkTruePositive);
    assert!(desk.screen().contains(" reason\n"), "a reason against is none for: {}", desk.screen());
    desk.keys("<Esc>");
    desk.command(Command::MarkFalsePositive);
    assert!(desk.screen().contains(" reason internal"));
}

#[test]
fn what_is_being_typed_is_a_draft_at_once() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("int");
    assert_eq!(drafts(&desk), [draft("findings/12/FP", "int")]);
    desk.keys("<C-u>");
    assert_eq!(drafts(&desk), []);
    desk.keys("<Esc>");
    desk.command(Command::Comment);
    desk.keys("one<Enter>two");
    assert_eq!(drafts(&desk), [draft("findings/12/comment", "one\ntwo")]);
    desk.keys("<C-d>");
    assert!(matches!(desk.deed(), Some(Wish::Comment(_))));
    assert_eq!(drafts(&desk), [draft("findings/12/comment", "one\ntwo")], "kept until the database has it");
}

#[test]
fn drafts_come_back() {
    let mut desk = Desk::with(sample());
    let saved = |slot: &str, text: &str| Draft { slot: slot.into(), text: text.into() };
    desk.tell(Input::DraftsRestored(vec![
        saved("findings/9/comment", "half a\nthought"),
        saved("findings/12/TP", "reachable"),
        saved("findings/x/TP", "not ours"),
        saved("tests/1/note", "not ours"),
    ]));
    assert_eq!(desk.wishes(), [], "nothing is sent from a draft");
    assert_eq!(
        drafts(&desk),
        [draft("findings/9/comment", "half a\nthought"), draft("findings/12/TP", "reachable")]
    );
    desk.command(Command::MarkTruePositive);
    assert!(desk.screen().contains(" reason reachable"));
    desk.keys("<Esc>");
    desk.command(Command::Down);
    desk.command(Command::Comment);
    assert!(desk.screen().contains("thought"));
}

#[test]
fn earlier_reasons_come_back_with_up() {
    let mut desk = Desk::with(findings(5));
    for reason in ["first", "second"] {
        desk.command(Command::MarkFalsePositive);
        desk.keys(reason);
        desk.keys("<Enter>");
        desk.command(Command::Down);
    }
    desk.command(Command::MarkFalsePositive);
    let line =
        |desk: &Desk| desk.screen().lines().find(|l| l.starts_with(" reason")).unwrap_or("").to_owned();
    desk.keys("typed");
    for (key, shown) in [
        ("<Up>", " reason second"),
        ("<Up>", " reason first"),
        ("<Up>", " reason first"),
        ("<Down>", " reason second"),
        ("<Down>", " reason typed"),
        ("<Down>", " reason typed"),
    ] {
        desk.keys(key);
        assert_eq!(line(&desk), shown, "{key}");
    }
}

#[test]
fn the_same_again_is_shown_before_it_is_done() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::SameAgain);
    assert_eq!(desk.toasts(), ["nothing was decided yet that could be repeated"]);
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    desk.command(Command::Down);
    desk.asks.clear();
    desk.command(Command::SameAgain);
    assert!(desk.screen().contains("── FP #4 "), "{}", desk.screen());
    assert!(desk.screen().contains(" reason internal tool"));
    assert_eq!(desk.deed(), None);
    desk.keys("<Enter>");
    let Some(Wish::Decide(deed)) = desk.deed() else { panic!("nothing was sent") };
    assert_eq!((deed.targets[0].finding, deed.verdict), (FindingId(4), FP));
}

#[test]
fn marked_rows_are_decided_as_one_after_a_question() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::Mark);
    desk.command(Command::Mark);
    assert_eq!(desk.screen.marks(), 2);
    assert!(desk.screen().contains(" ● 37.5"));
    desk.command(Command::MarkFalsePositive);
    assert!(desk.screen().contains("── FP on 2 marked findings ──"), "{}", desk.screen());
    desk.asks.clear();
    desk.keys("generated code<Enter>");
    let Some(Ask::Confirm(question, wish)) = desk.asks.pop() else { panic!("no question") };
    assert_eq!(question.what, "FP on 2 marked findings: \"generated code\"");
    assert_eq!(question.typed_count, None);
    let Wish::Agreed(deed, about) = wish else { panic!("{wish:?}") };
    assert!(!desk.screen().contains("saving"), "nothing is on its way before the yes");
    desk.answer(Msg::Agreed(deed.clone(), about));
    assert_eq!(desk.screen().matches("saving…").count(), 2);
    let Some(Wish::Decide(GiveFeedback { targets, filter, .. })) = desk.deed() else {
        panic!("nothing was sent")
    };
    assert_eq!(targets.iter().map(|t| t.finding.0).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(filter.as_deref(), Some("is:undecided"));
    let rows = vec![decided(finding(4), Some(FP)), decided(finding(5), Some(FP))];
    desk.answer(done(&deed, rows));
    assert_eq!(desk.screen.marks(), 0);
}

#[test]
fn one_marked_row_is_named_and_asked_about_since_the_cursor_is_elsewhere() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::Mark);
    desk.command(Command::MarkFalsePositive);
    assert!(desk.screen().contains("── FP on the marked finding #5 ──"), "{}", desk.screen());
    desk.asks.clear();
    desk.keys("generated code<Enter>");
    assert!(matches!(desk.asks.pop(), Some(Ask::Confirm(_, Wish::Agreed(..)))));
}

#[test]
fn very_many_marked_rows_ask_for_their_count() {
    let mut desk = Desk::with(findings(150));
    for _ in 0..101 {
        desk.command(Command::Mark);
    }
    desk.command(Command::MarkFalsePositive);
    desk.asks.clear();
    desk.keys("generated code<Enter>");
    assert!(matches!(desk.asks.pop(), Some(Ask::Confirm(question, _)) if question.typed_count == Some(101)));
}

#[test]
fn a_comment_of_several_lines_is_saved_with_ctrl_d() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Comment);
    assert_eq!(desk.screen.mode(), Mode::Editor);
    assert!(desk.screen().contains("User input reaches a query"), "the finding stays in sight");
    desk.keys("<C-d>");
    assert_eq!(desk.deed(), None);
    assert!(desk.screen().contains("the comment is empty"), "{}", desk.screen());
    desk.keys("one two<Enter>three<C-j>");
    desk.tell(Input::Paste("four\r\nfive\n".into()));
    desk.keys("<C-w>");
    desk.keys("<C-d>");
    let Some(Wish::Comment(deed)) = desk.deed() else { panic!("nothing was sent") };
    assert_eq!((deed.finding, deed.comment.as_str()), (FindingId(12), "one two\nthree\nfour\nfive"));
}

#[test]
fn the_editor_edits() {
    let check = |keys: &str, text: &str| {
        let mut desk = Desk::with(sample());
        desk.command(Command::Comment);
        desk.keys(keys);
        desk.keys("<Esc>");
        let kept = drafts(&desk).pop().map_or(String::new(), |(_, text)| text);
        assert_eq!(kept, text, "{keys}");
        assert_eq!(desk.deed(), None, "{keys}: Esc saves nothing");
    };
    check("one two<C-w>", "one ");
    check("one two<C-u>x", "x");
    check("one two<Home><C-k>x", "x");
    check("one<Left><Left><C-k>", "o");
    check("one<Enter>two<Up>x", "onex\ntwo");
    check("ab<Backspace>c", "ac");
    check("ab<Home><Delete>c", "cb");
    check("one<C-_>", "on");
    check("one<C-z>", "one");
    check("漢字<Backspace>", "漢");
}

#[test]
fn the_editor_is_bounded() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Comment);
    desk.tell(Input::Paste("x".repeat(30_000)));
    desk.keys("more<Enter>");
    desk.keys("<Esc>");
    assert_eq!(drafts(&desk)[0].1.chars().count(), 20_000);
}

#[test]
fn taking_back_names_what_why_who_and_when_and_asks() {
    let row = decided(finding(9), Some(FP));
    let mut desk = Desk::opened(80, 22);
    desk.answer_rows(
        vec![row.clone(), finding(8)],
        attestor::ui::list_detail::window::Edge::End,
        attestor::ui::list_detail::window::Edge::End,
    );
    desk.asks.clear();
    // The detail is not here yet: it is waited for, then the question comes.
    desk.command(Command::TakeBack);
    assert!(!desk.asks.iter().any(|ask| matches!(ask, Ask::Confirm(..))));
    let mut all = detail(row.clone());
    all.feedback = vec![said(70, row.id, TP, "old", true), said(71, row.id, FP, "internal tool", false)];
    desk.answer(Msg::Detail(row.id, Ok(Box::new(all))));
    let Some(Ask::Confirm(question, Wish::Agreed(wish, about))) = desk.asks.pop() else {
        panic!("no question")
    };
    assert_eq!(
        question.what,
        "Take back FP \"internal tool\" by bob, 2026-03-12 14:02 UTC, on #9 rule-9 src/file9.py:10?"
    );
    assert_eq!(question.yes, "take back");
    let Wish::TakeBack(deed) = wish.as_ref() else { panic!("{wish:?}") };
    assert_eq!(
        deed.targets,
        [(Target { finding: FindingId(9), version: Version(2) }, Some(attestor::ids::FeedbackId(71)))]
    );
    desk.answer(Msg::Agreed(wish.clone(), about));
    assert!(desk.selected().contains("saving…"));
    let deed = desk.deed().unwrap();
    desk.answer(done(&deed, vec![decided(row, None)]));
    assert!(!desk.selected().contains("FP"), "{}", desk.selected());
    assert!(desk.selected().contains("rule-9 "), "the cursor stays");
}

#[test]
fn there_is_not_always_something_to_take_back() {
    let mut desk = Desk::with(sample());
    desk.command(Command::TakeBack);
    assert_eq!(desk.toasts(), ["nothing to take back: #12 has no verdict"]);

    let row = decided(finding(9), Some(FP));
    let mut desk = Desk::with(vec![row.clone()]);
    desk.command(Command::TakeBack);
    assert_eq!(desk.toasts(), ["a producer wrote the verdict; decide TP or FP instead"]);
}
