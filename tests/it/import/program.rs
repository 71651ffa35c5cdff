//! `attestor import sarif` through the built program.

use super::{Bench, LEFT, bench, scan};
use crate::support::Scratch;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

/// The program, without a terminal and with an empty environment.
fn program(bench: &Bench, arguments: &[&str]) -> Child {
    let home = Scratch::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", bench.database.url());
    command.current_dir(bench.folder.path()).args(["import", "sarif"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs the program on `input`: its status, what it printed, what it complained of.
async fn run(bench: &Bench, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = program(bench, arguments);
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input closes it.
    drop(stdin.write_all(input));
    drop(stdin);
    let wait = move || child.wait_with_output().unwrap();
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(wait).await.unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn each_file_stands_for_itself() {
    let bench = bench().await;
    bench.file("one.sarif", scan("a:f:1 b:f:2").to_string());
    bench.file("broken.sarif", "{\"runs\": [\n1,]}");
    bench.file("two.sarif", scan("c:f:3").to_string());
    let files = ["one.sarif", "broken.sarif", "absent.sarif", "two.sarif", "--repo", "acme/api", "--json"];
    let (status, out, err) = run(&bench, &files, b"").await;
    assert_eq!(status, 65, "{err}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["file"], &lines[0]["results"], &lines[0]["inserted"]),
        (&json!("one.sarif"), &json!(2), &json!(2))
    );
    assert_eq!((&lines[1]["file"], &lines[1]["absent"]), (&json!("two.sarif"), &json!(2)));
    for key in ["runs", "unchanged", "moved", "suppressed", "deviations", "scan_ids"] {
        assert!(lines[0].get(key).is_some(), "{key}");
    }
    assert!(err.contains("broken.sarif: not JSON, at line 2, column 3"), "{err}");
    assert!(err.contains("absent.sarif") && err.contains("try:"), "{err}");
    assert_eq!(bench.one(LEFT).await, "2 2 3 3 2");

    let (status, out, err) =
        run(&bench, &["one.sarif", "two.sarif", "--repo", "acme/api", "--json"], b"").await;
    assert_eq!((status, err.as_str()), (0, ""));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["inserted"] == 0 && line["already_imported"] == true), "{out}");
    assert_eq!(bench.one(LEFT).await, "2 2 3 3 2");
}

#[tokio::test]
async fn a_pipe_is_read_too() {
    let bench = bench().await;
    let (status, out, err) = run(&bench, &["-", "--json"], scan("a:f:1").to_string().as_bytes()).await;
    assert_eq!((status, err.as_str()), (0, ""));
    let line: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&line["file"], &line["repo"], &line["inserted"]), (&json!("-"), &json!("stdin"), &json!(1)));
    let (status, _, err) = run(&bench, &["-"], b"").await;
    assert_eq!(status, 65);
    assert!(err.contains("-: it is empty"), "{err}");
}

#[tokio::test]
async fn people_are_told_in_a_line_or_two() {
    let bench = bench().await;
    let mut log = scan("a:f:1");
    log["runs"][0]["results"][0]["level"] = json!("\u{1b}[31m");
    bench.file("\u{1b}]0;x\u{7}.sarif", log.to_string());
    let (status, out, err) = run(&bench, &["\u{1b}]0;x\u{7}.sarif"], b"").await;
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "␛]0;x␇.sarif: 1 result in ␛]0;x␇: 1 new, 0 unchanged, 0 moved, 0 came back, 0 gone; 0 suppressed\n  \
         note: no repository is named; taken as ␛]0;x␇, use --repo to name it\n  \
         deviates: runs[0].results[0].level: \"␛[31m\" is no level; left out\n"
    );
    let (_, out, _) = run(&bench, &["\u{1b}]0;x\u{7}.sarif"], b"").await;
    assert!(out.contains("already imported for ␛]0;x␇; nothing was written"), "{out}");
}

#[tokio::test]
async fn a_signal_ends_it_and_leaves_nothing() {
    use nix::sys::signal::{Signal, kill};
    let bench = bench().await;
    // It waits for its input, and is told to stop while it does. That it has come so far shows in the
    // input being read: a pipe holds 64 KiB, the rest is written only once the program reads.
    let mut child = program(&bench, &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    let (child, stdin) = tokio::task::spawn_blocking(move || {
        stdin.write_all(&vec![b' '; 1024 * 1024]).unwrap();
        (child, stdin)
    })
    .await
    .unwrap();
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(id, Signal::SIGTERM).unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    drop(stdin);
    assert_eq!(output.status.code(), Some(143));
    assert_eq!(bench.one(LEFT).await, "0 0 0 0 0");
}
