//! What a report makes of what was found, and of the checkpoints that are trusted.

use attestor::audit::verify::ground::{Concern, Ground};
use attestor::audit::verify::reconcile::Reconciled;
use attestor::audit::verify::report::{Anchors, Report, Required, Scope, Verdict};
use attestor::audit::verify::verdict::{Anchored, Break, Field, Kind, Trusted};
use attestor::chain::hash::Digest;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const KINDS: [(Kind, &str); 12] = [
    (Kind::HiddenRows, "HIDDEN_ROWS"),
    (Kind::Gap, "GAP"),
    (Kind::Duplicate, "DUPLICATE"),
    (Kind::ChainIdMismatch, "CHAIN_ID_MISMATCH"),
    (Kind::PayloadMismatch, "PAYLOAD_MISMATCH"),
    (Kind::MetadataMismatch, "METADATA_MISMATCH"),
    (Kind::TimeRegression, "TIME_REGRESSION"),
    (Kind::LinkMismatch, "LINK_MISMATCH"),
    (Kind::Rollback, "ROLLBACK"),
    (Kind::RootMismatch, "ROOT_MISMATCH"),
    (Kind::Fork, "FORK"),
    (Kind::BadSignature, "BAD_SIGNATURE"),
];

#[test]
fn words() {
    for (kind, word) in KINDS {
        assert_eq!((kind.word(), json!(kind)), (word, json!(word)));
        assert_eq!((Verdict::Broken(kind).word(), Verdict::Broken(kind).exit_status()), (word, 3));
    }
    let fields = [
        (Field::Seq, "seq"),
        (Field::ChainId, "chain_id"),
        (Field::OccurredAt, "occurred_at"),
        (Field::Payload, "payload"),
        (Field::PrevHash, "prev_hash"),
        (Field::Entry, "entry"),
    ];
    for (field, word) in fields {
        assert_eq!((field.word(), json!(field)), (word, json!(word)));
    }
    assert_eq!(format!("{:>9}|", Verdict::Empty), "    EMPTY|");
}

fn broken() -> Vec<Break> {
    vec![Break::at(7, Kind::PayloadMismatch, Field::Payload, "why")]
}

#[test]
fn verdicts_and_exit_statuses() {
    let whole = || Report { entries: 3, ..Report::default() };
    let stopped = || Some("cancelled".to_owned());
    let orphans = |orphans| Some(Reconciled { orphans, ..Reconciled::default() });
    let required = |met| Some(Required { seq: 3, met });
    let part = Scope::Incremental;
    for (report, word, status) in [
        (whole(), "VERIFIED", 0),
        (Report::default(), "EMPTY", 0),
        (Report { scope: part, ..Report::default() }, "VERIFIED", 0),
        (Report { unverifiable: 1, ..whole() }, "UNVERIFIABLE", 4),
        (Report { stopped: stopped(), unverifiable: 1, ..whole() }, "INCOMPLETE", 4),
        (Report { stopped: stopped(), entries: 0, ..whole() }, "INCOMPLETE", 4),
        (Report { breaks: broken(), stopped: stopped(), ..whole() }, "PAYLOAD_MISMATCH", 3),
        (Report { breaks: broken(), entries: 0, ..whole() }, "PAYLOAD_MISMATCH", 3),
        (Report { reconciled: orphans(0), ..whole() }, "VERIFIED", 0),
        (Report { reconciled: orphans(1), ..whole() }, "VERIFIED", 3),
        (Report { reconciled: orphans(1), stopped: stopped(), ..whole() }, "INCOMPLETE", 4),
        (Report { required: required(true), ..whole() }, "VERIFIED", 0),
        (Report { required: required(false), ..whole() }, "VERIFIED", 3),
        (Report { required: required(false), ..Report::default() }, "EMPTY", 3),
    ] {
        assert_eq!((report.verdict().word(), report.exit_status()), (word, status), "{report:#?}");
    }
}

fn time() -> DateTime<Utc> {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

#[test]
fn the_object() {
    let anchored = Anchored { size: 2, key: "k".into(), time: time(), tail: 1 };
    let report = Report {
        chain_id: Some("c".into()),
        profile: "attestor/v1",
        entries: 3,
        breaks: vec![Break::within((1, 2), Kind::Fork, "why")],
        breaks_count: 9,
        root: Some(Digest([0; 32])),
        anchored: Some(anchored),
        unverifiable: 4,
        concerns: vec![Concern { about: "grants", what: "x".into() }],
        reconciled: None,
        required: Some(Required { seq: 3, met: true }),
        stopped: Some("s".into()),
        duration_ms: 5,
        scope: Scope::Incremental,
    };
    let found = json!({"seq": null, "kind": "FORK", "field": null, "range": [1, 2], "why": "why"});
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        json!({
            "verdict": "FORK", "entries": 3, "first_break": found, "breaks": 9,
            "root": format!("{}=", "A".repeat(43)),
            "anchored": {"size": 2, "key": "k", "time": "2026-01-02T03:04:05Z", "tail": 1},
            "unverifiable": 4, "duration_ms": 5, "profile": "attestor/v1", "scope": "incremental",
            "chain_id": "c", "first_breaks": [found], "concerns": [{"about": "grants", "what": "x"}],
            "reconciled": null, "required": {"seq": 3, "met": true}, "stopped": "s"
        })
    );
    let at: Value = serde_json::to_value(&broken()[0]).unwrap();
    assert_eq!(at, json!({"seq": 7, "kind": "PAYLOAD_MISMATCH", "field": "payload", "why": "why"}));
    assert_eq!(Report::default().root_text(), None);
}

fn trusted(size: u64, root: u8) -> Trusted {
    Trusted { size, root: Digest([root; 32]), key: format!("key {size}"), time: time() }
}

/// What contradicts a checkpoint, and within which entries.
type Found = (Kind, (u64, u64));

/// Holds checkpoints over 3, 5 and 9 entries, in any order, against a chain with these roots.
fn held(roots: &[(u64, Option<u8>)], end: u64) -> (Option<u64>, Option<Found>) {
    let mut anchors = Anchors::new(vec![trusted(5, 5), trusted(9, 9), trusted(3, 3)]);
    assert_eq!(anchors.sizes().collect::<Vec<_>>(), [3, 5, 9]);
    for (size, root) in roots {
        anchors.hold(*size, root.map(|root| Digest([root; 32])));
    }
    anchors.end(end);
    let bad = anchors.bad().map(|bad| (bad.kind, bad.range.unwrap()));
    (anchors.anchored(end).map(|anchored| anchored.size), bad)
}

#[test]
fn checkpoints_are_held_against_a_chain() {
    assert_eq!(held(&[(3, Some(3)), (5, Some(5)), (9, Some(9))], 9), (Some(9), None));
    assert_eq!(held(&[(3, Some(3)), (4, Some(4)), (5, Some(5)), (9, Some(9))], 12), (Some(9), None));
    assert_eq!(
        held(&[(3, Some(3)), (5, Some(4)), (9, Some(9))], 9),
        (Some(3), Some((Kind::RootMismatch, (4, 5))))
    );
    assert_eq!(
        held(&[(3, Some(1)), (5, Some(1)), (9, Some(1))], 9),
        (None, Some((Kind::RootMismatch, (1, 3))))
    );
    assert_eq!(held(&[(3, Some(3)), (5, Some(5))], 6), (Some(5), Some((Kind::Rollback, (6, 9)))));
    assert_eq!(held(&[], 0), (None, Some((Kind::Rollback, (1, 3)))));
    // What came first is told: a root that differs before what is missing.
    assert_eq!(held(&[(3, Some(1))], 4), (None, Some((Kind::RootMismatch, (1, 3)))));
    // Where a root can't be told, nothing is said of it; sizes that were passed over are not held later.
    assert_eq!(held(&[(3, None), (5, Some(5)), (9, Some(9))], 9), (Some(9), None));
    assert_eq!(held(&[(4, Some(3)), (5, Some(5)), (9, None)], 9), (Some(5), None));
    let mut anchors = Anchors::new(vec![trusted(3, 3)]);
    anchors.hold(3, Some(Digest([3; 32])));
    let anchored = |entries| anchors.anchored(entries).unwrap();
    assert_eq!((anchored(3).tail, anchored(10).tail, anchored(2).tail), (0, 7, 0));
    assert_eq!((anchored(3).key, anchored(3).time), ("key 3".to_owned(), time()));
    assert!(Anchors::new(Vec::new()).anchored(3).is_none());
}

fn sound() -> Ground {
    Ground {
        kind: "r".into(),
        owner: "attestor_owner".into(),
        seq_is_indexed: true,
        encoding: "UTF8".into(),
        has_name: true,
        ..Ground::default()
    }
}

fn some() -> Vec<String> {
    vec!["one".to_owned(), "two".to_owned()]
}

#[test]
fn what_hides_rows() {
    assert_eq!((sound().breaks(), sound().can_be_read()), (Vec::new(), true));
    let check = |ground: Ground, kind, why: &str, can_be_read| {
        let breaks = ground.breaks();
        assert!(breaks.len() == 1 && breaks[0].kind == kind && breaks[0].why == why, "{why}: {breaks:?}");
        assert_eq!(ground.can_be_read(), can_be_read, "{why}");
    };
    let hidden = Kind::HiddenRows;
    for (kind, word) in [
        ("v", "a view"),
        ("m", "a materialized view"),
        ("p", "a partitioned table"),
        ("f", "a foreign table"),
        ("", "no table"),
    ] {
        let ground = Ground { kind: kind.into(), rules: some(), other_columns: some(), ..sound() };
        check(ground, hidden, &format!("audit.audit_trail_entries is {word}"), false);
    }
    let policies = "policies decide who sees which rows";
    check(Ground { row_security: true, ..sound() }, hidden, policies, true);
    check(Ground { policies: some(), ..sound() }, hidden, &format!("{policies}: one, two"), true);
    let rules = "rules rewrite what is asked of the table: one, two";
    check(Ground { rules: some(), ..sound() }, hidden, rules, true);
    let inherits = "the table shares its rows with others by inheritance";
    check(Ground { has_children: true, ..sound() }, hidden, inherits, true);
    check(Ground { has_parent: true, ..sound() }, hidden, inherits, true);
    let columns = "columns are missing or of another type: one, two";
    check(Ground { other_columns: some(), ..sound() }, Kind::MetadataMismatch, columns, false);
    let moved = Ground { name_is_moved: true, ..sound() };
    assert_eq!(moved.breaks()[0].field, Some(Field::ChainId));
    check(moved, Kind::ChainIdMismatch, "audit.chain, which names the chain, is no table", true);
}

#[test]
fn what_no_longer_protects() {
    assert_eq!(sound().concerns(), []);
    let check = |ground: Ground, about: &str, said: &[&str]| {
        let concerns = ground.concerns();
        assert_eq!(concerns.len(), said.len(), "{concerns:?}");
        for (concern, said) in concerns.iter().zip(said) {
            assert!(concern.about == about && concern.what.starts_with(said), "{said}: {concern:?}");
        }
    };
    check(
        Ground { triggers_off: some(), ..sound() },
        "triggers",
        &["one is missing, changed", "two is missing"],
    );
    check(Ground { other_triggers: some(), ..sound() }, "triggers", &["one is none", "two is none"]);
    check(
        Ground { constraints_off: some(), ..sound() },
        "constraints",
        &["one is missing", "two is missing"],
    );
    check(Ground { seq_is_indexed: false, ..sound() }, "constraints", &["no usable index"]);
    check(Ground { writers: some(), ..sound() }, "grants", &["one on the table", "two on the table"]);
    check(Ground { door_is_open: true, ..sound() }, "grants", &["PUBLIC may execute"]);
    check(Ground { owner: "mallory".into(), ..sound() }, "grants", &["the table is owned by mallory"]);
}
