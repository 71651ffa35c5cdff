//! `attestor migrate` through the built program.

use super::Server;
use serde_json::Value;
use std::process::Command;

struct Ran {
    status: i32,
    out: String,
    err: String,
}

async fn run(server: &Server, user: &str, arguments: &[&str]) -> Ran {
    let url = server.lease.url("one").replace("user=tester", &format!("user={user}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", "/nonexistent").env("DATABASE_URL", url).arg("migrate").args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn the_command_migrates_checks_and_repairs() {
    let server = Server::start().await;
    server.admin("postgres", "create database one; ").await;
    server.admin("postgres", "create role tester login").await;
    let check = run(&server, "postgres", &["--check"]).await;
    assert_eq!(check.status, 3, "{}", check.err);
    assert!(check.err.contains("run `attestor migrate`"), "{}", check.err);

    let refused = run(&server, "postgres", &["--read-only"]).await;
    assert_eq!(refused.status, 77, "{}", refused.err);

    let first = run(&server, "postgres", &["--chain-id", "example.com/audit", "--json"]).await;
    assert_eq!(first.status, 0, "{}", first.err);
    let report: Value = serde_json::from_str(&first.out).unwrap();
    assert_eq!((&report["version_before"], &report["current"]), (&0.into(), &true.into()));
    assert_eq!(
        (&report["chain_id"], &report["differences"]),
        (&"example.com/audit".into(), &serde_json::json!([]))
    );

    let again = run(&server, "postgres", &[]).await;
    assert_eq!(again.status, 0, "{}", again.err);
    assert!(
        again.out.contains("up to date, version ") && again.out.contains("chain example.com/audit"),
        "{}",
        again.out
    );

    let renamed = run(&server, "postgres", &["--chain-id", "example.com/other"]).await;
    assert_eq!(renamed.status, 1, "{}", renamed.err);
    assert!(renamed.err.contains("called example.com/audit"), "{}", renamed.err);
    assert_eq!(run(&server, "postgres", &["--chain-id", "a b"]).await.status, 2);

    server.admin("one", "grant execute on function audit.append_entry to public").await;
    let damaged = run(&server, "postgres", &[]).await;
    assert_eq!(damaged.status, 3);
    assert!(damaged.err.contains("PUBLIC may EXECUTE: is so, and should not be"), "{}", damaged.err);
    assert!(damaged.err.contains("attestor migrate --repair"), "{}", damaged.err);
    assert_eq!(run(&server, "postgres", &["--check", "--read-only"]).await.status, 3);

    let mended = run(&server, "postgres", &["--repair"]).await;
    assert_eq!(mended.status, 0, "{}", mended.err);
    assert!(mended.out.contains("mended: routine audit.append_entry"), "{}", mended.out);
    assert_eq!(run(&server, "postgres", &["--check"]).await.status, 0);

    let stranger = run(&server, "tester", &["--repair"]).await;
    assert_eq!(stranger.status, 77, "{}", stranger.err);
}
