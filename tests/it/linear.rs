//! The console in lines: what a line means, and the whole of it through pipes.

use crate::triage::stage::{Stage, stage};
use attestor::ui::command::{Command, Pane};
use attestor::ui::keymap::Keymap;
use attestor::ui::linear::{Order, help, order};
use attestor::ui::screen::Told;
use std::io::Write;
use std::process::Stdio;

fn check(line: &str, expected: Order) {
    assert_eq!(order(line, &Keymap::default(), Pane::FindingsList), expected, "{line:?}");
}

fn check_run(line: &str, command: Command, text: &str) {
    check(line, Order::Run(command, text.to_owned()));
}

#[test]
fn a_line_is_a_name_a_word_or_a_key() {
    check("", Order::Tell(Told::Row));
    check("  ", Order::Tell(Told::Row));
    check("show", Order::Tell(Told::Detail));
    check("l", Order::Tell(Told::Detail));
    check("list", Order::Tell(Told::List));
    check("help", Order::Help(String::new()));
    check("? mark", Order::Help("mark".into()));
    check("jobs", Order::Jobs);
    check_run("next", Command::Down, "");
    check_run("j", Command::Down, "");
    check_run("gg", Command::Top, "");
    check_run("false-positive internal  tool ", Command::MarkFalsePositive, "internal  tool");
    check_run("mark-false-positive x", Command::MarkFalsePositive, "x");
    check_run("f x", Command::MarkFalsePositive, "x");
    check_run(":import /tmp/a b.sarif", Command::Import, "/tmp/a b.sarif");
    check_run("ref", Command::Refresh, "");
    check_run("filter severity>=high", Command::Filter, "severity>=high");
    // The beginning of several names, and of none.
    check("page", Order::Unknown("page".into()));
    check("zzz", Order::Unknown("zzz".into()));
    check("g", Order::Unknown("g".into()));
}

#[test]
fn help_names_every_deed_with_its_keys() {
    let all = help("", &Keymap::default(), Pane::FindingsList);
    assert!(all.iter().any(|line| line.starts_with("false-positive or mark-false-positive (f): Decide")));
    assert!(all.iter().all(|line| !line.contains("redraw")), "{all:?}");
    let some = help("undecided", &Keymap::default(), Pane::FindingsList);
    assert!(!some.is_empty() && some.iter().all(|line| line.contains("undecided")), "{some:?}");
}

/// What the program answers to `lines` in a pipe.
async fn said(stage: &Stage, lines: &str) -> (i32, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", stage.database.url());
    command.env("ATTESTOR_STATE_DIR", home.path().join("state")).arg("--linear");
    let lines = lines.to_owned();
    let run = move || {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn findings_are_read_decided_and_taken_back_in_lines() {
    let mut stage = stage().await;
    stage.findings(12).await;
    let lines = "show\nfalse-positive an internal tool\ngoto 3\nlist\n";
    let (status, text) = said(&stage, lines).await;
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("attestor> "), "{text}");
    assert!(text.contains("row 1 of 12") && text.contains("undecided"), "{text}");
    assert!(text.contains("#3 rule-3"), "{text}");
    let listed = said(&stage, "filter verdict:fp\nlist\nundo\nno\nundo\nyes\n").await.1;
    assert!(listed.contains("decided false positive"), "{listed}");
    assert!(listed.contains("yes or no") && listed.contains("not done"), "{listed}");
    let after = said(&stage, "filter verdict:fp\n").await.1;
    assert!(after.contains("there is no row with the filter verdict:fp"), "{after}");
}

#[tokio::test]
async fn a_wrong_filter_is_explained_and_the_next_line_is_an_order_again() {
    let mut stage = stage().await;
    stage.findings(3).await;
    let (_, text) = said(&stage, "filter severity>=hihg\nnext\n").await;
    assert!(text.contains("did you mean") && text.contains("row 2 of 3"), "{text}");
    let (_, text) = said(&stage, "frobnicate\ntheme\ncopy-id\n").await;
    assert!(text.contains("there is no command frobnicate") && text.contains("what?"), "{text}");
    assert!(text.lines().any(|line| line == "3"), "the number is printed: {text}");
}
