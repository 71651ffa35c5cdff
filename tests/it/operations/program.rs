//! `attestor runs` through the built program.

use super::{Bench, bench, check};
use crate::support::Scratch;
use attestor::operations::check::Status;
use serde_json::Value;
use std::process::Command;

/// The program's status, what it printed, what it complained of.
async fn attestor(bench: &Bench, arguments: &[&str]) -> (i32, String, String) {
    let home = Scratch::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", bench.database.url());
    command.arg("runs").args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn runs_are_listed_shown_and_acknowledged() {
    let bench = bench().await;
    let bad = vec![
        check("bad", Status::Fail).blocking().message("No.").evidence("id", 7),
        check("good", Status::Pass),
    ];
    let run = bench.probe("a", bad).await.record.unwrap().to_string();
    bench.probe("b", vec![check("good", Status::Pass)]).await;
    bench.killed("c").await;

    let (status, out, err) = attestor(&bench, &["list", "--json"]).await;
    assert_eq!((status, err.as_str()), (0, ""));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["lost"], &lines[2]["overall"], &lines[2]["blocking"]),
        (&true.into(), &"blocked".into(), &1.into())
    );
    assert_eq!(lines[2]["type"], "probe");

    let listed = async |filter: &str, expected: usize| {
        let (status, out, err) = attestor(&bench, &["list", "--plain", "--filter", filter]).await;
        assert_eq!((status, out.lines().count()), (0, expected), "{filter}: {out}{err}");
    };
    for (filter, expected) in [
        ("overall:blocked", 1),
        ("is:needy", 1),
        ("is:lost", 1),
        ("is:active", 0),
        ("flow:pro*", 3),
        ("type=probe outcome:succeeded", 2),
        ("status:running", 1),
        ("-overall:ready age<1h", 2),
        ("age>1h", 0),
        ("by:me", 2),
        ("check:bad", 1),
        ("probe", 3),
    ] {
        listed(filter, expected).await;
    }
    let (status, _, err) = attestor(&bench, &["list", "--filter", "colour:red"]).await;
    assert!(status == 2 && err.contains("colour"), "{err}");
    let (_, out, _) = attestor(&bench, &["list"]).await;
    assert!(out.lines().next().unwrap().starts_with("ID") && out.contains("lost"), "{out}");

    let (status, out, _) =
        attestor(&bench, &["acknowledge", &run, "bad", "--reason", "known", "--until", "7d"]).await;
    assert_eq!(
        (status, out.as_str()),
        (0, format!("acknowledged bad of run {run}; its status stays\n").as_str())
    );
    let (status, _, err) = attestor(&bench, &["acknowledge", &run, "bad", "--reason", "again"]).await;
    assert!(status == 1 && err.contains("acknowledged by tester"), "{err}");
    let (status, _, err) = attestor(&bench, &["acknowledge", &run, "good", "--reason", "x"]).await;
    assert!(status == 2 && err.contains("good is pass"), "{err}");
    let (status, _, err) =
        attestor(&bench, &["acknowledge", &run, "bad", "--reason", &"x".repeat(161)]).await;
    assert!(status == 2 && err.contains("161 characters"), "{err}");

    let (status, out, _) = attestor(&bench, &["show", &run]).await;
    assert_eq!(status, 0);
    for words in [
        "report blocked, first: 2 checks, 1 fail",
        "fail    bad (bad, high, blocking, ext.probe.so)",
        "        No.",
        "id: 7",
        "acknowledged by tester on",
        "started     20",
    ] {
        assert!(out.contains(words), "{words} in {out}");
    }
    let (_, out, _) = attestor(&bench, &["show", &run, "--json"]).await;
    let shown: Value = serde_json::from_str(&out).unwrap();
    super::keeps_its_contract(&shown["report"]);
    assert_eq!(shown["acknowledgements"][0]["reason"], "known");
    let (status, _, err) = attestor(&bench, &["show", "404"]).await;
    assert!(status == 1 && err.contains("there is no run 404"), "{err}");
}
