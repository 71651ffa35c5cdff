//! What needs no database: names, lines, manifests, and the hash of a report.

use attestor::audit::export::check::{Checked, Checker};
use attestor::audit::export::name::{Files, Which};
use attestor::audit::line::Line;
use attestor::audit::report;
use attestor::ids::EntrySeq;
use serde_json::{Value, json};
use std::path::Path;

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_day_ends_where_the_next_begins() {
    fn check(which: Which, query: &str, stem: &str) {
        assert_eq!((which.query().as_str(), which.stem().as_str()), (query, stem));
    }
    let feb = "occurred_at >= '2024-02-29T00:00:00Z' and occurred_at < '2024-03-01T00:00:00Z' order by seq";
    check(Which::Nightly(day("2024-02-29")), feb, "audit-2024-02-29");
    check(Which::Day(day("2024-02-29")), feb, "audit-2024-02-29");
    check(Which::Range(EntrySeq(3), EntrySeq(12)), "seq between 3 and 12 order by seq", "audit-3-12");
}

#[test]
fn files_stand_beside_their_lines() {
    let files = Files::of(Which::Day(day("2026-01-02")), Path::new("/a"));
    assert_eq!(files.lines, Path::new("/a/audit-2026-01-02.jsonl"));
    assert_eq!(files.digest, Path::new("/a/audit-2026-01-02.jsonl.sha256"));
    assert_eq!(files.manifest, Path::new("/a/audit-2026-01-02.manifest.json"));
    assert_eq!(files.signature, Path::new("/a/audit-2026-01-02.manifest.json.sig"));
    assert_eq!(files.proof, Path::new("/a/audit-2026-01-02.proof.json"));
}

/// The two entries of the specification's vectors.
fn vectors() -> [Line; 2] {
    let first = Line {
        id: 1,
        seq: 1,
        category: "override".into(),
        event_type: "override_approved".into(),
        actor: "alice".into(),
        actor_type: "human".into(),
        repo_full_name: Some("acme/api".into()),
        pr_number: Some(42),
        framework: vec!["SOC2:CC8.1".into(), "ISO27001:A.8.32".into()],
        payload_hash: "8dfd64ec498d3195f780857776c54b83f6388df551d9b971c35245ce42a3ac32".into(),
        prev_hash: "08a1ee6a65ea8cf17f1cafa6600e59988a5752f540332a058c40c155a1c07d81".into(),
        occurred_at: "2026-01-02T03:04:05.000006Z".into(),
        commit_sha: None,
        control_id: None,
        db_user: "alice".into(),
        chain_id: "example.com/audit".into(),
        payload_alg: "pgjsonb".into(),
        entry_hash: "96b7b26f2ee1e706a1cb35ab8141ffb0d4dc54fd53cd86268e29e740809484ed".into(),
        payload_text: "{\"a\": \"é\", \"b\": 1.50}".into(),
    };
    let second = Line {
        id: 2,
        seq: 2,
        actor: "reconciler".into(),
        actor_type: "system".into(),
        repo_full_name: None,
        pr_number: None,
        framework: Vec::new(),
        payload_hash: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a".into(),
        prev_hash: first.entry_hash.clone(),
        commit_sha: Some(String::new()),
        db_user: "svc".into(),
        entry_hash: "d20131b151fb5d5bc1d6ba7d41244b56229758125e52296ccfce2b2011f1c842".into(),
        payload_text: "{}".into(),
        ..first.clone()
    };
    [first, second]
}

fn checked(lines: &[Line]) -> Checked {
    let mut checker = Checker::of_chain("example.com/audit");
    lines.iter().for_each(|line| checker.take(line));
    assert_eq!(checker.entries(), lines.len() as u64);
    let mut checked = checker.finish();
    checked.begin();
    checked
}

fn verdict(lines: &[Line]) -> (&'static str, u64) {
    let checked = checked(lines);
    (checked.verdict(), checked.breaks())
}

#[test]
fn lines_are_checked_by_the_verifier() {
    assert_eq!(verdict(&[]), ("EMPTY", 0));
    assert_eq!(verdict(&vectors()), ("VERIFIED", 0));
}

#[test]
fn whatever_is_changed_in_a_line_is_found() {
    type Change = fn(&mut Line);
    let changes: &[(&str, Change)] = &[
        ("METADATA_MISMATCH", |line| line.id = 3),
        ("METADATA_MISMATCH", |line| line.category.push('x')),
        ("METADATA_MISMATCH", |line| line.event_type.clear()),
        ("METADATA_MISMATCH", |line| line.actor = "mallory".into()),
        ("METADATA_MISMATCH", |line| line.actor_type = "bot".into()),
        ("METADATA_MISMATCH", |line| line.repo_full_name = Some(String::new())),
        ("METADATA_MISMATCH", |line| line.pr_number = Some(0)),
        ("METADATA_MISMATCH", |line| line.framework.push(String::new())),
        ("METADATA_MISMATCH", |line| line.commit_sha = None),
        ("METADATA_MISMATCH", |line| line.control_id = Some(String::new())),
        ("METADATA_MISMATCH", |line| line.db_user = "root".into()),
        ("CHAIN_ID_MISMATCH", |line| line.chain_id = "example.com/other".into()),
        ("METADATA_MISMATCH", |line| line.payload_alg = "none".into()),
        ("METADATA_MISMATCH", |line| line.occurred_at = "2026-01-02T03:04:06.000006Z".into()),
        // The same time in another text.
        ("METADATA_MISMATCH", |line| line.occurred_at = "2026-01-02T04:04:05.000006+01:00".into()),
        ("METADATA_MISMATCH", |line| line.occurred_at = "2026-01-02T03:04:05.0000060Z".into()),
        ("TIME_REGRESSION", |line| line.occurred_at = "2026-01-02T03:04:05.000005Z".into()),
        ("PAYLOAD_MISMATCH", |line| line.payload_text = "{ }".into()),
        ("METADATA_MISMATCH", |line| line.entry_hash = line.entry_hash.to_uppercase()),
    ];
    for (at, (expected, change)) in changes.iter().enumerate() {
        let [first, mut second] = vectors();
        change(&mut second);
        let found = checked(&[first, second]).found().clone().first_ones();
        assert!(
            found.iter().any(|b| b.kind.word() == *expected && b.seq == Some(2)),
            "change {at}: {found:?}"
        );
    }
    let [first, second] = vectors();
    assert_eq!(verdict(&[second]), ("GAP", 2));
    assert_eq!(verdict(&[first.clone(), first]).0, "DUPLICATE");
}

#[test]
fn a_line_is_one_line_and_reads_back() {
    let [mut line, _] = vectors();
    line.actor = "a\nb\u{2028}\u{1b}[31m\"\\".into();
    let mut bytes = Vec::new();
    line.write(&mut bytes).unwrap();
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert_eq!(Line::read(&bytes[..bytes.len() - 1]).unwrap(), line);
    for wrong in ["", "{}", "[]", "{\"seq\":1}", "null"] {
        assert!(Line::read(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let twice = String::from_utf8(bytes).unwrap().replacen("\"id\":1", "\"id\":1,\"id\":1", 1);
    assert!(Line::read(twice.as_bytes()).is_err(), "a key that stands twice hides something");
    let more = twice.replacen("\"id\":1,\"id\":1", "\"id\":1,\"note\":1", 1);
    assert!(Line::read(more.as_bytes()).is_err(), "what is not hashed does not belong here");
}

#[test]
fn a_report_is_hashed_without_its_hash() {
    let Value::Object(mut document) = json!({"b": [{"z": 1, "a": "é"}], "a": null}) else { unreachable!() };
    let hash = report::hash(&document);
    // printf '{"a":null,"b":[{"a":"é","z":1}]}' | sha256sum
    assert_eq!(hash.to_string(), "1169c02b6ee7420dd9f8b6436e049608dde707a69308cbea55cb50fa2368e437");
    document.insert("report_hash".to_owned(), hash.to_string().into());
    assert_eq!(report::hash(&document), hash);
    assert!(report::is_whole(&document));
    document.insert("a".to_owned(), 0.into());
    assert!(!report::is_whole(&document));
}
