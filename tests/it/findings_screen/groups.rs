//! Groups in the place of the list: chosen, opened, decided as one.

use super::deeds::FP;
use super::desk::{Desk, decided, detail, finding, findings, line, now};
use attestor::error::{Error, Kind};
use attestor::filter::parse;
use attestor::ids::{EntrySeq, FeedbackId, FindingId, Version};
use attestor::triage::actions::{Decided, Deed, Outcome, Target, When};
use attestor::triage::finding::Severity;
use attestor::triage::group::{Group, GroupBy, GroupKey};
use attestor::triage::store::fields::FIELDS;
use attestor::ui::command::{Command, Pane};
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Ask, Clock, Input, Look, Mode, Nature, Question, Screen, Told};
use attestor::ui::screens::findings::wish::{GroupsFrom, GroupsPage};
use attestor::ui::screens::findings::{Msg, Wish};
use chrono::TimeDelta;

/// A group of `count` findings by one rule, `undecided` of them in the queue.
pub fn group(rule: &str, risk: f64, count: i64, undecided: i64) -> Group {
    let severity = if risk > 80.0 { Severity::Critical } else { Severity::Medium };
    let filter = |words: &str| Some(parse(&format!("{words} rule=={rule} tool==semgrep"), &FIELDS).unwrap());
    Group {
        key: GroupKey::Rule { tool: Some("semgrep".into()), rule_id: Some(rule.into()) },
        count,
        undecided,
        risk,
        severity,
        sample_id: FindingId(rule.len() as i64),
        oldest_at: now() - TimeDelta::days(40),
        newest_at: now() - TimeDelta::days(2),
        filter: filter("is:undecided"),
        all: filter("is:undecided"),
    }
}

pub fn sample() -> Vec<Group> {
    vec![
        group("sql-injection", 90.0, 1_204, 1_204),
        group("python.lang.security.audit.formatted-sql-query.formatted-sql-query", 84.6, 12, 7),
        group("path-traversal", 74.2, 5, 5),
        group("todo-comment", 2.5, 1_234_567, 0),
    ]
}

/// What groups were asked for last.
fn asked(desk: &Desk) -> Option<(u64, String, GroupBy, GroupsFrom)> {
    desk.asks.iter().rev().find_map(|ask| match ask {
        Ask::Do(Wish::Groups { ticket, filter, by, from }) => {
            Some((*ticket, filter.clone(), *by, from.clone()))
        }
        _ => None,
    })
}

fn answer(desk: &mut Desk, rows: Vec<Group>, below: Edge) {
    let (ticket, _, _, from) = asked(desk).expect("no groups are asked for");
    let page = GroupsPage { rows, below, newest: Some(FindingId(99)) };
    desk.asks.clear();
    desk.answer(Msg::Groups { ticket, from, at: now(), result: Ok(page) });
}

/// Groups by rule over ten findings, at this size.
fn grouped(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::sized(columns, rows, findings(10));
    desk.command(Command::GroupByRule);
    answer(&mut desk, sample(), Edge::End);
    desk.answer_detail();
    desk
}

fn question(desk: &mut Desk) -> Option<(Question, Wish)> {
    std::mem::take(&mut desk.asks).into_iter().find_map(|ask| match ask {
        Ask::Confirm(question, wish) => Some((question, wish)),
        _ => None,
    })
}

/// Says yes; what is sent then.
fn yes(desk: &mut Desk) -> Wish {
    let Some((_, Wish::Agreed(wish, about))) = question(desk) else { panic!("no question") };
    desk.answer(Msg::Agreed(wish, about));
    desk.deed().expect("nothing was sent")
}

fn targets(count: i64) -> Vec<Target> {
    (1..=count).map(|id| Target { finding: FindingId(id), version: Version(1) }).collect()
}

/// Answers the question for the findings of a filter; that filter.
fn answer_targets(desk: &mut Desk, count: i64) -> String {
    let (ticket, filter) = desk
        .wishes()
        .into_iter()
        .find_map(|wish| match wish {
            Wish::Targets { ticket, filter } => Some((ticket, filter)),
            _ => None,
        })
        .expect("no findings are asked for");
    desk.answer(Msg::Targets { ticket, result: Ok(targets(count)) });
    filter
}

fn done_on(wish: &Wish, count: usize) -> Msg {
    let rows = vec![decided(finding(1), Some(FP))];
    let decided = Decided {
        seq: EntrySeq(17),
        count,
        rows,
        feedback: vec![FeedbackId(90)],
        left: Vec::new(),
        done: When::Now,
    };
    Msg::Done(wish.key().unwrap(), Ok(Outcome::Done(decided)))
}

#[test]
fn groups_are_asked_for_by_what_was_wanted_with_the_filter_in_force() {
    for (command, by) in [
        (Command::GroupByRule, GroupBy::Rule),
        (Command::GroupByFile, GroupBy::File),
        (Command::GroupByFingerprint, GroupBy::Fingerprint),
    ] {
        let mut desk = Desk::with(findings(10));
        desk.command(command);
        let (_, filter, asked_by, from) = asked(&desk).unwrap();
        assert_eq!((filter.as_str(), asked_by), ("is:undecided", by));
        assert_eq!(from, GroupsFrom::Top { count: 200 });
        assert_eq!(desk.screen.pane(), Pane::FindingsGroups);
        // Keys go on at once, and nothing is decided before there is a group.
        desk.command(Command::Down);
        desk.command(Command::MarkFalsePositive);
        assert_eq!(desk.screen.mode(), Mode::Browse);
    }
}

#[test]
fn groups_look_like_groups() {
    for (columns, rows) in [(80, 24), (120, 40), (40, 12), (200, 50)] {
        let picture = |name: &str, desk: &Desk| {
            insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), desk.screen());
            });
        };
        let mut desk = grouped(columns, rows - 2);
        picture("groups", &desk);
        desk.asks.clear();
        desk.command(Command::MarkFalsePositive);
        answer_targets(&mut desk, 1_204);
        desk.keys("generated code");
        picture("groups_prompt", &desk);
    }
}

#[test]
fn the_cursor_stays_on_its_group_through_a_refresh_and_late_answers_are_dropped() {
    let mut desk = grouped(80, 22);
    desk.command(Command::Down);
    desk.command(Command::Down);
    assert!(desk.selected().contains("path-traversal"), "{}", desk.screen());
    desk.command(Command::Refresh);
    let late = asked(&desk).unwrap();
    // What is on the screen stays there meanwhile.
    assert!(desk.selected().contains("path-traversal"), "{}", desk.screen());
    desk.command(Command::Refresh);
    let mut rows = sample();
    rows.insert(0, group("newest-of-all", 99.0, 1, 1));
    answer(&mut desk, rows, Edge::End);
    assert!(desk.selected().contains("path-traversal"), "{}", desk.screen());
    assert!(desk.place().contains("4 of 5"), "{}", desk.screen());
    let (ticket, _, _, from) = late;
    let page = GroupsPage { rows: Vec::new(), below: Edge::End, newest: None };
    desk.answer(Msg::Groups { ticket, from, at: now(), result: Ok(page) });
    assert!(desk.place().contains("4 of 5"), "a late answer: {}", desk.screen());
}

#[test]
fn pages_of_groups_follow_and_have_a_bound() {
    let page = |from: i64, count: i64| -> Vec<Group> {
        (from..from + count).map(|n| group(&format!("rule-{n:04}"), 5000.0 - n as f64, 1, 1)).collect()
    };
    let mut desk = Desk::with(findings(10));
    desk.command(Command::GroupByRule);
    answer(&mut desk, page(0, 200), Edge::More);
    assert!(desk.place().contains("1 of 200+"), "{}", desk.screen());
    let mut held = 200;
    while held < 2_000 {
        desk.asks.clear();
        desk.command(Command::Bottom);
        let Some((_, _, _, GroupsFrom::Behind(last))) = asked(&desk) else { panic!("no page at {held}") };
        assert_eq!(
            last.key,
            GroupKey::Rule {
                tool: Some("semgrep".into()),
                rule_id: Some(format!("rule-{:04}", held - 1).as_str().into()),
            }
        );
        answer(&mut desk, page(held, 200), Edge::More);
        held += 200;
    }
    desk.asks.clear();
    desk.command(Command::Bottom);
    assert_eq!(asked(&desk), None, "no more are held");
    desk.command(Command::Down);
    assert_eq!(desk.toasts(), ["the 2000 riskiest groups are shown; a narrower filter shows others"]);
}

#[test]
fn a_group_is_decided_as_one_and_taken_back_as_one() {
    let mut desk = grouped(80, 22);
    desk.asks.clear();
    desk.command(Command::MarkFalsePositive);
    let filter = answer_targets(&mut desk, 1_204);
    assert_eq!(filter, "is:undecided rule==sql-injection tool==semgrep");
    assert!(
        desk.screen().contains("── FP on 1,204 undecided findings of sql-injection (semgrep) ──"),
        "{}",
        desk.screen()
    );
    desk.keys("generated<Enter>");
    let (asked, wish) = question(&mut desk).unwrap();
    assert_eq!(asked.typed_count, Some(1_204));
    assert_eq!(asked.what, "FP on 1,204 undecided findings of sql-injection (semgrep): \"generated\"");
    desk.asks.push(Ask::Confirm(asked, wish));
    let deed = yes(&mut desk);
    let Wish::Decide(sent) = &deed else { panic!("{deed:?}") };
    assert_eq!((sent.targets.len(), sent.filter.as_deref()), (1_204, Some(filter.as_str())));
    assert!(desk.selected().contains("saving…"), "{}", desk.screen());
    // Twice at once is once.
    desk.command(Command::MarkFalsePositive);
    assert_eq!(desk.toasts(), ["the decision before this one is still being saved"]);
    desk.answer(done_on(&deed, 1_204));
    let screen = desk.screen();
    assert!(screen.lines().nth(2).unwrap().contains("✓ FP"), "{screen}");
    assert!(desk.selected().contains("formatted-sql-query"), "the next one that needs a person: {screen}");

    desk.asks.clear();
    desk.command(Command::TakeBack);
    let (question, wish) = question(&mut desk).unwrap();
    assert_eq!(question.what, "Take back FP on 1,204 findings, entry 17?");
    desk.asks.push(Ask::Confirm(question, wish));
    let back = yes(&mut desk);
    let Wish::TakeBackDeed { deed, .. } = &back else { panic!("{back:?}") };
    assert_eq!(deed.deed, Deed::Entry(EntrySeq(17)));
    desk.answer(done_on(&back, 1));
    assert!(!desk.screen().contains("✓ FP"), "{}", desk.screen());
}

#[test]
fn a_narrower_filter_is_said_beside_the_group() {
    let mut desk = grouped(120, 38);
    desk.command(Command::Filter);
    desk.keys("severity>=high<Enter>");
    let (_, filter, ..) = asked(&desk).unwrap();
    assert_eq!(filter, "is:undecided severity>=high", "groups stay groups");
    answer(&mut desk, sample(), Edge::End);
    desk.asks.clear();
    desk.command(Command::MarkTruePositive);
    answer_targets(&mut desk, 3);
    assert!(
        desk.screen().contains("TP on 3 undecided findings of sql-injection (semgrep) within severity>=high"),
        "{}",
        desk.screen()
    );
}

#[test]
fn marks_of_rows_are_not_meant_on_a_group() {
    let mut desk = Desk::with(findings(10));
    desk.command(Command::Mark);
    desk.command(Command::Mark);
    desk.command(Command::GroupByRule);
    answer(&mut desk, sample(), Edge::End);
    assert_eq!(desk.screen.marks(), 0);
    desk.asks.clear();
    desk.command(Command::MarkFalsePositive);
    assert!(answer_targets(&mut desk, 5).contains("rule==sql-injection"));
    desk.keys("<Esc>");
    desk.command(Command::Ungroup);
    assert_eq!(desk.screen.marks(), 2, "they are kept for the rows");
}

#[test]
fn a_group_opens_as_its_filter_and_the_way_back_leads_to_it() {
    for way_back in [Command::Back, Command::Quit] {
        let mut desk = grouped(80, 22);
        desk.command(Command::Down);
        desk.asks.clear();
        desk.command(Command::OpenSelected);
        let query = desk.wishes().into_iter().find_map(|wish| match wish {
            Wish::Rows { query, .. } => Some(query),
            _ => None,
        });
        let rule = "python.lang.security.audit.formatted-sql-query.formatted-sql-query";
        assert_eq!(query.unwrap().filter, format!("is:undecided rule=={rule} tool==semgrep"));
        assert_eq!(desk.screen.pane(), Pane::FindingsList);
        assert_eq!(desk.selected(), "", "no row of before is left to be decided");
        desk.asks.clear();
        desk.command(way_back);
        assert_eq!(desk.screen.pane(), Pane::FindingsGroups);
        assert!(desk.selected().contains("formatted-sql-query"), "{}", desk.screen());
        assert!(desk.screen().starts_with(" / is:undecided  "), "{}", desk.screen());
        assert_eq!(asked(&desk), None, "nothing was decided there: the groups are as they were");
        desk.command(way_back);
        assert_eq!(desk.screen.pane(), Pane::FindingsList);
        assert!(!desk.asks.iter().any(|ask| matches!(ask, Ask::Back)), "{:?}", desk.asks);
        desk.asks.clear();
        desk.command(way_back);
        assert!(desk.asks.iter().any(|ask| matches!(ask, Ask::Back)));
    }
}

#[test]
fn what_was_decided_inside_a_group_is_counted_on_the_way_back() {
    let mut desk = grouped(80, 22);
    desk.asks.clear();
    desk.command(Command::OpenSelected);
    desk.answer_rows(findings(3), Edge::End, Edge::End);
    desk.command(Command::MarkFalsePositive);
    desk.keys("generated<Enter>");
    let deed = desk.deed().unwrap();
    desk.answer(done_on(&deed, 1));
    desk.asks.clear();
    desk.command(Command::Back);
    assert!(asked(&desk).is_some(), "{:?}", desk.asks);
}

#[test]
fn the_next_group_that_needs_a_person() {
    let mut desk = grouped(80, 22);
    for expected in ["formatted-sql-query", "path-traversal", "path-traversal"] {
        desk.command(Command::NextNeedy);
        assert!(desk.selected().contains(expected), "{}", desk.screen());
    }
    // Of the last group nothing is undecided.
    assert_eq!(desk.toasts(), ["no group that way needs a person"]);
    desk.command(Command::PreviousNeedy);
    assert!(desk.selected().contains("formatted-sql-query"), "{}", desk.screen());
}

#[test]
fn the_riskiest_finding_stands_in_the_detail() {
    let mut desk = grouped(80, 22);
    desk.asks.clear();
    desk.command(Command::Down);
    desk.tell(Input::Rested);
    let wanted = FindingId(66);
    assert!(desk.wishes().contains(&Wish::Detail(wanted)));
    desk.answer(Msg::Detail(wanted, Ok(Box::new(detail(finding(wanted.0))))));
    assert!(desk.screen().contains("── rule-66 ──"), "{}", desk.screen());
    // In the detail, what is read is what is decided.
    desk.command(Command::FocusDetail);
    desk.command(Command::MarkFalsePositive);
    assert!(desk.screen().contains("── FP #66 rule-66 src/file66.py:10 ──"), "{}", desk.screen());
    desk.keys("<Esc>");
    desk.command(Command::FocusList);
    assert_eq!(desk.screen.pane(), Pane::FindingsGroups);
}

#[test]
fn failures_and_stops_are_said_and_leave_the_groups() {
    let mut desk = grouped(80, 22);
    desk.command(Command::Refresh);
    let (ticket, _, _, from) = asked(&desk).unwrap();
    let error = Error::new(Kind::NoDatabase, "the database does not answer");
    desk.answer(Msg::Groups { ticket, from, at: now(), result: Err(error) });
    let screen = desk.screen();
    assert!(screen.contains("the database does not answer; R tries again"), "{screen}");
    assert!(screen.contains("path-traversal"), "{screen}");
    desk.command(Command::Refresh);
    desk.tell(Input::Stopped(Nature::Load("groups")));
    assert!(desk.screen().contains("the load was stopped; R tries again"), "{}", desk.screen());
    desk.asks.clear();
    desk.tell(Input::Reconnected);
    assert!(asked(&desk).is_some());
}

#[test]
fn a_name_too_long_for_a_filter_is_said() {
    let mut desk = Desk::with(findings(10));
    desk.command(Command::GroupByRule);
    answer(&mut desk, vec![Group { filter: None, all: None, ..group("x", 50.0, 3, 3) }], Edge::End);
    for command in [Command::MarkFalsePositive, Command::OpenSelected, Command::Snooze, Command::EndSnooze] {
        desk.asks.clear();
        desk.command(command);
        let toasts = desk.toasts();
        assert!(
            toasts.iter().any(|toast| toast.contains("too long for a filter")),
            "{command:?}: {toasts:?}"
        );
    }
}

#[test]
fn other_ways_lead_out_of_the_groups() {
    let mut desk = grouped(80, 22);
    desk.command(Command::CopyCommand);
    assert!(desk.asks.iter().any(|ask| match ask {
        Ask::Copy(text) => text.as_str() == "attestor findings list --filter 'is:undecided' --group rule",
        _ => false,
    }));
    desk.command(Command::GoFeedback);
    assert_eq!(desk.screen.pane(), Pane::Feedback);
    desk.command(Command::GoFindings);
    assert_eq!(desk.screen.pane(), Pane::FindingsGroups, "one's own decisions lie over them");
    desk.command(Command::JumpToId);
    desk.asks.clear();
    desk.keys("3<Enter>");
    assert_eq!(desk.screen.pane(), Pane::FindingsList);
    assert!(desk.wishes().contains(&Wish::Find(FindingId(3))), "the rows behind may be of another filter");
}

#[test]
fn groups_are_told_in_lines() {
    let desk = grouped(80, 22);
    let look = Look { theme: &desk.theme, clock: Clock::Utc, now: now() };
    let row = desk.screen.told(Told::Row, &look);
    assert_eq!(
        row,
        ["sql-injection (semgrep), 1204 findings, 1204 undecided, highest risk 90.0, critical, oldest 5w, \
         newest 2d old, group 1 of 4"]
    );
    let list = desk.screen.told(Told::List, &look);
    assert_eq!((list.len(), list[0].as_str()), (5, "by rule, filter: is:undecided"));
}

#[test]
fn hostile_names_stay_in_their_cells() {
    let mut desk = Desk::with(findings(10));
    desk.command(Command::GroupByRule);
    let hostile = "a\u{202e}b\u{1b}[31m漢字";
    let named = Group {
        key: GroupKey::Rule { tool: Some(hostile.into()), rule_id: Some(hostile.into()) },
        ..group("x", 50.0, 3, 3)
    };
    let nameless = Group { key: GroupKey::Rule { tool: None, rule_id: None }, ..group("y", 40.0, 3, 3) };
    answer(&mut desk, vec![named, nameless], Edge::End);
    let buffer = desk.buffer();
    let shown = line(&buffer, 2);
    assert!(!shown.contains('\u{202e}') && !shown.contains('\u{1b}'), "{shown:?}");
    assert!(shown.contains("漢字"), "{shown:?}");
    assert!(line(&buffer, 3).contains('–'), "{}", desk.screen());
}
