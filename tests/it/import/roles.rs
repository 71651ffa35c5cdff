//! Who may take a scanner's files in: logins that have a role of attestor, and no right beyond it.

use super::{Bench, bench, scan};
use crate::support::Scratch;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::process::Command;

/// Imports the file as a login whose only role is `role`: its status, what it printed, what it complained of.
async fn import_as(bench: &Bench, role: &str, log: &Value) -> (i32, String, String) {
    let login = format!("importer_{role}");
    let create = format!(
        "do $$ begin create role {login} login in role attestor_{role};
         exception when duplicate_object or unique_violation then null; end $$"
    );
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut bench.database.superuser().await).await.unwrap();
    let home = Scratch::new();
    let file = bench.file("scan.sarif", log.to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", bench.database.url_as(&login));
    command.args(["import", "sarif", "--repo", "acme/api", "--json"]).arg(file);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Everything that an import does to findings: new, unchanged, moved, gone, back again, and suppressed.
#[tokio::test]
async fn analysts_and_producers_take_scans_in() {
    for role in ["analyst", "producer"] {
        let bench = bench().await;
        let mut suppressed = scan("a:f:1 b:g:20 s:f:9");
        suppressed["runs"][0]["results"][2]["suppressions"] = json!([{"kind": "inSource"}]);
        for (log, expected) in [
            (suppressed, [3, 0, 0, 0, 0]),
            (scan("a:f:1 b:g:25 c:f:3"), [1, 1, 1, 0, 1]),
            (scan("b:g:25 c:f:3"), [0, 2, 0, 0, 1]),
            (scan("a:f:1 b:g:25 c:f:3 d:f:4"), [1, 2, 0, 1, 0]),
        ] {
            let (status, out, err) = import_as(&bench, role, &log).await;
            assert_eq!(status, 0, "{role}: {err}");
            let report: Value = serde_json::from_str(out.trim()).unwrap();
            let counts =
                ["inserted", "unchanged", "moved", "regressed", "absent"].map(|key| report[key].clone());
            assert_eq!(json!(counts), json!(expected), "{role}: {out}");
        }
        let login =
            bench.one("select string_agg(distinct db_user, ' ') from audit.audit_trail_entries").await;
        assert_eq!(login, format!("importer_{role}"));
    }
}

#[tokio::test]
async fn others_are_told_which_role_it_takes() {
    let bench = bench().await;
    for role in ["viewer", "operator", "auditor", "approver"] {
        let (status, _, err) = import_as(&bench, role, &scan("a:f:1")).await;
        assert_eq!(status, 77, "{role}: {err}");
        assert!(err.contains("attestor_analyst") && err.contains("attestor_producer"), "{role}: {err}");
    }
    assert_eq!(bench.one("select count(*)::text from triage.imports").await, "0");
}
