//! The panel "AI against people".

use super::desk::{Desk, findings, sample};
use attestor::error::{Error, Kind};
use attestor::triage::agreement::{Cell, measure};
use attestor::triage::finding::Verdict::{self, FalsePositive as Fp, TruePositive as Tp};
use attestor::triage::stats::{BlindSample, Population, Stats};
use attestor::ui::command::{Command, Pane};
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Ask, Clock, Input, Look, Nature, Place, Screen, Told};
use attestor::ui::screens::findings::{Msg, Wish};

fn cell(tool: &str, rule: &str, ai: Verdict, person: Verdict, confidence: Option<f64>, count: u64) -> Cell {
    Cell {
        tool: tool.into(),
        rule_id: rule.into(),
        ai,
        person,
        bin: confidence.map(|c| (c * 10.0) as usize),
        confidence_sum: confidence.unwrap_or(0.0) * count as f64,
        count,
    }
}

/// What both said of 1,240 findings, 134 of them decided blind.
fn stats() -> Stats {
    let blind = [
        cell("semgrep", "python.lang.security.audit.sql-query", Tp, Tp, Some(0.95), 70),
        cell("semgrep", "python.lang.security.audit.sql-query", Tp, Fp, Some(0.85), 10),
        cell("semgrep", "weak-hash", Fp, Fp, Some(0.75), 15),
        cell("semgrep", "weak-hash", Fp, Tp, Some(0.65), 5),
        cell("trivy", "CVE-2024-3094", Tp, Tp, None, 4),
        cell("漢字スキャナ", "漢字のルール", Fp, Fp, Some(0.55), 30),
    ];
    let rules = (0..40).map(|n| {
        cell("codeql", &format!("rule-{n:02}"), if n % 3 == 0 { Fp } else { Tp }, Tp, Some(0.35), 30 - n / 2)
    });
    let all: Vec<Cell> = blind.iter().cloned().chain(rules).collect();
    Stats {
        population: Population { findings: 3_000, decided: 1_400, ..Population::default() },
        all: measure(&all),
        blind: BlindSample { share: 0.1, waiting: 14, agreement: measure(&blind) },
        epss: None,
        kev: None,
        pipeline: Vec::new(),
    }
}

/// The same before anybody decided anything.
fn nothing(share: f64) -> Stats {
    let agreement = measure(&[]);
    let blind = BlindSample { share, waiting: 0, agreement: agreement.clone() };
    Stats {
        population: Population::default(),
        all: agreement,
        blind,
        epss: None,
        kev: None,
        pipeline: Vec::new(),
    }
}

/// What the panel asked for since the last call.
fn asked(desk: &mut Desk) -> Option<String> {
    desk.wishes().into_iter().find_map(|wish| match wish {
        Wish::People { filter } => Some(filter),
        _ => None,
    })
}

fn answer(desk: &mut Desk, stats: Stats) {
    let filter = asked(desk).expect("nothing is measured");
    desk.answer(Msg::People { filter, result: Ok(Box::new(stats)) });
}

fn opened(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::sized(columns, rows, sample());
    desk.command(Command::AiAgainstPeople);
    desk
}

fn measured(columns: u16, rows: u16) -> Desk {
    let mut desk = opened(columns, rows);
    answer(&mut desk, stats());
    desk
}

/// One picture at each size.
fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    for (columns, rows) in [(80, 24), (120, 40), (40, 12)] {
        let desk = state(columns, rows - 2);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("people_{name}_{columns}x{rows}"), desk.screen());
        });
    }
}

#[test]
fn tools_rules_and_confidence() {
    pictures("tools", measured);
    pictures("rules", |columns, rows| {
        let mut desk = measured(columns, rows);
        desk.command(Command::NextSample);
        desk.command(Command::NextPane);
        desk.command(Command::PageDown);
        desk
    });
    pictures("confidence", |columns, rows| {
        let mut desk = measured(columns, rows);
        desk.command(Command::PreviousPane);
        desk.command(Command::Bottom);
        desk
    });
}

#[test]
fn loading_empty_and_failed() {
    pictures("loading", opened);
    pictures("empty", |columns, rows| {
        let mut desk = opened(columns, rows);
        answer(&mut desk, nothing(0.0));
        desk
    });
    pictures("failed", |columns, rows| {
        let mut desk = measured(columns, rows);
        desk.command(Command::Refresh);
        let filter = asked(&mut desk).unwrap();
        let error = Error::new(Kind::NoDatabase, "the database does not answer");
        desk.answer(Msg::People { filter, result: Err(error) });
        desk
    });
}

#[test]
fn the_queue_is_measured_as_all_findings_and_any_other_filter_as_itself() {
    let check = |filter: &str, first: &str, second: &str| {
        let mut desk = Desk::with(findings(3));
        desk.tell(Input::Opened(Some(Place::Findings { filter: filter.to_owned() })));
        desk.answer_rows(findings(3), Edge::End, Edge::End);
        desk.asks.clear();
        desk.command(Command::AiAgainstPeople);
        assert_eq!(asked(&mut desk).as_deref(), Some(first), "{filter}");
        desk.command(Command::NextScope);
        assert_eq!(asked(&mut desk).as_deref(), Some(second), "{filter}");
    };
    check("is:undecided", "", "is:undecided");
    check("", "", "");
    check("tool:semgrep", "tool:semgrep", "");
}

#[test]
fn a_late_answer_to_another_scope_is_dropped() {
    let mut desk = opened(80, 22);
    let first = asked(&mut desk).unwrap();
    desk.command(Command::NextScope);
    let second = asked(&mut desk).unwrap();
    assert_ne!(first, second);
    desk.answer(Msg::People { filter: first, result: Ok(Box::new(stats())) });
    assert!(desk.screen().contains("measuring"), "{}", desk.screen());
    desk.answer(Msg::People { filter: second, result: Ok(Box::new(stats())) });
    assert!(
        desk.screen().contains("is:undecided") && desk.screen().contains("person TP"),
        "{}",
        desk.screen()
    );
}

#[test]
fn it_says_which_verdicts_count() {
    let mut desk = measured(80, 22);
    assert!(desk.screen().contains("AI against people   blind sample   all findings"), "{}", desk.screen());
    assert!(desk.screen().contains("119 of 134"), "{}", desk.screen());
    desk.command(Command::NextSample);
    assert!(
        desk.screen().contains("all decisions") && desk.screen().contains("flatters"),
        "{}",
        desk.screen()
    );
    // Where nobody decided blind, all decisions are shown, and said to be that.
    let mut desk = opened(80, 22);
    let mut only_open = stats();
    only_open.blind.agreement = measure(&[]);
    answer(&mut desk, only_open);
    assert!(desk.screen().contains("all decisions"), "{}", desk.screen());
    desk.command(Command::NextSample);
    assert!(desk.screen().contains("Nobody has decided a finding blind yet."), "{}", desk.screen());
}

#[test]
fn few_cases_are_said_to_be_few() {
    let mut desk = opened(80, 22);
    let mut few = stats();
    few.blind.agreement = measure(&[cell("a", "r", Fp, Fp, Some(0.9), 29)]);
    answer(&mut desk, few.clone());
    assert!(desk.screen().contains("Too few to rely on: 29 cases; it takes 30."), "{}", desk.screen());
    few.blind.agreement = measure(&[cell("a", "r", Fp, Fp, Some(0.9), 30)]);
    desk.command(Command::Refresh);
    answer(&mut desk, few);
    assert!(!desk.screen().contains("Too few"), "{}", desk.screen());
}

#[test]
fn the_table_ends_where_its_rows_end() {
    let mut desk = measured(80, 22);
    desk.command(Command::NextSample);
    desk.command(Command::NextPane);
    for _ in 0..100 {
        desk.command(Command::PageDown);
    }
    let end = desk.screen();
    assert!(end.lines().last().unwrap_or("").contains("CVE-2024-3094"), "{end}");
    desk.command(Command::Down);
    assert_eq!(desk.screen(), end);
    desk.command(Command::Top);
    assert!(desk.screen().contains("person TP"));
}

#[test]
fn it_opens_over_the_list_and_gives_its_place_back() {
    let mut desk = measured(80, 22);
    assert_eq!(desk.screen.pane(), Pane::People);
    for back in [Command::Back, Command::Quit, Command::GoFindings] {
        desk.command(back);
        assert_eq!(desk.screen.pane(), Pane::FindingsList, "{back:?}");
        assert!(desk.selected().contains("sql-injection"), "{}", desk.screen());
        desk.command(Command::AiAgainstPeople);
        // What was measured before stands until the answer comes.
        assert!(desk.screen().contains("person TP"), "{}", desk.screen());
    }
    desk.tell(Input::Stopped(Nature::Load("people")));
    assert!(desk.screen().contains("the load was stopped; R tries again"), "{}", desk.screen());
    desk.tell(Input::Opened(Some(Place::Findings { filter: "tool:x".into() })));
    assert_eq!(desk.screen.pane(), Pane::FindingsList);
}

#[test]
fn it_is_told_in_sentences() {
    let mut desk = measured(80, 22);
    let told = |desk: &Desk| {
        let look = Look { theme: &desk.theme, clock: Clock::Utc, now: super::desk::now() };
        desk.screen.told(Told::Row, &look)
    };
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("people_told", told(&desk).join("\n"));
    });
    desk.command(Command::NextSample);
    desk.command(Command::NextPane);
    let first = told(&desk);
    assert!(first.iter().any(|line| line == "34 more; page-down shows them"), "{first:?}");
    desk.command(Command::PageDown);
    assert_ne!(told(&desk), first);
}

#[test]
fn the_command_line_that_says_the_same_is_copied() {
    let mut desk = measured(80, 22);
    desk.command(Command::NextScope);
    desk.asks.clear();
    desk.command(Command::CopyCommand);
    let copied = desk.asks.iter().find_map(|ask| match ask {
        Ask::Copy(text) => Some(text.as_str().to_owned()),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some("attestor findings stats --filter 'is:undecided'"));
}

#[test]
fn no_size_panics() {
    for columns in (0..130).step_by(9) {
        for rows in 0..26 {
            let mut desk = measured(columns, rows);
            for command in [Command::NextPane, Command::PageDown, Command::NextPane, Command::Bottom] {
                desk.command(command);
                desk.screen();
            }
        }
    }
}
