//! Many at once: marks, ranges, all in the filter, and the whole deed taken back.

use super::deeds::FP;
use super::desk::{Desk, decided, done, finding, findings};
use attestor::error::{Error, Kind};
use attestor::ids::{EntrySeq, FeedbackId, FindingId, Version};
use attestor::triage::actions::{Decided, Deed, Outcome, Target, When};
use attestor::triage::feedback::{Refusal, WhyNot};
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Input, Question, Screen};
use attestor::ui::screens::findings::{Msg, Wish};

/// The ids of marked rows that are in sight.
fn marked(desk: &Desk) -> Vec<String> {
    let screen = desk.screen();
    let rows = screen.lines().skip(2).take(9).filter(|line| line.chars().nth(1) == Some('●'));
    rows.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("rule-")))
        .map(|word| word["rule-".len()..].to_owned())
        .collect()
}

fn targets(ids: impl IntoIterator<Item = i64>) -> Vec<Target> {
    ids.into_iter().map(|id| Target { finding: FindingId(id), version: Version(1) }).collect()
}

/// The question for the findings of a filter, since the last call.
fn asked(desk: &mut Desk) -> (u64, String) {
    let asked = desk.wishes().into_iter().find_map(|wish| match wish {
        Wish::Targets { ticket, filter } => Some((ticket, filter)),
        _ => None,
    });
    asked.expect("no findings are asked for")
}

/// The question that stands, and what a yes does.
fn question(desk: &mut Desk) -> (Question, Wish) {
    let found = std::mem::take(&mut desk.asks).into_iter().find_map(|ask| match ask {
        Ask::Confirm(question, wish) => Some((question, wish)),
        _ => None,
    });
    found.expect("no question")
}

/// Says yes to the question that stands; what is sent then.
fn yes(desk: &mut Desk) -> Wish {
    let (_, Wish::Agreed(wish, about)) = question(desk) else { panic!("nothing to agree to") };
    desk.answer(Msg::Agreed(wish, about));
    desk.deed().expect("nothing was sent")
}

#[test]
fn marks_ranges_and_all_in_the_filter() {
    let check = |commands: &[Command], expected: &[&str], count: usize| {
        let mut desk = Desk::with(findings(9));
        for command in commands {
            desk.command(*command);
        }
        assert_eq!(marked(&desk), expected, "{commands:?}\n{}", desk.screen());
        assert_eq!(desk.screen.marks(), count, "{commands:?}");
    };
    use Command::*;
    check(&[], &[], 0);
    check(&[Mark, Mark], &["9", "8"], 2);
    check(&[Mark, Up, Mark], &[], 0);
    // What a range would mark is shown before it is marked.
    check(&[MarkRange], &["9"], 0);
    check(&[MarkRange, Down, Down], &["9", "8", "7"], 0);
    check(&[MarkRange, Down, Down, MarkRange], &["9", "8", "7"], 3);
    check(&[MarkRange, Down, Down, Mark], &["9", "8", "7"], 3);
    check(&[Bottom, MarkRange, Up, MarkRange], &["2", "1"], 2);
    check(&[Mark, Down, MarkRange, Down, MarkRange], &["9", "7", "6"], 3);
    check(&[MarkRange, Down, ClearMarks], &[], 0);
    check(&[MarkRange, Down, Back, MarkRange], &["8"], 0);
    check(&[MarkAll], &["9", "8", "7", "6", "5", "4", "3", "2", "1"], 9);
    check(&[MarkAll, Down, Mark], &["9", "7", "6", "5", "4", "3", "2", "1"], 8);
    check(&[MarkAll, Mark, Up, Mark], &["9", "8", "7", "6", "5", "4", "3", "2", "1"], 9);
    check(&[MarkAll, ClearMarks], &[], 0);
    check(&[MarkAll, Back], &[], 0);
    // All of a filter is all of that filter alone.
    check(&[MarkAll, SuspendFilter], &[], 0);
}

#[test]
fn the_line_of_counts_says_how_many() {
    let check = |commands: &[Command], says: &str| {
        let mut desk = Desk::with(findings(9));
        for command in commands {
            desk.command(*command);
        }
        let first = desk.screen().lines().next().unwrap_or("").to_owned();
        assert!(first.contains(&format!("   {says}   ")), "{says}: {first}");
    };
    check(&[Command::Mark, Command::Mark], "2 marked");
    check(&[Command::MarkRange], "range");
    check(&[Command::MarkAll], "all 9 marked");
    check(&[Command::MarkAll, Command::Mark], "8 marked");
}

#[test]
fn a_range_is_decided_without_being_ended_first() {
    let mut desk = Desk::with(findings(9));
    for command in [Command::MarkRange, Command::Down, Command::Down, Command::MarkFalsePositive] {
        desk.command(command);
    }
    assert!(desk.screen().contains("── FP on 3 marked findings ──"), "{}", desk.screen());
}

/// All of 1,000 findings, FP, at the prompt.
fn thousand() -> Desk {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::MarkAll);
    desk.command(Command::MarkFalsePositive);
    let (ticket, filter) = asked(&mut desk);
    assert_eq!(filter, "is:undecided");
    desk.keys("generated code");
    desk.answer(Msg::Targets { ticket, result: Ok(targets(1..=1_000)) });
    desk
}

#[test]
fn all_in_the_filter_is_counted_before_it_is_decided() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::MarkAll);
    desk.command(Command::MarkFalsePositive);
    let (ticket, _) = asked(&mut desk);
    // The prompt takes the keys at once; before the count is here, Enter decides nothing.
    desk.keys("generated<Enter>");
    assert!(!desk.asks.iter().any(|ask| matches!(ask, Ask::Confirm(..))));
    assert!(desk.screen().contains("still being counted"), "{}", desk.screen());
    desk.answer(Msg::Targets { ticket: ticket + 7, result: Ok(targets(1..=3)) });
    assert!(!desk.screen().contains("3 findings"), "an answer to another question");
    desk.answer(Msg::Targets { ticket, result: Ok(targets(1..=1_000)) });
    assert!(desk.screen().contains("── FP on 1,000 findings of is:undecided ──"), "{}", desk.screen());
    desk.keys("<Enter>");
    let (question, _) = question(&mut desk);
    assert_eq!(question.what, "FP on 1,000 findings of is:undecided: \"generated\"");
    assert_eq!((question.typed_count, question.yes.as_str()), (Some(1_000), "decide 1,000"));
}

#[test]
fn what_was_unmarked_is_not_decided() {
    let mut desk = Desk::with(findings(9));
    for command in [Command::MarkAll, Command::Mark, Command::MarkFalsePositive] {
        desk.command(command);
    }
    let (ticket, _) = asked(&mut desk);
    desk.answer(Msg::Targets { ticket, result: Ok(targets(1..=9)) });
    desk.keys("generated<Enter>");
    let Wish::Decide(deed) = yes(&mut desk) else { panic!("no decision") };
    assert_eq!(deed.targets, targets(1..=8));
}

#[test]
fn too_many_findings_are_told_with_what_to_do() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::MarkAll);
    desk.command(Command::MarkFalsePositive);
    let (ticket, _) = asked(&mut desk);
    let error = Error::new(Kind::Usage, "more than 50,000 findings").hint("narrow the filter");
    desk.answer(Msg::Targets { ticket, result: Err(error) });
    assert!(desk.screen().contains("more than 50,000 findings; narrow the filter"), "{}", desk.screen());
    desk.keys("x<Enter>");
    assert!(!desk.asks.iter().any(|ask| matches!(ask, Ask::Confirm(..))));
    // The reason is not lost.
    desk.keys("<Esc>");
    desk.command(Command::ClearMarks);
    desk.command(Command::MarkFalsePositive);
    desk.keys("<Up>");
    assert!(desk.screen().contains(" reason x"), "{}", desk.screen());
}

/// The answer to a deed on many: only the first rows come back.
fn done_on(wish: &Wish, count: usize, rows: Vec<i64>, left: Vec<Refusal>) -> Msg {
    let verdict = matches!(wish, Wish::Decide(_)).then_some(FP);
    let rows = rows.into_iter().map(|id| decided(finding(id), verdict)).collect();
    let decided =
        Decided { seq: EntrySeq(17), count, rows, feedback: vec![FeedbackId(90)], left, done: When::Now };
    Msg::Done(wish.key().unwrap(), Ok(Outcome::Done(decided)))
}

#[test]
fn a_thousand_are_decided_as_one_and_taken_back_with_two_keys() {
    let mut desk = thousand();
    desk.keys("<Enter>");
    let deed = yes(&mut desk);
    let Wish::Decide(sent) = &deed else { panic!("no decision: {deed:?}") };
    assert_eq!(sent.targets.len(), 1_000);
    assert_eq!(sent.filter.as_deref(), Some("is:undecided"));
    assert_eq!(desk.screen().matches("saving…").count(), 9);
    desk.answer(done_on(&deed, 1_000, vec![1, 2, 3], Vec::new()));
    // Those that did not come back with the answer are shown as decided too.
    assert_eq!(desk.screen().matches("✓ FP").count(), 9, "{}", desk.screen());
    assert_eq!(desk.screen.marks(), 0);
    assert_eq!(desk.toasts(), ["FP on 1,000 findings of is:undecided: entry 17"]);

    desk.command(Command::TakeBack);
    let (question, wish) = question(&mut desk);
    assert_eq!(question.what, "Take back FP on 1,000 findings, entry 17?");
    assert_eq!(question.typed_count, None, "one key says yes");
    let Wish::Agreed(wish, about) = wish else { panic!("{wish:?}") };
    desk.answer(Msg::Agreed(wish, about));
    let back = desk.deed().expect("nothing was sent");
    let Wish::TakeBackDeed { deed, findings } = &back else { panic!("{back:?}") };
    assert_eq!((deed.deed, findings.len()), (Deed::Entry(EntrySeq(17)), 1_000));
    assert_eq!(desk.screen().matches("saving…").count(), 9);
    let refusal = Refusal { finding: FindingId(5), why: WhyNot::NothingDecided };
    desk.answer(done_on(&back, 999, (1..=9).collect(), vec![refusal]));
    let toast = desk.toasts().remove(0);
    assert!(toast.contains("; 1 left as it is: nothing to take back on finding #5"), "{toast}");
    // It is not offered twice.
    desk.asks.clear();
    desk.command(Command::TakeBack);
    assert!(!desk.asks.iter().any(|ask| matches!(ask, Ask::Confirm(..))));
}

#[test]
fn after_the_cursor_went_elsewhere_the_row_is_meant() {
    let mut desk = Desk::with(findings(9));
    desk.command(Command::Mark);
    desk.command(Command::Mark);
    desk.command(Command::MarkFalsePositive);
    desk.keys("generated<Enter>");
    let deed = yes(&mut desk);
    desk.answer(done(&deed, vec![decided(finding(8), Some(FP)), decided(finding(9), Some(FP))]));
    let offers = |desk: &mut Desk| {
        desk.asks.clear();
        desk.command(Command::TakeBack);
        desk.asks.iter().find_map(|ask| match ask {
            Ask::Confirm(question, _) => Some(question.what.clone()),
            _ => None,
        })
    };
    let whole = Some("Take back FP on 2 findings, entry 346?".to_owned());
    assert_eq!(offers(&mut desk), whole);
    // On a row that has nothing of its own to take back, the deed is meant wherever that is.
    desk.command(Command::Down);
    assert_eq!(offers(&mut desk), whole);
    desk.command(Command::Top);
    desk.tell(Input::Rested);
    assert_eq!(offers(&mut desk), None, "the row's detail is waited for: {}", desk.screen());
}

#[test]
fn looks_of_many() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let picture = |name: &str, desk: &Desk| {
            insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), desk.screen());
            });
        };
        let mut desk = Desk::sized(columns, rows - 2, findings(12));
        for command in [Command::MarkRange, Command::Down, Command::Down] {
            desk.command(command);
        }
        picture("range", &desk);
        desk.command(Command::MarkAll);
        desk.command(Command::MarkFalsePositive);
        let (ticket, _) = asked(&mut desk);
        desk.keys("generated code");
        desk.answer(Msg::Targets { ticket, result: Ok(targets(1..=1_000)) });
        picture("all_prompt", &desk);
    }
}
