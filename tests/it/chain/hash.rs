//! The hash in Rust and in SQL: the published vectors, and agreement over hostile input.

use super::{assert_whole, rows};
use crate::support::database;
use attestor::chain::hash::{Preimage, genesis, leaf, node, payload_hash};
use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

const CHAIN: &str = "example.com/audit";
const GENESIS: &str = "08a1ee6a65ea8cf17f1cafa6600e59988a5752f540332a058c40c155a1c07d81";
const PAYLOAD_1: &str = "8dfd64ec498d3195f780857776c54b83f6388df551d9b971c35245ce42a3ac32";
const ENTRY_1: &str = "96b7b26f2ee1e706a1cb35ab8141ffb0d4dc54fd53cd86268e29e740809484ed";
const PAYLOAD_2: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const ENTRY_2: &str = "d20131b151fb5d5bc1d6ba7d41244b56229758125e52296ccfce2b2011f1c842";

fn vector_1() -> Preimage<'static> {
    Preimage {
        chain_id: CHAIN,
        seq: 1,
        occurred_at: "2026-01-02T03:04:05.000006Z".parse().unwrap(),
        category: "override",
        event_type: "override_approved",
        actor: "alice",
        actor_type: "human",
        db_user: "alice",
        repo_full_name: Some("acme/api"),
        pr_number: Some(42),
        commit_sha: None,
        framework: &["SOC2:CC8.1", "ISO27001:A.8.32"],
        control_id: None,
        payload_alg: "pgjsonb",
        payload_hash: PAYLOAD_1,
        prev_hash: GENESIS,
    }
}

fn vector_2() -> Preimage<'static> {
    Preimage {
        seq: 2,
        actor: "reconciler",
        actor_type: "system",
        db_user: "svc",
        repo_full_name: None,
        pr_number: None,
        commit_sha: Some(""),
        framework: &[],
        payload_hash: PAYLOAD_2,
        prev_hash: ENTRY_1,
        ..vector_1()
    }
}

#[test]
fn vectors_hold() {
    assert_eq!(genesis(CHAIN).to_string(), GENESIS);
    assert_eq!(payload_hash(r#"{"a": "é", "b": 1.50}"#).to_string(), PAYLOAD_1);
    assert_eq!(payload_hash("{}").to_string(), PAYLOAD_2);
    assert_eq!(vector_1().entry_hash().to_string(), ENTRY_1);
    assert_eq!(vector_2().entry_hash().to_string(), ENTRY_2);
    let (one, two) = (leaf(&vector_1().entry_hash()), leaf(&vector_2().entry_hash()));
    let hex = |base64: &str| {
        let sextets = base64.trim_end_matches('=').bytes().map(|b| match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            _ => 63,
        });
        let bits: String = sextets.map(|s| format!("{s:06b}")).collect();
        (0..32).map(|i| format!("{:02x}", u8::from_str_radix(&bits[i * 8..i * 8 + 8], 2).unwrap())).collect()
    };
    let root: String = hex("4agYmKRxcy9Qj2+JFNQFMcUSD7cBCeW/lbYX2nP7JgI=");
    assert_eq!(one.to_string(), root, "root of 1");
    let root: String = hex("fC0K8M0B44d2CUEY2v3tearph4NzuZ9jcxrlJFK9Uo4=");
    assert_eq!(node(&one, &two).to_string(), root, "root of 2");
}

#[tokio::test]
async fn vectors_hold_in_sql() {
    let database = database().await;
    let mut connection = database.superuser().await;
    let found: Vec<String> = sqlx::query_scalar(
        "select unnest(array[
            audit.genesis('example.com/audit'),
            encode(sha256(convert_to(audit.payload_text('{\"b\": 1.50, \"a\": \"é\"}'), 'UTF8')), 'hex'),
            audit.entry_hash('example.com/audit', 1, '2026-01-02T03:04:05.000006Z', 'override',
                'override_approved', 'alice', 'human', 'alice', 'acme/api', 42, null,
                '{SOC2:CC8.1,ISO27001:A.8.32}', null, 'pgjsonb', $1, $2),
            audit.entry_hash('example.com/audit', 2, '2026-01-02T03:04:05.000006Z', 'override',
                'override_approved', 'reconciler', 'system', 'svc', null, null, '', '{}', null, 'pgjsonb',
                $3, $4)])",
    )
    .bind(PAYLOAD_1)
    .bind(GENESIS)
    .bind(PAYLOAD_2)
    .bind(ENTRY_1)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(found, [GENESIS, PAYLOAD_1, ENTRY_1, ENTRY_2]);
}

/// Text that tries to look like the framing around it, or to be mangled on the way.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("-,".to_owned()),
        Just("3:abc,".to_owned()),
        Just("\u{202e}\u{301}\u{feff}\r\n\t\u{1b}[2J\u{7f}".to_owned()),
        Just("e\u{301} é 𝕏 \u{10ffff}".to_owned()),
        "[^\0]{0,40}",
        "[0-9:,-]{0,12}",
    ]
}

/// Whole microseconds of the years 1 to 9999, the edges included.
fn times() -> impl Strategy<Value = DateTime<Utc>> {
    let first = Utc.with_ymd_and_hms(1, 1, 1, 0, 0, 0).unwrap().timestamp_micros();
    let last = Utc.with_ymd_and_hms(9999, 12, 31, 23, 59, 59).unwrap().timestamp_micros() + 999_999;
    prop_oneof![Just(first), Just(last), Just(0), Just(-1), Just(1), first..=last]
        .prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap())
}

#[derive(Debug, Clone)]
struct Case {
    texts: Vec<String>,
    options: Vec<Option<String>>,
    framework: Vec<String>,
    seq: i64,
    pr_number: Option<i32>,
    occurred_at: DateTime<Utc>,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(hostile(), 8),
        prop::collection::vec(prop::option::of(hostile()), 3),
        prop::collection::vec(hostile(), 0..4),
        prop_oneof![Just(1), Just(i64::MAX), 1..1_000_000_i64],
        prop::option::of(any::<i32>()),
        times(),
    )
        .prop_map(|(texts, options, framework, seq, pr_number, occurred_at)| Case {
            texts,
            options,
            framework,
            seq,
            pr_number,
            occurred_at,
        })
}

fn drawn<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::default();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn rust_and_sql_agree_on_hostile_rows() {
    let database = database().await;
    let cases = drawn(&cases(), 400);
    let rows: Vec<_> = cases
        .iter()
        .map(|c| {
            json!({ "t": c.texts, "o": c.options, "f": c.framework, "seq": c.seq, "pr": c.pr_number,
                    "at": c.occurred_at.to_rfc3339() })
        })
        .collect();
    let found: Vec<String> = sqlx::query_scalar(
        "select audit.entry_hash(r.t[1], r.seq, r.at, r.t[2], r.t[3],
                    r.t[4], r.t[5], r.t[6], r.o[1], r.pr, r.o[2], r.f, r.o[3], 'pgjsonb', r.t[7], r.t[8])
         from rows from (jsonb_to_recordset($1) as (t text[], o text[], f text[], seq bigint, pr integer, at timestamptz))
              with ordinality as r (t, o, f, seq, pr, at, n) order by n",
    )
    .bind(serde_json::Value::Array(rows))
    .fetch_all(&mut database.superuser().await)
    .await
    .unwrap();
    assert_eq!(found.len(), cases.len());
    for (case, found) in cases.iter().zip(found) {
        let framework: Vec<&str> = case.framework.iter().map(String::as_str).collect();
        let preimage = Preimage {
            chain_id: &case.texts[0],
            seq: case.seq,
            occurred_at: case.occurred_at,
            category: &case.texts[1],
            event_type: &case.texts[2],
            actor: &case.texts[3],
            actor_type: &case.texts[4],
            db_user: &case.texts[5],
            repo_full_name: case.options[0].as_deref(),
            pr_number: case.pr_number,
            commit_sha: case.options[1].as_deref(),
            framework: &framework,
            control_id: case.options[2].as_deref(),
            payload_alg: "pgjsonb",
            payload_hash: &case.texts[6],
            prev_hash: &case.texts[7],
        };
        assert_eq!(preimage.entry_hash().to_string(), found, "{case:?}");
    }
}

/// JSON whose numbers, strings and keys a careless reader would change.
fn payloads() -> impl Strategy<Value = String> {
    let numbers = prop_oneof![
        Just("-0".to_owned()),
        Just("1.0".to_owned()),
        Just("1".to_owned()),
        Just("1e308".to_owned()),
        Just("-1E+308".to_owned()),
        Just("1e-308".to_owned()),
        Just("0e-400".to_owned()),
        Just("9007199254740993".to_owned()),
        Just("18446744073709551617".to_owned()),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?",
    ];
    let strings = hostile().prop_map(|s| serde_json::to_string(&s).unwrap()).boxed();
    let leaf = prop_oneof![numbers, strings.clone(), Just("null".to_owned()), Just("true".to_owned())];
    let value = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(","))),
            prop::collection::vec((strings.clone(), inner), 0..4).prop_map(|v| {
                let pairs: Vec<String> = v.into_iter().map(|(k, v)| format!("{k}:{v}")).collect();
                format!("{{{}}}", pairs.join(" , "))
            }),
        ]
    });
    prop::collection::vec(value, 1..3).prop_map(|v| format!("{{\"values\":[{}]}}", v.join(",")))
}

#[tokio::test]
async fn appended_rows_are_recomputed_from_what_is_stored() {
    let database = database().await;
    let mut connection = database.superuser().await;
    let cases = drawn(&(cases(), payloads()), 300);
    for (case, payload) in &cases {
        sqlx::query(
            "select audit.append_entry('finding_triage', $1, $2, $3::text::jsonb, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&case.texts[0])
        .bind(&case.texts[1])
        .bind(payload)
        .bind(&case.texts[2])
        .bind(&case.options[0])
        .bind(case.pr_number)
        .bind(&case.options[1])
        .bind(&case.framework)
        .bind(&case.options[2])
        .execute(&mut connection)
        .await
        .unwrap_or_else(|e| panic!("{e} for {payload} {case:?}"));
    }
    let rows = rows(&mut connection).await;
    assert_eq!(rows.len(), cases.len());
    assert_whole(&rows);
    for (row, (case, _)) in rows.iter().zip(&cases) {
        assert_eq!((&row.event_type, &row.framework), (&case.texts[0], &case.framework));
        assert_eq!((&row.repo_full_name, &row.control_id), (&case.options[0], &case.options[2]));
    }
}
