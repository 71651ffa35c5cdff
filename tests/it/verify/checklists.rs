//! A report as a checklist: each thing that was looked at is told once, and fails for its own breaks alone.

use attestor::audit::verify::checklist::{checks, told};
use attestor::audit::verify::ground::Concern;
use attestor::audit::verify::reconcile::{Orphan, Reconciled};
use attestor::audit::verify::report::{Report, Required, Scope};
use attestor::audit::verify::verdict::{Anchored, Break, Field, Kind};
use attestor::operations::check::{Check, Pointer, Severity, Status};

const KEYS: [&str; 11] = [
    "rows.visible",
    "entries.payload",
    "entries.columns",
    "entries.order",
    "entries.links",
    "entries.time",
    "checkpoints.agree",
    "checkpoints.cover",
    "ground.triggers",
    "ground.constraints",
    "ground.grants",
];

/// A whole chain of three entries, of which a checkpoint covers two.
fn whole() -> Report {
    let time = "2026-01-02T03:04:05Z".parse().unwrap();
    let anchored = Some(Anchored { size: 2, key: "k".to_owned(), time, tail: 1 });
    Report { entries: 3, anchored, ..Report::default() }
}

fn at(seq: i64, kind: Kind) -> Break {
    Break::at(seq, kind, Field::Entry, "why")
}

/// The one check with this key.
#[track_caller]
fn check(report: &Report, key: &str) -> Check {
    let mut found: Vec<Check> = checks(report).into_iter().filter(|check| check.key == key).collect();
    assert_eq!(found.len(), 1, "{key}: {found:?}");
    found.swap_remove(0)
}

/// The keys of the checks that did not pass, and how they came out.
fn troubled(report: &Report) -> Vec<(String, Status)> {
    let troubled = checks(report).into_iter().filter(|check| check.status != Status::Pass);
    troubled.map(|check| (check.key, check.status)).collect()
}

#[track_caller]
fn assert_failed(check: &Check, reason: &str, message: &str) {
    assert_eq!((check.status, check.severity, check.blocking), (Status::Fail, Severity::Critical, true));
    assert_eq!(check.reason_code.to_string(), format!("ext.verification.{reason}"));
    assert_eq!(check.message.as_str(), message);
}

#[test]
fn a_whole_chain_passes_all() {
    let keys: Vec<String> = checks(&whole()).into_iter().map(|check| check.key).collect();
    assert_eq!(keys, KEYS);
    assert_eq!(troubled(&whole()), []);
}

#[test]
fn each_kind_of_break_fails_its_check_alone() {
    for (kind, reason, key) in [
        (Kind::HiddenRows, "hidden_rows", "rows.visible"),
        (Kind::PayloadMismatch, "payload_mismatch", "entries.payload"),
        (Kind::MetadataMismatch, "metadata_mismatch", "entries.columns"),
        (Kind::ChainIdMismatch, "chain_id_mismatch", "entries.columns"),
        (Kind::Gap, "gap", "entries.order"),
        (Kind::Duplicate, "duplicate", "entries.order"),
        (Kind::LinkMismatch, "link_mismatch", "entries.links"),
        (Kind::TimeRegression, "time_regression", "entries.time"),
        (Kind::Rollback, "rollback", "checkpoints.agree"),
        (Kind::RootMismatch, "root_mismatch", "checkpoints.agree"),
        (Kind::Fork, "fork", "checkpoints.agree"),
        (Kind::BadSignature, "bad_signature", "checkpoints.agree"),
    ] {
        let report = Report { breaks: vec![at(7, kind)], breaks_count: 1, ..whole() };
        assert_eq!(troubled(&report), [(key.to_owned(), Status::Fail)], "{kind:?}");
        assert_failed(&check(&report, key), reason, &format!("entry 7: {}: why", kind.word()));
    }
}

#[test]
fn a_check_points_at_its_first_ten_breaks() {
    let mut breaks = vec![Break::nowhere(Kind::Gap, "somewhere"), at(100, Kind::LinkMismatch)];
    breaks.extend((1..=20).map(|seq| at(seq, Kind::Gap)));
    let report = Report { breaks, ..whole() };
    let pointed = |key| -> Vec<Pointer> {
        let evidence = check(&report, key).evidence;
        assert!(evidence.iter().all(|one| one.kind.as_str() == "entry"));
        evidence.into_iter().map(|one| one.value).collect()
    };
    // The first one has no place to point at.
    assert_eq!(pointed("entries.order"), (1..=9).map(Pointer::Number).collect::<Vec<_>>());
    assert_eq!(pointed("entries.links"), [Pointer::Number(100)]);
    assert_eq!(check(&report, "entries.order").message.as_str(), "GAP: somewhere");
}

#[test]
fn what_was_not_walked_to_its_end_is_not_known() {
    let stopped = Report { stopped: Some("cancelled".to_owned()), ..whole() };
    let skipped = |keys: &[&str]| keys.iter().map(|key| (key.to_string(), Status::Skip)).collect::<Vec<_>>();
    assert_eq!(troubled(&stopped), skipped(&KEYS[..7]));
    let links = check(&stopped, "entries.links");
    assert_eq!(links.reason_code.to_string(), "ext.verification.incomplete");
    assert_eq!(links.message.as_str(), "stopped after 3 entries: cancelled");
    // What was found until then stays found.
    let mut expected = skipped(&KEYS[..7]);
    expected[3].1 = Status::Fail;
    assert_eq!(troubled(&Report { breaks: vec![at(2, Kind::Gap)], ..stopped }), expected);
}

#[test]
fn a_checkpoint_vouches_or_is_missed() {
    const KEY: &str = "checkpoints.cover";
    for scope in [Scope::Full, Scope::Incremental] {
        let report = Report { scope, ..whole() };
        assert_eq!(troubled(&report), []);
        assert_eq!(check(&report, KEY).message.as_str(), "the first 2 entries; 1 came after it");
        let alone = Report { anchored: None, ..report };
        assert_eq!(troubled(&alone), [(KEY.to_owned(), Status::Warn)]);
        let alone = check(&alone, KEY);
        assert_eq!((alone.severity, alone.blocking), (Severity::Medium, false));
        assert_eq!(alone.reason_code.to_string(), "missing_configuration");
        assert!(alone.message.contains("proves nothing against a rewrite"), "{}", alone.message.as_str());
    }
    let required = |met| Report { required: Some(Required { seq: 3, met }), ..whole() };
    assert_eq!(troubled(&required(true)), []);
    assert_eq!(troubled(&required(false)), [(KEY.to_owned(), Status::Fail)]);
    let why = "no trusted checkpoint covers the chain up to entry 3";
    assert_failed(&check(&required(false), KEY), "not_covered", why);
}

#[test]
fn decisions_and_entries_that_do_not_fit() {
    const KEY: &str = "decisions.entered";
    let orphan = |id| Orphan { table: "triage.feedbacks".into(), id, why: "no entry".into() };
    let with = |orphans, first_orphans| {
        let reconciled = Reconciled { orphans, first_orphans, ..Reconciled::default() };
        Report { reconciled: Some(reconciled), ..whole() }
    };
    assert_eq!(check(&with(0, Vec::new()), KEY).status, Status::Pass);
    let found = check(&with(2, vec![orphan(9), orphan(11)]), KEY);
    assert_failed(&found, "orphans", "2 do not fit, first triage.feedbacks 9: no entry");
    assert_failed(&check(&with(1, Vec::new()), KEY), "orphans", "1 do not fit");
}

#[test]
fn concerns_warn_where_they_belong() {
    let concern = |about, what: &str| Concern { about, what: what.to_owned() };
    for about in ["triggers", "constraints", "grants"] {
        let concerns = vec![concern(about, "one"), concern(about, "two")];
        let report = Report { concerns, ..whole() };
        let key = format!("ground.{about}");
        assert_eq!(troubled(&report), [(key.clone(), Status::Warn)]);
        let check = check(&report, &key);
        assert_eq!((check.message.as_str(), check.severity), ("one; two", Severity::Medium));
        assert_eq!(check.reason_code.to_string(), "invalid_state");
    }
}

#[test]
fn breaks_in_words() {
    assert_eq!(told(&at(7, Kind::Gap)), "entry 7: GAP: why");
    assert_eq!(told(&Break::within((4, 5), Kind::Rollback, "why")), "entries 4 to 5: ROLLBACK: why");
    assert_eq!(told(&Break::nowhere(Kind::HiddenRows, "why")), "HIDDEN_ROWS: why");
}
