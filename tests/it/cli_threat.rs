//! `import epss|kev|metrics`, `findings stats` and `findings blind` through the built program.

use crate::support::Scratch;
use crate::triage::stage::{Stage, stage};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

struct Ran {
    status: i32,
    out: String,
    err: String,
}

async fn run(stage: &Stage, arguments: &[&str], input: &str) -> Ran {
    let home = Scratch::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", stage.database.url()).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let input = input.to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        // Whoever refuses its input early closes it.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn feeds_come_from_files_and_from_standard_input() {
    let stage = stage().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(
        path("good.csv"),
        "#model_version:v1,score_date:2026-01-15T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1111,0.5,0.5\n",
    )
    .unwrap();
    std::fs::write(path("bad.csv"), "cve,epss,percentile\nCVE-2024-1111,2,0.5\n").unwrap();
    let arguments = ["import", "epss", &path("bad.csv"), &path("good.csv"), "-", "--json"];
    let ran = run(&stage, &arguments, "cve,epss,percentile\nCVE-2024-2222,0.25,0.5\n").await;
    assert_eq!(ran.status, 65, "{}", ran.err);
    assert!(ran.err.contains("bad.csv") && ran.err.contains("line 2"), "{}", ran.err);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |row: &Value| json!([row["file"], row["rows"], row["date"], row["model_version"]]);
    assert_eq!(told(&rows[0]), json!([path("good.csv"), 1, "2026-01-15", "v1"]));
    assert_eq!(told(&rows[1]), json!(["-", 1, null, null]));
    assert_eq!(rows.len(), 2);
    let kev = r#"{"catalogVersion": "2025.03.11", "dateReleased": "2025-03-11T17:10:05Z", "count": 1,
                  "vulnerabilities": [{"cveID": "CVE-2024-1111"}]}"#;
    let ran = run(&stage, &["import", "kev", "--json", "-"], kev).await;
    assert_eq!(
        (ran.status, told(&serde_json::from_str(&ran.out).unwrap())),
        (0, json!(["-", 1, "2025-03-11", "2025.03.11"]))
    );
    let ran = run(&stage, &["import", "kev", "-"], "cveID\nCVE-2024-1111\n").await;
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (0, "-: 1 CVE (no date, no version); 0 changed, 0 findings rescored\n")
    );
    let ran = run(&stage, &["--read-only", "import", "epss", &path("good.csv")], "").await;
    assert_eq!(ran.status, 77, "{}", ran.err);
}

#[tokio::test]
async fn statistics_say_how_many_and_how_sure() {
    let mut stage = stage().await;
    stage.findings(2).await;
    let empty = run(&stage, &["findings", "stats"], "").await;
    assert!(empty.status == 0 && empty.out.contains("no finding with a verdict of both"), "{}", empty.out);
    let metrics =
        r#"{"scan_id": 1, "build_duration_seconds": 61, "artifact_size_bytes": 10, "num_changed_files": 2}"#;
    let ran = run(&stage, &["import", "metrics", "-", "--json"], metrics).await;
    assert_eq!(
        (ran.status, serde_json::from_str::<Value>(&ran.out).unwrap()["rows"].clone()),
        (0, json!(1)),
        "{}",
        ran.err
    );
    let ran = run(&stage, &["findings", "blind", "100%", "--json"], "").await;
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["blind_share"], 1.0);
    let shown = run(&stage, &["findings", "show", "1"], "").await.out;
    assert!(
        shown.contains("ai         hidden") && shown.contains("build      61 s, 10 bytes, 2 files changed"),
        "{shown}"
    );
    assert!(shown.contains("AI verdict hidden until you decide") && !shown.contains("why the AI"), "{shown}");
    run(&stage, &["findings", "triage", "1", "--verdict", "FP", "--reason", "no"], "").await;
    let shown = run(&stage, &["findings", "show", "1"], "").await.out;
    assert!(shown.contains("FP (blind) by tester") && !shown.contains("hidden"), "{shown}");
    let text = run(&stage, &["findings", "stats"], "").await.out;
    for part in [
        "2 findings: 1 decided",
        "missed TP",
        "- (no case)",
        "0 of 1, few",
        "too small to rely on: 1 cases",
        "by rule",
        "semgrep rule-1",
        "acme/api: 1 builds",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let ran = run(&stage, &["findings", "stats", "--filter", "id:1", "--json"], "").await;
    let stats: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(stats["findings"], 1);
    assert_eq!(stats["blind"]["matrix"]["ai_tp_person_fp"], 1);
    assert_eq!(stats["all"]["agreement"]["n"], 1);
    assert_eq!(stats["all"]["agreement"]["small"], true);
    assert_eq!(stats["all"]["missed_tp"]["rate"], Value::Null);
    assert_eq!(run(&stage, &["findings", "blind", "lots"], "").await.status, 2);
    assert_eq!(run(&stage, &["findings", "stats", "--filter", "sevrity:high"], "").await.status, 2);
}
