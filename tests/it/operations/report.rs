//! A report: what it derives, how it is ordered, what breaks its contract.

use super::{bench, check, keeps_its_contract, probe, schema};
use attestor::operations::check::{Check, ReasonCode, Severity, Status};
use attestor::operations::report::{Overall, VerificationReport, fingerprint};
use attestor::operations::run::Since;
use attestor::operations::store::list::{Query, by_ids, page, standing};
use attestor::operations::store::one::{Told, detail};
use chrono::{TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

fn report(checks: Vec<Check>) -> VerificationReport {
    let at = Utc.with_ymd_and_hms(2026, 3, 14, 12, 0, 0).unwrap();
    VerificationReport::of(&probe("a"), checks, at, None)
}

fn document(checks: Vec<Check>) -> Value {
    serde_json::to_value(report(checks)).unwrap()
}

#[test]
fn the_overall_follows_from_the_checks() {
    let check = |statuses: &[(Status, bool)], expected: Overall| {
        let checks = statuses.iter().enumerate().map(|(at, (status, blocks))| {
            let check = check(&format!("c{at}"), *status);
            if *blocks { check.blocking() } else { check }
        });
        let report = report(checks.collect());
        assert_eq!(report.summary.overall, expected, "{statuses:?}");
        assert_eq!(report.summary.counts.total, statuses.len() as u64);
    };
    check(&[], Overall::Ready);
    check(&[(Status::Pass, true), (Status::Skip, true)], Overall::Ready);
    check(&[(Status::Pass, false), (Status::Warn, true)], Overall::NeedsAttention);
    check(&[(Status::Fail, false)], Overall::NeedsAttention);
    check(&[(Status::Fail, true), (Status::Warn, false)], Overall::Blocked);
    check(&[(Status::Fail, true), (Status::Running, false)], Overall::Running);
}

#[test]
fn the_worst_comes_first() {
    let checks = vec![
        check("pass", Status::Pass),
        check("skip", Status::Skip),
        check("running", Status::Running),
        check("warn", Status::Warn).blocking(),
        check("warn_critical", Status::Warn).severity(Severity::Critical),
        check("fail_b", Status::Fail),
        check("fail_a", Status::Fail),
        check("blocks_low", Status::Fail).blocking().severity(Severity::Low),
        check("blocks", Status::Fail).blocking(),
    ];
    let order =
        ["blocks", "blocks_low", "fail_a", "fail_b", "warn_critical", "warn", "running", "skip", "pass"];
    let keys = |report: &VerificationReport| report.checks.iter().map(|c| c.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&report(checks.clone())), order);
    // However somebody else has written it, it is read in this order.
    let mut stored = document(checks);
    stored["checks"].as_array_mut().unwrap().reverse();
    assert_eq!(keys(&VerificationReport::read(&stored).unwrap()), order);
}

#[test]
fn the_fingerprint_is_over_what_decides() {
    let checks = vec![
        Check::new("b", "B", Status::Fail, ReasonCode::ext("probe", "gap"))
            .blocking()
            .severity(Severity::High),
        Check::pass("a", "A").message("well").evidence("id", 7),
    ];
    // printf 'a|pass|false|ok|info\nb|fail|true|ext.probe.gap|high' | sha256sum
    assert_eq!(fingerprint(&checks), "062c63e3d52dfc5aec5aa7d506100aedbeb291f9b80e6d5402d518a6679364c2");
    let mut same = checks.clone();
    same.reverse();
    same[0] = same[0].clone().message("other words").evidence("id", 8);
    assert_eq!(fingerprint(&same), fingerprint(&checks));
    for other in [
        vec![checks[0].clone()],
        vec![checks[0].clone().severity(Severity::Low), checks[1].clone()],
        vec![checks[0].clone(), checks[1].clone().blocking()],
    ] {
        assert_ne!(fingerprint(&other), fingerprint(&checks));
    }
}

#[test]
fn what_breaks_the_contract_is_named() {
    let whole = document(vec![
        check("one", Status::Fail).evidence("sha256", "ab").next("Look", "https://example.com/x"),
        check("two", Status::Pass),
    ]);
    keeps_its_contract(&whole);
    assert!(VerificationReport::read(&whole).is_ok());
    let (types, more) = (true, false);
    // Whether the schema alone sees it, or only a reader who counts.
    let check = |path: &str, value: Value, words: &str, by_schema: bool| {
        let mut broken = whole.clone();
        let (parent, key) = path.rsplit_once('/').unwrap();
        broken.pointer_mut(parent).unwrap()[key] = value;
        let said = VerificationReport::read(&broken).unwrap_err().to_string();
        assert!(said.contains(words), "{path}: {said}");
        assert_eq!(!schema().is_valid(&broken), by_schema, "{path}");
    };
    for version in ["2.0.0", "1.0", "1", "1.0.0.0", "1.a.0", "1.00.0", "01.0.0", ""] {
        check("/schema_version", json!(version), "schema_version", types);
    }
    check("/more", json!(1), "unknown field `more`", types);
    check("/checks/0/more", json!(1), "unknown field `more`", types);
    check("/summary/more", json!(1), "unknown field", types);
    check("/checks/0/evidence/0/more", json!(1), "unknown field", types);
    check("/checks/0/status", json!("broken"), "unknown variant `broken`", types);
    check("/checks/0/severity", json!("High"), "unknown variant `High`", types);
    check("/checks/0/blocking", json!("yes"), "invalid type", types);
    for code in ["nope", "ext.", "ext.probe", "ext.probe.", "ext.Probe.x", "EXT.a.b", "ext.a b.c"] {
        check("/checks/0/reason_code", json!(code), "no reason code", types);
    }
    check("/checks/0/key", json!("a|b"), "no key", types);
    check("/checks/0/key", json!(""), "no key", types);
    check("/checks/0/key", json!("two"), "twice", more);
    check("/checks/0/evidence/0/kind", json!("X-Auth-Token"), "must not be kept", types);
    check("/checks/0/next_steps/0/url", json!("javascript:alert(1)"), "no address", types);
    check("/checks/0/next_steps/0/url", json!("https://a b"), "no address", types);
    check("/identity/api_secret", json!("x"), "must not be kept", types);
    check("/identity/nested", json!({"a": 1}), "did not match", types);
    check("/summary/overall", json!("ready"), "says ready, its checks say needs_attention", more);
    check("/summary/overall", json!("fine"), "unknown variant", types);
    check("/summary/counts/fail", json!(2), "counts", more);
    check("/summary/counts/fail", json!(-1), "invalid value", types);
    check("/fingerprint", json!("0".repeat(64)), "fingerprint", more);
    check("/generated_at", json!("yesterday"), "input", types);
    check("/flow", json!("a b"), "no name", types);
    for (document, words) in [(json!(null), "null"), (json!([]), "length 0"), (json!("x"), "string")] {
        let said = VerificationReport::read(&document).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn reports_are_bounded() {
    let many: Vec<Check> = (0..2_000).map(|n| check(&format!("c{n}"), Status::Warn)).collect();
    assert_eq!(report(many).checks.len(), 1_000);
    let long =
        check(&"k".repeat(500), Status::Warn).message("m".repeat(9_000)).evidence("id", "v".repeat(9_000));
    let long = (0..90).fold(long, |check, n| check.evidence("n", n).next("x", "https://x"));
    assert_eq!(
        (long.key.len(), long.message.len(), long.evidence.len(), long.next_steps.len()),
        (200, 2_000, 50, 50)
    );
    keeps_its_contract(&document(vec![long]));
    assert_eq!(report(vec![check("a", Status::Fail), check("a", Status::Pass)]).checks.len(), 1);
}

proptest! {
    #[test]
    fn whatever_is_checked_keeps_the_contract(
        checks in prop::collection::vec((".*", ".*", 0..5u8, any::<bool>(), ".*", ".*", ".*", ".*", ".*"), 0..6)
    ) {
        let checks = checks.into_iter().map(|(key, title, status, blocks, flow, message, kind, value, url)| {
            let status = [Status::Pass, Status::Fail, Status::Warn, Status::Skip, Status::Running][usize::from(status)];
            let check = Check::new(&key, &title, status, ReasonCode::ext(&flow, &title)).message(&message);
            let check = check.evidence(&kind, value.as_str()).next(&title, &format!("https://{url}"));
            if blocks { check.blocking() } else { check }
        });
        let document = document(checks.collect());
        keeps_its_contract(&document);
        let read = VerificationReport::read(&document).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(serde_json::to_value(read).unwrap(), document);
    }
}

#[tokio::test]
async fn a_report_is_compared_with_the_one_before_it() {
    let bench = bench().await;
    let since = async |what: &str, status: Status| {
        let run = bench.probe(what, vec![check("one", status)]).await.record.unwrap();
        let found = detail(&bench.db, run).await.unwrap().unwrap();
        (found.run.since, found.report().unwrap().previous_report_id)
    };
    let (first, before) = since("a", Status::Pass).await;
    assert_eq!((first, before), (Some(Since::First), None));
    let (second, before) = since("a", Status::Pass).await;
    assert_eq!(second, Some(Since::Unchanged));
    assert!(before.is_some());
    assert_eq!(since("a", Status::Fail).await.0, Some(Since::Changed));
    assert_eq!(since("b", Status::Fail).await, (Some(Since::First), None), "another identity");
}

#[tokio::test]
async fn a_report_of_others_that_breaks_the_contract_is_shown_as_such() {
    let bench = bench().await;
    let hostile = json!({"verification_report": {"schema_version": "3\u{1b}[31m", "checks": [{"status": "fail", "blocking": true}, 7, null],
                         "summary": {"overall": "blocked\u{202e}"}, "previous_report_id": "99999999999999999999"},
                         "progress": [1], "scope": "none", "label": {"a": 1}});
    for (context, words) in [
        (hostile, "missing field"),
        (json!({"verification_report": "text"}), "invalid type"),
        (json!({"verification_report": []}), "breaks its contract"),
        (json!({"verification_report": {"checks": {"a": 1}}}), "breaks its contract"),
        (json!([1, 2]), ""),
        (json!("scalar"), ""),
    ] {
        let sql = format!(
            "insert into operations.operation_runs (type, status, outcome, context, summary_counts, failure_summary)
             values (E'x\\u001b[31m', 'Completed', 'weird', $${context}$$, '[\"x\"]', '[{{\"message\": \"m\"}}]') returning id::text"
        );
        let id = bench.text(&sql).await.parse().unwrap();
        let found = detail(&bench.db, id).await.unwrap().unwrap();
        match &found.report {
            Some(Told::Broken { broken }) => {
                assert!(!words.is_empty() && broken.to_string().contains(words), "{broken}");
                assert!(!broken.to_string().contains('\u{1b}'), "{broken}");
            }
            None => assert_eq!(words, ""),
            Some(Told::Report(_)) => panic!("{context}"),
        }
        assert_eq!((found.run.flow.as_str(), found.run.failure.as_deref()), ("x␛[31m", Some("m")));
    }
    let query = Query { filter: Default::default(), after: None, limit: 3, now: Utc::now() };
    let first = page(&bench.db, &query).await.unwrap();
    assert_eq!((first.rows.len(), first.more), (3, true));
    let rest = Query { after: Some(first.rows[2].id), limit: 10, ..query };
    assert_eq!(page(&bench.db, &rest).await.unwrap().rows.len(), 3);
    assert_eq!(by_ids(&bench.db, &[first.rows[0].id]).await.unwrap(), first.rows[..1]);
    standing(&bench.db).await.unwrap();
}

#[tokio::test]
async fn how_things_stand_counts_the_newest_report_of_each_identity() {
    let bench = bench().await;
    bench.probe("a", vec![check("one", Status::Fail).blocking()]).await;
    bench.probe("a", vec![check("one", Status::Pass)]).await;
    bench.probe("b", vec![check("one", Status::Fail).blocking()]).await;
    bench.probe("c", vec![check("one", Status::Warn)]).await;
    bench.killed("d").await;
    let now = standing(&bench.db).await.unwrap();
    assert_eq!((now.blocked, now.attention, now.active, now.lost), (1, 1, 0, 1));
}
