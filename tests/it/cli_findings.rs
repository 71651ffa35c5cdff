//! `attestor findings` through the built program.

use crate::support::Scratch;
use crate::triage::stage::{Stage, stage};
use serde_json::Value;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Runs the program as `login`, without a terminal; the rest of the environment is empty.
async fn run_as(login: &str, stage: &Stage, arguments: &[&str]) -> Output {
    // A home without a configuration.
    static HOME: OnceLock<Scratch> = OnceLock::new();
    let home = HOME.get_or_init(Scratch::new).path();
    let url = stage.database.url().replace("user=tester", &format!("user={login}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home).env("DATABASE_URL", url).args(arguments).stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn run(stage: &Stage, arguments: &[&str]) -> Ran {
    ran(run_as("tester", stage, arguments).await)
}

fn ran(output: Output) -> Ran {
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn lists_come_in_every_form() {
    let mut stage = stage().await;
    stage.findings(30).await;
    let all = run(&stage, &["findings", "list", "--json"]).await;
    assert_eq!((all.status, all.json().len(), all.err.as_str()), (0, 30, ""));
    let first = &all.json()[0];
    assert_eq!(
        (&first["id"], &first["rule_id"], &first["triage_decision"]),
        (&30.into(), &"rule-30".into(), &Value::Null)
    );

    let some = run(
        &stage,
        &["findings", "list", "--filter", "rule=rule-2*", "--sort", "file", "--limit", "3", "--json"],
    )
    .await;
    let ids: Vec<_> = some.json().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [2, 20, 21]);
    let some =
        run(&stage, &["findings", "list", "--sort", "risk", "--reverse", "--limit", "1", "--json"]).await;
    assert_eq!(some.json()[0]["id"], 1);

    let csv = run(&stage, &["findings", "list", "--csv", "--filter", "id:7"]).await.out;
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("id,scan_id,project_name,tool,rule_id,file,line,severity,triage_decision,"));
    assert!(lines[1].starts_with("7,1,acme/api,semgrep,rule-7,src/file7.py,7,high,,TP,0.007,,,"), "{csv}");
    let plain = run(&stage, &["findings", "list", "--plain", "--filter", "id:7"]).await.out;
    assert!(plain.starts_with("7\t1\tacme/api\tsemgrep\trule-7\t"), "{plain}");
    let table = run(&stage, &["findings", "list", "--filter", "id:7"]).await.out;
    assert!(table.contains("src/file7.py:7") && table.starts_with("ID "), "{table}");
    assert_eq!(run(&stage, &["findings", "list", "--json", "--filter", "id:77"]).await.out, "");

    let wrong = run(&stage, &["findings", "list", "--filter", "sevrity:high"]).await;
    assert_eq!(
        (wrong.status, wrong.err.contains("severity"), wrong.out.as_str()),
        (2, true, ""),
        "{}",
        wrong.err
    );
}

#[tokio::test]
async fn a_finding_is_decided_shown_and_taken_back() {
    let mut stage = stage().await;
    stage.findings(3).await;
    let triaged =
        run(&stage, &["findings", "triage", "2", "--verdict", "fp", "--reason", "internal tool", "--json"])
            .await;
    assert_eq!(triaged.status, 0, "{}", triaged.err);
    let told = &triaged.json()[0];
    assert_eq!((&told["outcome"], &told["seq"], &told["count"]), (&"done".into(), &1.into(), &1.into()));
    assert_eq!(
        (&told["findings"][0]["id"], &told["findings"][0]["triage_decision"]),
        (&2.into(), &"FP".into())
    );

    let shown = run(&stage, &["findings", "show", "2"]).await;
    assert_eq!(shown.status, 0);
    for words in [
        "#2 high rule-2",
        "FP by tester",
        "internal tool",
        "finding_triaged by tester",
        "threat .00 (AI says TP)",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    let shown = run(&stage, &["findings", "show", "#2", "--json"]).await.json();
    assert_eq!((&shown[0]["id"], &shown[0]["version"]), (&2.into(), &2.into()));
    assert_eq!(shown[0]["feedback"][0]["comments"], "internal tool");
    assert_eq!(shown[0]["entries"][0]["seq"], 1);

    let undone = run(&stage, &["findings", "undo", "2", "--reason", "was too quick"]).await;
    assert_eq!((undone.status, undone.out.contains("undecided again")), (0, true), "{}", undone.err);
    assert_eq!(stage.decision(2).await, (None, None, 3));
    let again = run(&stage, &["findings", "undo", "2"]).await;
    assert_eq!(
        (again.status, again.err.contains("already taken back by tester")),
        (1, true),
        "{}",
        again.err
    );
    assert_eq!(stage.entries().await, ["finding_triaged", "triage_taken_back"]);

    let missing = run(&stage, &["findings", "show", "99"]).await;
    assert_eq!((missing.status, missing.err.contains("no finding #99")), (1, true), "{}", missing.err);
    assert_eq!(
        run(&stage, &["findings", "triage", "99", "--verdict", "TP", "--reason", "x"]).await.status,
        1
    );
}

#[tokio::test]
async fn what_a_filter_chose_is_confirmed() {
    let mut stage = stage().await;
    stage.findings(12).await;
    let words = [
        "findings",
        "triage",
        "--filter",
        "rule:rule-1 file:src/*",
        "--verdict",
        "FP",
        "--reason",
        "generated",
        "--json",
    ];
    let unasked = run(&stage, &words).await;
    assert_eq!((unasked.status, unasked.err.contains("4 findings")), (2, true), "{}", unasked.err);
    assert_eq!(stage.entries().await.len(), 0);

    let yes = run(&stage, &[&words[..], &["--yes"]].concat()).await;
    assert_eq!((yes.status, &yes.json()[0]["count"]), (0, &4.into()), "{}", yes.err);
    assert_eq!(stage.entries().await, ["finding_triaged"]);
    let payload = stage.value("select payload from audit.audit_trail_entries").await;
    assert_eq!((&payload["count"], &payload["filter"]), (&4.into(), &"rule:rule-1 file:src/*".into()));

    let last = run(&stage, &["findings", "undo", "--last", "--yes", "--json"]).await;
    assert_eq!((last.status, &last.json()[0]["count"]), (0, &4.into()), "{}", last.err);
    let last = run(&stage, &["findings", "undo", "--last", "--yes", "--json"]).await;
    assert_eq!((last.status, &last.json()[0]["outcome"]), (0, &"nothing".into()));

    run(&stage, &["findings", "triage", "1", "2", "--verdict", "TP", "--reason", "real"]).await;
    // Only what has a verdict is taken back.
    let undone = run(&stage, &["findings", "undo", "--filter", "tool:semgrep", "--yes", "--json"]).await;
    assert_eq!((undone.status, &undone.json()[0]["count"]), (0, &2.into()), "{}", undone.err);
}

#[tokio::test]
async fn a_conflict_shows_both_sides() {
    let mut stage = stage().await;
    stage.findings(1).await;
    run(&stage, &["findings", "triage", "1", "--verdict", "TP", "--reason", "exploited"]).await;
    let late = run(
        &stage,
        &["findings", "triage", "1", "--verdict", "FP", "--reason", "test code", "--if-version", "1"],
    )
    .await;
    assert_eq!((late.status, late.out.as_str()), (1, ""));
    for words in
        ["mine:   FP \"test code\" (at version 1)", "theirs: TP \"exploited\" by tester at ", "(version 2)"]
    {
        assert!(late.err.contains(words), "{words}: {}", late.err);
    }
    let late = [
        "findings",
        "triage",
        "1",
        "--verdict",
        "FP",
        "--reason",
        "test code",
        "--if-version",
        "1",
        "--json",
    ];
    let late = run(&stage, &late).await;
    assert_eq!((late.status, &late.json()[0]["conflicts"][0]["theirs"]["version"]), (1, &2.into()));
    let now = run(
        &stage,
        &["findings", "triage", "1", "--verdict", "FP", "--reason", "test code", "--if-version", "2"],
    )
    .await;
    assert_eq!(now.status, 0);
}

#[tokio::test]
async fn the_same_key_is_done_once() {
    let mut stage = stage().await;
    stage.findings(5).await;
    let key = "7b1a4d9e-2f31-4c58-9a40-0d6f6a1f7c11";
    let words = [
        "findings",
        "triage",
        "--filter",
        "is:undecided id:1,2",
        "--verdict",
        "TP",
        "--reason",
        "real",
        "--yes",
        "--key",
        key,
        "--json",
    ];
    let first = run(&stage, &words).await.json().remove(0);
    let again = run(&stage, &words).await.json().remove(0);
    assert_eq!((&first["already_done"], &again["already_done"]), (&false.into(), &true.into()));
    assert_eq!((&first["seq"], &first["count"]), (&again["seq"], &again["count"]));
    assert_eq!(stage.entries().await.len(), 1);
    let other =
        run(&stage, &["findings", "triage", "3", "--verdict", "TP", "--reason", "real", "--key", key]).await;
    assert_eq!((other.status, other.err.contains("another deed")), (2, true), "{}", other.err);
}

#[tokio::test]
async fn who_may_not_write_is_told_so() {
    let mut stage = stage().await;
    stage.findings(1).await;
    stage.role("viewer", "attestor_viewer").await;
    let words = ["findings", "triage", "1", "--verdict", "TP", "--reason", "real"];
    let denied = ran(run_as(&stage.login("viewer"), &stage, &words).await);
    assert_eq!((denied.status, denied.out.as_str()), (77, ""), "{}", denied.err);
    assert_eq!(ran(run_as(&stage.login("viewer"), &stage, &["findings", "show", "1"]).await).status, 0);
    let read_only = run(&stage, &[&words[..], &["--read-only"]].concat()).await;
    assert_eq!(read_only.status, 77, "{}", read_only.err);
    assert_eq!(run(&stage, &["findings", "list", "--json", "--read-only"]).await.json().len(), 1);
    assert_eq!(stage.decision(1).await, (None, None, 1));
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 0);
    assert_eq!(stage.entries().await.len(), 0);
}

#[tokio::test]
async fn words_that_are_not_understood_are_usage_errors() {
    let mut stage = stage().await;
    stage.findings(2).await;
    let cases: &[&[&str]] = &[
        &["triage", "1", "--verdict", "TP", "--reason", "  "],
        &["triage", "1", "--verdict", "TP"],
        &["triage", "1", "--verdict", "maybe", "--reason", "x"],
        &["triage", "--verdict", "TP", "--reason", "x"],
        &["triage", "1", "2", "--verdict", "TP", "--reason", "x", "--if-version", "1"],
        &["triage", "1", "--filter", "id:1", "--verdict", "TP", "--reason", "x"],
        &["triage", "--filter", "nope:1", "--verdict", "TP", "--reason", "x", "--yes"],
        &["undo"],
        &["show"],
        &["show", "one"],
        &["list", "--sort", "colour"],
    ];
    for words in cases {
        let ran = run(&stage, &[&["findings"], *words].concat()).await;
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{words:?}: {}", ran.err);
    }
    assert_eq!(stage.entries().await.len(), 0);
}

#[tokio::test]
async fn no_byte_of_a_hostile_finding_is_raw() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let hostile = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m\r=cmd()";
    sqlx::query(
        "update triage.findings set rule_id = $1, file = $1, message = $1, tool = $1, snippet = $1, ai_reasoning = $1,
             remediation_patch = $1, ai_verdict = $1, project_name = $1, fingerprint = $1",
    )
    .bind(hostile)
    .execute(&mut stage.superuser)
    .await
    .unwrap();
    run(&stage, &["findings", "triage", "1", "--verdict", "TP", "--reason", hostile]).await;
    for words in [
        &["findings", "list"][..],
        &["findings", "list", "--json"],
        &["findings", "list", "--csv"],
        &["findings", "list", "--plain"],
        &["findings", "show", "1"],
        &["findings", "show", "1", "--json"],
        &["findings", "triage", "1", "--verdict", "FP", "--reason", "x", "--if-version", "1"],
        &["findings", "list", "--filter", "severity:\u{1b}]0;owned\u{7}"],
    ] {
        let ran = run(&stage, words).await;
        let all = format!("{}{}", ran.out, ran.err);
        assert!(!all.is_empty(), "{words:?}");
        let raw = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
        assert!(!all.contains(raw), "{words:?}: {all:?}");
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_the_list_quietly() {
    let mut stage = stage().await;
    stage.findings(3_000).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.args(["findings", "list", "--json"]).env("DATABASE_URL", stage.database.url());
    let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(program.stdout.take());
    let output = tokio::task::spawn_blocking(move || program.wait_with_output().unwrap()).await.unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[tokio::test]
async fn claims_snoozes_and_accepted_risks_are_deeds_of_the_command_line() {
    let mut stage = stage().await;
    stage.findings(6).await;
    let claimed = run(&stage, &["findings", "claim", "1", "2", "--json"]).await;
    assert_eq!((claimed.status, &claimed.json()[0]["count"]), (0, &2.into()), "{}", claimed.err);
    assert_eq!(claimed.json()[0]["findings"][0]["claimed_by"], "tester");
    let list = run(&stage, &["findings", "list", "--filter", "is:mine", "--json"]).await;
    assert_eq!(list.json().len(), 2);
    let shown = run(&stage, &["findings", "show", "1"]).await;
    assert!(shown.out.contains("claimed    by tester since "), "{}", shown.out);

    stage.analyst("bea").await;
    let words = ["findings", "claim", "1", "--json"];
    let held = ran(run_as(&stage.login("bea"), &stage, &words).await);
    assert_eq!((held.status, &held.json()[0]["outcome"]), (1, &"held".into()));
    assert!(held.err.contains("finding #1 is claimed by tester since "), "{}", held.err);
    let released = run(&stage, &["findings", "release", "--filter", "", "--yes", "--json"]).await;
    assert_eq!((released.status, &released.json()[0]["count"]), (0, &2.into()), "{}", released.err);

    let words = ["findings", "snooze", "--filter", "id:1,2,3", "--reason", "next sprint", "--until", "2w"];
    assert_eq!(run(&stage, &words).await.status, 2, "what a filter chose is confirmed");
    let snoozed = run(&stage, &[&words[..], &["--yes", "--json"]].concat()).await;
    assert_eq!((snoozed.status, &snoozed.json()[0]["count"]), (0, &3.into()), "{}", snoozed.err);
    let queue = run(&stage, &["findings", "list", "--filter", "is:undecided", "--json"]).await;
    assert_eq!(queue.json().len(), 3);
    let accepted =
        run(&stage, &["findings", "accept", "4", "--reason", "behind the firewall", "--until", "90d"]).await;
    assert_eq!(accepted.status, 0, "{}", accepted.err);
    assert!(accepted.out.starts_with("finding #4, accepted until "), "{}", accepted.out);
    let denied = ran(run_as(
        &stage.login("bea"),
        &stage,
        &["findings", "accept", "5", "--reason", "x", "--until", "1d"],
    )
    .await);
    assert_eq!((denied.status, denied.err.contains("attestor_approver")), (77, true), "{}", denied.err);

    let whole = run(&stage, &["findings", "undo", "--entry", "3", "--yes", "--json"]).await;
    assert_eq!((whole.status, &whole.json()[0]["count"]), (0, &3.into()), "{}", whole.err);
    let ended = run(&stage, &["findings", "release", "4", "--what", "acceptance"]).await;
    assert_eq!(ended.status, 0, "{}", ended.err);
    assert!(ended.out.contains("neither claimed, snoozed nor accepted"), "{}", ended.out);
    assert_eq!(
        stage.entries().await,
        [
            "finding_claimed",
            "claim_released",
            "finding_snoozed",
            "risk_accepted",
            "snooze_ended",
            "risk_acceptance_ended"
        ]
    );
    for words in [
        &["claim"][..],
        &["claim", "1", "--until", "soon"],
        &["claim", "1", "--until", "1y"],
        &["snooze", "1"],
        &["snooze", "1", "--reason", "x", "--until", "2020-01-01"],
        &["accept", "1", "--reason", "x"],
        &["release", "1", "--what", "verdict"],
        &["undo", "--entry", "1", "--last"],
    ] {
        let wrong = run(&stage, &[&["findings"], words].concat()).await;
        assert_eq!((wrong.status, wrong.out.as_str()), (2, ""), "{words:?}: {}", wrong.err);
    }
    assert_eq!(run(&stage, &["findings", "undo", "--entry", "99", "--yes"]).await.status, 1);
    assert_eq!(stage.entries().await.len(), 6);
}

#[tokio::test]
async fn groups_and_lives_are_listed() {
    let mut stage = stage().await;
    stage.findings(4).await;
    stage.run("update triage.findings set rule_id = 'same' where id < 4").await;
    let groups = run(&stage, &["findings", "list", "--group", "rule", "--json"]).await;
    assert_eq!((groups.status, groups.json().len()), (0, 2), "{}", groups.err);
    let group = &groups.json()[1];
    assert_eq!((&group["rule_id"], &group["tool"]), (&"same".into(), &"semgrep".into()));
    assert_eq!(
        (&group["count"], &group["undecided"], &group["sample_id"]),
        (&3.into(), &3.into(), &3.into())
    );
    let filter = group["filter"].as_str().unwrap();
    let words =
        ["findings", "triage", "--filter", filter, "--verdict", "FP", "--reason", "alike", "--yes", "--json"];
    let decided = run(&stage, &words).await;
    assert_eq!((decided.status, &decided.json()[0]["count"]), (0, &3.into()), "{}", decided.err);
    let table = run(&stage, &["findings", "list", "--group", "file", "--limit", "2"]).await;
    assert_eq!((table.status, table.out.lines().count()), (0, 3), "{}", table.out);
    assert!(table.out.starts_with("RISK  SEVERITY  UNDECIDED  COUNT  GROUP"), "{}", table.out);
    assert_eq!(run(&stage, &["findings", "list", "--group", "colour"]).await.status, 2);

    stage
        .run(
            "insert into triage.sightings values (1, 1, 'new', 'src/file1.py', 1);
              insert into triage.scans (id, project_name, branch) values (2, 'acme/api', 'main')",
        )
        .await;
    let life = run(&stage, &["findings", "show", "1", "--life", "--json"]).await;
    let outcomes: Vec<_> = life.json().iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!((life.status, outcomes), (0, vec!["not seen".into(), "new".into()]), "{}", life.err);
    assert_eq!(run(&stage, &["findings", "show", "99", "--life"]).await.status, 1);
}
