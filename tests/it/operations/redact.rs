//! Nothing secret is kept, however it is dressed.

use super::{bench, check, probe};
use attestor::operations::check::{Check, Status};
use attestor::operations::redact::{is_sensitive, object, text, value};
use attestor::operations::start::{Asked, Finished, start};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const WORDS: [&str; 7] = ["token", "secret", "password", "authorization", "cookie", "header", "payload"];

#[test]
fn keys_that_name_a_secret_are_known_in_any_dress() {
    for word in WORDS {
        let upper = word.to_uppercase();
        let apart: String = word.chars().flat_map(|c| [c, '_']).collect();
        for key in [word.to_owned(), upper, format!("x-{word}s"), format!("my.{word}.is"), apart] {
            assert!(is_sensitive(&key), "{key}");
        }
    }
    for key in ["path", "sha256", "entry", "pass", "tok", "", "run_id", "key"] {
        assert!(!is_sensitive(key), "{key}");
    }
}

#[test]
fn secrets_in_texts_are_masked() {
    let check = |raw: &str, expected: &str| assert_eq!(text(raw), expected, "{raw}");
    check("nothing to see", "nothing to see");
    check("postgres://bob:hunter2@host:5432/db?x=1", "postgres://bob:***@host:5432/db?x=1");
    check("postgres://bob:p@ss:w@host/db", "postgres://bob:***@host/db");
    check("https://host/path:8@x", "https://host/path:8@x");
    check("password=hunter2 user=bob", "password=*** user=bob");
    check("host=a;PASSWORD=x;db=y", "host=a;PASSWORD=***;db=y");
    check("password: hunter2", "password: ***");
    check("entry 5: payload: mismatch", "entry 5: payload: mismatch");
    check("{\"password\": \"a b c\", \"user\": \"bob\"}", "{\"password\": *** *** ***, \"user\": \"bob\"}");
    check("Authorization: Bearer abc.def.ghi tail", "Authorization: Bearer *** tail");
    check("curl -H 'Authorization: Basic dXNlcjpwYXNz'", "curl -H 'Authorization: Basic ***");
    check("?access_token=abc&x=1", "?access_token=***&x=1");
    check("got ghp_abcdefghijklmnop1234 there", "got ghp_*** there");
    check("(AKIAIOSFODNN7EXAMPLE)", "(AKIA***)");
    check("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.sig", "eyJ***");
    check("skill_AKIA", "skill_AKIA");
    check("SELECT 'pass' = 1\nline two", "SELECT 'pass' = 1\nline two");
}

/// A value that holds `secret` below a key that names it, at some depth.
fn hidden() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        "[a-z ]{0,12}".prop_map(Value::from),
        Just(Value::Null)
    ];
    let tree = leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner.clone()), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            (key(), inner).prop_map(|(key, below)| json!({key: {"at": "hunter2", "below": below}})),
        ]
    });
    (key(), tree).prop_map(|(key, tree)| json!([{"deep": {key: "hunter2"}}, tree]))
}

/// A key that names a secret, dressed up.
fn key() -> impl Strategy<Value = String> {
    key_of(WORDS.len())
}

/// The same of the first so many words.
fn key_of(words: usize) -> impl Strategy<Value = String> {
    let dressed =
        (0..words, prop::collection::vec(any::<bool>(), 16), "[a-zA-Z_.-]{0,4}", "[a-zA-Z0-9_.-]{0,4}");
    dressed.prop_map(|(word, upper, before, after)| {
        let word: String = WORDS[word]
            .chars()
            .zip(upper)
            .map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c })
            .collect();
        format!("{before}{word}{after}")
    })
}

proptest! {
    #[test]
    fn however_deep_a_secret_stands_it_is_dropped(tree in hidden()) {
        let kept = value(tree).to_string();
        prop_assert!(!kept.contains("hunter2"), "{kept}");
        let lower = kept.to_lowercase();
        prop_assert!(WORDS.iter().all(|word| !lower.contains(&format!("{word}\":"))), "{kept}");
    }

    #[test]
    fn a_masked_text_holds_no_password_and_masking_twice_changes_nothing(
        before in "[ -~]{0,20}", key in key_of(5), glue in prop_oneof![Just("="), Just(": "), Just(":")], after in " [ -~]{0,20}"
    ) {
        let masked = text(&format!("{before} {key}{glue}hunter2{after}"));
        prop_assert!(!masked.contains("hunter2"), "{masked}");
        prop_assert_eq!(text(&masked), masked.clone());
    }

    #[test]
    fn any_text_is_taken(raw in ".*") {
        text(&raw);
    }
}

#[test]
fn what_is_too_deep_is_dropped() {
    let mut deep = json!({"password": "hunter2"});
    for _ in 0..100 {
        deep = json!([deep]);
    }
    assert!(!value(deep).to_string().contains("hunter2"));
    assert_eq!(object(Map::new()), Map::new());
}

#[tokio::test]
async fn nothing_secret_reaches_the_database() {
    let bench = bench().await;
    let identity = probe("a")
        .about("api_token", "hunter2")
        .given("Cookie", "hunter2")
        .given("url", "https://bob:hunter2@host/x");
    let checks = || {
        vec![
            Check::new(
                "auth",
                "Password: hunter2 was refused",
                Status::Fail,
                attestor::operations::check::ReasonCode::PermissionDenied,
            )
            .message("Authorization: Bearer hunter2 for https://bob:hunter2@host/")
            .evidence("X-Secret", "hunter2")
            .evidence("request_HEADERS", "hunter2")
            .evidence("entryPayload", "hunter2")
            .evidence("command", "curl --token=hunter2")
            .evidence("id", 7)
            .next("password=hunter2", "https://example.com/"),
            check("two", Status::Pass),
        ]
    };
    let asked = Asked::new(identity).called("mysql://root:hunter2@db/x");
    let work = async |_| {
        Ok(Finished::new(()).checks(checks()).fact("secret", "hunter2").fact("of", "token=hunter2"))
    };
    start(&bench.db, &asked, &attestor::jobs::JobContext::unattended(), work).await.unwrap();
    let all = bench
        .text("select string_agg(r::text, '') || (select string_agg(e.payload::text, '') from audit.audit_trail_entries e) from operations.operation_runs r")
        .await;
    assert!(!all.contains("hunter2"), "{all}");
    let kinds = bench
        .text("select string_agg(e->>'kind', ' ') from operations.operation_runs, jsonb_array_elements(context #> '{verification_report,checks,0,evidence}') e")
        .await;
    assert_eq!(kinds, "command id");
}
