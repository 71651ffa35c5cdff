//! `attestor import junit` through the built program.

use super::intake::{Bench, LEFT, bench};
use crate::support::Scratch;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Child, Command, Stdio};

fn program(bench: &Bench, arguments: &[&str]) -> Child {
    let home = Scratch::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", bench.database.url());
    command.current_dir(bench.folder.path()).args(["import", "junit"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

async fn run(bench: &Bench, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = program(bench, arguments);
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input closes it.
    drop(stdin.write_all(input));
    drop(stdin);
    let wait = move || child.wait_with_output().unwrap();
    let output = tokio::task::spawn_blocking(wait).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const XML: &str = "<testsuite name='s'><testcase name='a'><flakyFailure message='x'/></testcase></testsuite>";

#[tokio::test]
async fn each_file_stands_for_itself() {
    let bench = bench().await;
    bench.file("one.xml", XML);
    bench.file("broken.xml", "<testsuite>\n<");
    bench.file("two.xml", XML.replace("'a'", "'b'"));
    let of = [
        "--repo",
        "acme/api",
        "--commit",
        "abc",
        "--branch",
        "main",
        "--environment",
        "ci",
        "--run",
        "17",
        "--json",
    ];
    let files = [&["one.xml", "broken.xml", "absent.xml", "two.xml"], &of[..]].concat();
    let (status, out, err) = run(&bench, &files, b"").await;
    assert_eq!(status, 65, "{err}");
    assert!(err.contains("broken.xml: it ends in the middle, at line 2, column 2"), "{err}");
    assert!(err.contains("absent.xml") && err.contains("try:"), "{err}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = |file: &str| {
        json!({"file": file, "suites": 1, "tests": 1, "passed": 1, "failed": 0, "skipped": 0, "attempts": 2,
               "flaky": 1, "outage": false, "deviations": []})
    };
    assert_eq!(lines, [expected("one.xml"), expected("two.xml")]);
    let keys: Vec<usize> = [
        "file",
        "suites",
        "tests",
        "passed",
        "failed",
        "skipped",
        "attempts",
        "flaky",
        "outage",
        "deviations",
    ]
    .map(|key| out.find(&format!("\"{key}\"")).unwrap())
    .to_vec();
    assert!(keys.is_sorted(), "{out}");
    assert_eq!(bench.one(LEFT).await, "1 1 2 4 2");
}

#[tokio::test]
async fn people_are_told_in_a_line_or_two() {
    let bench = bench().await;
    bench.file("a.xml", XML);
    let (status, out, err) = run(&bench, &["a.xml", "--repo", "acme/api", "--commit", "abc"], b"").await;
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "a.xml: 1 test in acme/api: 1 passed, 0 failed, 0 skipped; 2 attempts, 1 flaky\n  \
         note: no run is named; taken as commit:abc, use --run to name it\n"
    );
    let (_, out, _) = run(&bench, &["a.xml", "--repo", "acme/api", "--commit", "abc"], b"").await;
    assert!(out.starts_with("a.xml: already imported for run commit:abc; nothing was written"), "{out}");
    // For programs, the note stands beside the rows.
    let (_, out, err) = run(&bench, &["-", "--repo", "acme/api", "--json"], XML.as_bytes()).await;
    assert!(out.starts_with("{\"file\":\"-\"") && out.lines().count() == 1, "{out}");
    assert!(err.starts_with("-: note: no run is named; taken as file:"), "{err}");
    let (status, _, err) = run(&bench, &["a.xml"], b"").await;
    assert_eq!(status, 2);
    assert!(err.contains("--repo"), "{err}");
}

#[tokio::test]
async fn killed_in_the_middle_it_leaves_nothing() {
    let bench = bench().await;
    let cases: String =
        (0..60_000).map(|n| format!("<testcase classname='c' name='t{n}' time='0'/>")).collect();
    bench.file("large.xml", format!("<testsuite>{cases}</testsuite>"));
    // The row of the run is held, so that the import stands in the middle of its transaction.
    let mut holder = bench.database.superuser().await;
    sqlx::raw_sql(
        "insert into trust.repositories (full_name) values ('acme/api');
         insert into trust.ci_runs (repo_id, run_key, commit_sha) select id, '17', 'abc' from trust.repositories;
         begin; select from trust.ci_runs for update",
    )
    .execute(&mut holder)
    .await
    .unwrap();
    let mut child = program(&bench, &["large.xml", "--repo", "acme/api", "--commit", "abc", "--run", "17"]);
    let waits = "select count(*)::text from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'";
    while bench.one(waits).await == "0" {
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    sqlx::raw_sql("commit").execute(&mut holder).await.unwrap();
    // The server notices that nobody is there once it is asked for the next statement.
    let others = "select count(*)::text from pg_stat_activity
                  where datname = current_database() and application_name like 'attestor%' and state <> 'idle'
                    and backend_type = 'client backend' and query like '%ci_runs%' and pid <> pg_backend_pid()";
    while bench.one(others).await != "0" {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.one(LEFT).await, "1 1 0 0 0");
    let of = ["large.xml", "--repo", "acme/api", "--commit", "abc", "--run", "17", "--json"];
    let (status, out, err) = run(&bench, &of, b"").await;
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("\"tests\":60000"), "{out}");
    assert_eq!(bench.one(LEFT).await, "1 1 1 60000 1");
}
