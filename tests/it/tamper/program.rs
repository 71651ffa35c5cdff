//! `attestor audit verify`, `list` and `show` through the built program: the shape of what they print, and
//! their exit statuses.

use super::*;
use crate::support::Scratch;
use serde_json::{Value, json};
use std::process::Command;

/// The program's status, what it printed, what it complained of.
async fn attestor(url: &str, arguments: &[&str]) -> (i32, String, String) {
    let home = Scratch::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", url).arg("audit").args(arguments);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

/// Verifies; the status, and the one object that was printed.
async fn verified_as_json(url: &str, more: &[&str]) -> (i32, Value) {
    let (status, out, err) = attestor(url, &[&["verify", "--json"], more].concat()).await;
    assert_eq!(out.lines().count(), 1, "one line: {out}{err}");
    // In this order, and before what may be added.
    let names = [
        "verdict",
        "entries",
        "first_break",
        "breaks",
        "root",
        "anchored",
        "unverifiable",
        "duration_ms",
        "profile",
    ];
    let begun = |name: &str| {
        let before = if name == "verdict" { '{' } else { ',' };
        out.find(&format!("{before}\"{name}\":")).unwrap_or_else(|| panic!("no {name} in {out}"))
    };
    let places = names.map(begun);
    assert!(places.is_sorted() && places[0] == 0, "{places:?} in {out}");
    let object: Value = serde_json::from_str(&out).unwrap();
    assert!(object["duration_ms"].is_u64() && object["unverifiable"].is_u64(), "{out}");
    (status, object)
}

#[tokio::test]
async fn a_whole_chain() {
    let database = chain(SIZE).await;
    let (status, said) = verified_as_json(&database.url(), &[]).await;
    assert_eq!(status, 0);
    let of = |name: &str| said[name].clone();
    assert_eq!(
        [of("verdict"), of("entries"), of("first_break"), of("breaks"), of("anchored"), of("unverifiable")],
        [json!("VERIFIED"), json!(SIZE), Value::Null, json!(0), Value::Null, json!(0)]
    );
    assert_eq!(of("profile"), "attestor/v1");
    assert_eq!(of("root").as_str().map(str::len), Some(44), "32 bytes in base64: {said}");
    assert!(of("run").is_i64(), "it was recorded: {said}");
    let (status, again) = verified_as_json(&database.url(), &["--unrecorded"]).await;
    assert_eq!((status, &again["entries"], &again["run"]), (0, &json!(SIZE + 2), &Value::Null));
    let (status, said) = verified_as_json(&database.url(), &["--require-checkpoint"]).await;
    assert_eq!((status, &said["verdict"], &said["required"]["met"]), (3, &json!("VERIFIED"), &json!(false)));
}

#[tokio::test]
async fn an_empty_chain() {
    let database = chain(0).await;
    let (status, said) = verified_as_json(&database.url(), &[]).await;
    assert_eq!((status, &said["verdict"], &said["entries"]), (0, &json!("EMPTY"), &json!(0)));
    assert_eq!((&said["root"], &said["first_break"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_broken_chain() {
    let database = chain(SIZE).await;
    attack(&database, "update audit.audit_trail_entries set payload = '{}' where seq = 7").await;
    attack(&database, "delete from audit.audit_trail_entries where seq = 30").await;
    let (status, said) = verified_as_json(&database.url(), &["--unrecorded"]).await;
    assert_eq!((status, &said["verdict"]), (3, &json!("PAYLOAD_MISMATCH")));
    let first = said["first_break"].as_object().unwrap();
    assert_eq!(
        (&first["seq"], &first["kind"], &first["field"]),
        (&json!(7), &json!("PAYLOAD_MISMATCH"), &json!("payload"))
    );
    assert_eq!(
        (&said["breaks"], &said["root"], &said["first_break"]),
        (&json!(3), &Value::Null, &said["first_breaks"][0])
    );
    let (status, out, _) = attestor(&database.url(), &["show", "7", "--json"]).await;
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &shown["seq"], &shown["payload_text"]), (3, &json!("7"), &json!("{}")), "{shown}");
    let standing = |field: &str| {
        let checks = shown["checks"].as_array().unwrap();
        checks.iter().find(|check| check["field"] == field).map(|check| check["standing"].clone())
    };
    assert_eq!((standing("payload"), standing("link back")), (Some(json!("BROKEN")), Some(json!("holds"))));
    // A root can't locate: there is a range, and no seq.
    let (status, out, _) = attestor(&database.url(), &["show", "8", "--json"]).await;
    assert_eq!(status, 0, "{out}");
}

#[tokio::test]
async fn entries_are_listed_as_json_lines() {
    let database = chain(12).await;
    let (status, out, err) = attestor(&database.url(), &["list", "--json", "--limit", "5"]).await;
    assert_eq!((status, err.as_str()), (0, ""));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seqs: Vec<i64> = lines.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [12, 11, 10, 9, 8]);
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    let mut expected = ["seq", "occurred_at", "category", "event_type", "actor", "db_user", "repo_full_name"];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    let (_, out, _) = attestor(&database.url(), &["list", "--plain", "--reverse", "--filter", "seq<3"]).await;
    assert_eq!(out.lines().map(|line| &line[..1]).collect::<Vec<_>>(), ["1", "2"]);
    let (status, _, err) = attestor(&database.url(), &["list", "--filter", "colour:red"]).await;
    assert!(status == 2 && err.contains("colour"), "{err}");
    let (status, _, err) = attestor(&database.url(), &["show", "404"]).await;
    assert!(status == 1 && err.contains("there is no entry 404"), "{err}");
}

#[tokio::test]
async fn who_may_not_read_and_what_is_not_there() {
    let database = chain(3).await;
    let mut superuser = database.superuser().await;
    run(
        &mut superuser,
        "do $$ begin create role passer_by_of_audit login; exception when duplicate_object then null; end $$",
    )
    .await;
    for deed in [["verify", "--json"], ["list", "--json"], ["show", "1"]] {
        let (status, out, _) = attestor(&database.url_as("passer_by_of_audit"), &deed).await;
        assert_eq!((status, out.as_str()), (77, ""), "{deed:?}: no verdict");
        let (status, out, _) = attestor("postgresql:///none?host=/nonexistent", &deed).await;
        assert_eq!((status, out.as_str()), (69, ""), "{deed:?}: no verdict");
    }
    let (status, out, _) = attestor("", &["verify", "--json"]).await;
    assert_eq!((status, out.as_str()), (78, ""), "nothing is configured: never an empty chain");
    // One that reads alone verifies, and records nothing.
    let sql = "grant usage on schema audit to passer_by_of_audit;
               grant select on audit.audit_trail_entries, audit.chain to passer_by_of_audit";
    run(&mut superuser, sql).await;
    let (status, said) = verified_as_json(&database.url_as("passer_by_of_audit"), &[]).await;
    assert_eq!((status, &said["verdict"], &said["run"]), (0, &json!("VERIFIED"), &Value::Null));
}

#[tokio::test]
async fn rows_that_nobody_can_recompute() {
    let database = chain(0).await;
    let sql = "create table public.trail (seq bigint, payload jsonb, payload_hash text, prev_hash text);
               grant select on public.trail to public;
               insert into public.trail values (1, '{\"b\": 1, \"a\": 2}', encode(sha256('{\"b\":1,\"a\":2}'), 'hex'), null)";
    run(&mut database.superuser().await, sql).await;
    let arguments = ["--table", "public.trail", "--profile", "gitwire"];
    let (status, said) = verified_as_json(&database.url(), &arguments).await;
    assert_eq!((status, &said["verdict"], &said["unverifiable"]), (4, &json!("UNVERIFIABLE"), &json!(1)));
    assert_eq!(said["profile"], "gitwire");
}
