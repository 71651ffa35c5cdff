//! `attestor tests` through the built program.

use super::stage::{Stage, stage};
use crate::support::Scratch;
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

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
    // A home without a configuration.
    static HOME: OnceLock<Scratch> = OnceLock::new();
    let home = HOME.get_or_init(Scratch::new).path();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home).env("DATABASE_URL", stage.database.url());
    command.arg("tests").args(arguments).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn from_results_to_what_a_runner_leaves_out() {
    let mut stage = stage().await;
    stage.history("lies", "20*p 5*fp").await;
    stage.history("fine", "20*p").await;
    stage.history("f) or all(", "20*p 5*fp").await;
    stage.history("evil\u{1b}[31m\u{202e}", "20*p").await;
    let scored = run(&stage, &["recompute", "--json"]).await;
    assert_eq!((scored.status, &scored.json()[0]["repos"][0]["tests"]), (0, &4.into()), "{}", scored.err);
    let again = run(&stage, &["recompute"]).await;
    assert!(again.out.contains("nothing is new"), "{}", again.out);

    let list = run(&stage, &["list", "--json", "--filter", "is:suggested"]).await;
    assert_eq!((list.status, list.json().len()), (0, 2));
    let id = list.json().iter().find(|row| row["test_name"] == "lies").unwrap()["id"].to_string();
    let table = run(&stage, &["list"]).await.out;
    assert!(table.starts_with("ID ") && table.contains("≠≠≠≠≠") && !table.contains('\u{1b}'), "{table}");
    let csv = run(&stage, &["list", "--csv", "--limit", "1", "--sort", "name"]).await.out;
    assert!(csv.starts_with("id,repo_id,repo,test_id,test_suite,test_name,environment,state,"), "{csv}");
    assert_eq!(csv.lines().count(), 2);
    let plain = run(&stage, &["list", "--plain", "--filter", "name=fine"]).await.out;
    assert!(plain.contains("\tfine\t\thealthy\tfalse\t"), "{plain}");

    let check = run(&stage, &["list", "--plain", "--fail-on", "state:flaky"]).await;
    assert_eq!((check.status, check.err.as_str()), (3, "2 tests are state:flaky\n"));
    let check = run(&stage, &["list", "--plain", "--filter", "name=fine", "--fail-on", "state:flaky"]).await;
    assert_eq!(check.status, 0);
    let check = run(&stage, &["list", "--fail-on", "sate:flaky"]).await;
    assert_eq!((check.status, check.err.contains("unknown field `sate`")), (2, true), "{}", check.err);

    let show = run(&stage, &["show", &id]).await.out;
    assert!(show.contains("quarantine is suggested") && show.contains("5x on 5 commits"), "{show}");
    let shown = run(&stage, &["show", &id, "--json"]).await.json();
    assert_eq!((&shown[0]["flaked"], shown[0]["runs"].as_array().unwrap().len()), (&5.into(), 25));
    assert_eq!(run(&stage, &["show", "99"]).await.status, 1);

    let asked = run(&stage, &["quarantine", "--apply"]).await;
    assert_eq!((asked.status, asked.err.contains("Quarantine 2 tests")), (2, true), "{}", asked.err);
    let done = run(&stage, &["quarantine", "--apply", "--owner", "team", "--yes", "--json"]).await;
    assert_eq!((done.status, &done.json()[0]["count"]), (0, &2.into()), "{}", done.err);

    let nextest = run(&stage, &["quarantined", "--format", "nextest"]).await.out;
    assert_eq!(
        nextest,
        "not ((binary_id(=suite) and test(=f\\) or all()) or (binary_id(=suite) and test(=lies)))\n"
    );
    let pytest = run(&stage, &["quarantined", "--format", "pytest", "--filter", "lies"]).await.out;
    assert_eq!(pytest, "--deselect=suite.py::lies\n");
    let gradle = run(&stage, &["quarantined", "--format", "gradle", "--filter", "lies"]).await.out;
    assert_eq!(gradle, "excludeTestsMatching(\"suite.lies\")\n");
    let json = run(&stage, &["quarantined"]).await.json();
    assert_eq!((json.len(), &json[0]["owner"]), (2, &"team".into()));
    let unexpired = run(&stage, &["quarantined", "--unexpired", "--filter", "lies"]).await.json();
    assert_eq!(unexpired.len(), 1);
    stage.run("update trust.flaky_tests set expires_at = now() - interval '1 hour' where quarantined").await;
    assert_eq!(run(&stage, &["quarantined", "--unexpired"]).await.out, "");

    let early = run(&stage, &["graduate", &id, "--reason", "mended"]).await;
    assert_eq!((early.status, early.err.contains("34 more clean runs")), (1, true), "{}", early.err);
    let forced = run(&stage, &["graduate", &id, "--reason", "mended", "--force"]).await;
    assert_eq!((forced.status, forced.out.contains("is graduated (version 2)")), (0, true), "{}", forced.out);
    let fine = run(&stage, &["list", "--json", "--filter", "name=fine"]).await.json()[0]["id"].to_string();
    let refused = run(&stage, &["quarantine", &fine, "--reason", "x"]).await;
    assert_eq!(
        (refused.status, refused.err.contains("0 of its commits flaked")),
        (1, true),
        "{}",
        refused.err
    );
    let link =
        run(&stage, &["quarantine", &fine, "--reason", "x", "--force", "--link", "javascript:x"]).await;
    assert_eq!((link.status, link.err.contains("https://")), (2, true), "{}", link.err);
}

/// A test by its number, its hash, the start of that, or its name, as long as that means one row.
#[tokio::test]
async fn a_test_is_called_by_number_hash_or_name() {
    let mut stage = stage().await;
    stage.history("lies", "20*p 5*fp").await;
    stage.history("fine", "20*p").await;
    run(&stage, &["recompute"]).await;
    stage.run("update trust.flaky_tests set test_id = 'abcdef0123456789' where test_name = 'lies'").await;
    assert_eq!(
        run(&stage, &["show", "id-fine", "--json"]).await.json()[0]["test_name"],
        "fine",
        "a producer's own id"
    );
    let list = run(&stage, &["list", "--json"]).await.json();
    let row = |name: &str| list.iter().find(|row| row["test_name"] == name).unwrap();
    let (id, hash) = (row("lies")["id"].to_string(), row("lies")["test_id"].as_str().unwrap());
    let suite = row("lies")["test_suite"].as_str().unwrap();
    for called in
        [&*id, &format!("#{id}"), hash, &hash.to_uppercase(), &hash[..6], "lies", &format!("{suite} › lies")]
    {
        let shown = run(&stage, &["show", called, "--json"]).await;
        assert_eq!(shown.status, 0, "{called}: {}", shown.err);
        assert_eq!(shown.json()[0]["test_name"], "lies", "{called}");
    }
    for (called, why) in
        [("lie", "no test is called"), (&hash[..3], "no test is called"), ("%", "no test is called")]
    {
        let refused = run(&stage, &["show", called]).await;
        assert_eq!((refused.status, refused.err.contains(why)), (1, true), "{called}: {}", refused.err);
    }
    // The same test in another environment, and another one whose hash begins in the same way.
    stage
        .run(&format!(
            "insert into trust.flaky_tests (repo_id, test_id, test_suite, test_name, environment)
         select repo_id, test_id, test_suite, test_name, 'mac' from trust.flaky_tests where id = {id};
         update trust.flaky_tests set test_id = '{}0000000000' where test_name = 'fine'",
            &hash[..6]
        ))
        .await;
    for called in [hash, &hash[..6], "lies"] {
        let several = run(&stage, &["show", called]).await;
        assert_eq!(several.status, 2, "{called}: {}", several.out);
        assert!(
            several.err.contains("could mean several tests") && several.err.contains("(mac)"),
            "{}",
            several.err
        );
        assert!(several.err.contains(&format!("#{id} {hash}")), "{}", several.err);
    }
    let fine = run(&stage, &["show", &format!("{}0000", &hash[..6]), "--json"]).await;
    assert_eq!((fine.status, &fine.json()[0]["test_name"]), (0, &"fine".into()), "{}", fine.err);

    stage.run("delete from trust.flaky_tests where environment = 'mac'").await;
    let done = run(&stage, &["quarantine", "lies", hash, &id, "--reason", "it lies", "--json"]).await;
    assert_eq!((done.status, &done.json()[0]["count"]), (0, &1.into()), "named three times: {}", done.err);
    let out =
        run(&stage, &["graduate", "lies", "--reason", "mended", "--force", "--if-version", "1", "--json"])
            .await;
    assert_eq!(out.status, 0, "{}", out.err);
}

#[tokio::test]
async fn thresholds_are_previewed_and_set() {
    let mut stage = stage().await;
    stage.history("little", "98*p 2*fp").await;
    run(&stage, &["recompute"]).await;
    let seen = run(&stage, &["preview", "--score", "0.9"]).await;
    assert!(seen.out.contains("suggested for 1 now and 0 then (0 more, 1 no longer)"), "{}", seen.out);
    let json = run(&stage, &["preview", "--commits", "3", "--json"]).await.json();
    assert_eq!(
        (&json[0]["unflagged"], &json[0]["changes"][0]["title"]),
        (&1.into(), &"suite › little".into())
    );
    let key = "6f9619ff-8b86-4011-b42d-00c04fc964ff";
    let set = ["preview", "--score", "0.9", "--save", "--reason", "too loud", "--key", key, "--yes"];
    let done = run(&stage, &set).await;
    assert_eq!(
        (done.status, done.out.contains("entry 2 of the audit chain")),
        (0, true),
        "{}{}",
        done.out,
        done.err
    );
    assert!(run(&stage, &set).await.out.contains("entry 2 "));
    let rows = run(&stage, &["list", "--json", "--filter", "is:suggested"]).await;
    assert_eq!(rows.json().len(), 0);
    assert_eq!(run(&stage, &["preview", "--score", "7"]).await.status, 2);
}
