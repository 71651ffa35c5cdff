//! One entry recomputed: what holds, and what an attacker's hand would show.

use super::desk::{around, seal, stored};
use attestor::audit::detail::{Detail, Payload};
use attestor::audit::entry::{Around, Stored};
use attestor::audit::examine::{Field, Standing, examine};
use chrono::TimeDelta;

const HEAD: i64 = 1_204;

/// What does not hold of `stored`, and what cannot be told.
fn check(stored: &Stored, around: &Around, broken: &[Field], unknown: &[Field]) {
    let checks = examine(stored, around);
    let of = |standing| -> Vec<Field> {
        checks.iter().filter(|check| check.standing == standing).map(|check| check.field).collect()
    };
    assert_eq!(of(Standing::Broken), broken, "{checks:#?}");
    assert_eq!(of(Standing::Unknown), unknown, "{checks:#?}");
}

/// Changes the entry 1,000 without its neighbours, and says what does not hold then.
fn changed(change: impl FnOnce(&mut Stored), broken: &[Field]) {
    let whole = stored(1_000);
    let around = around(&whole, HEAD);
    let mut stored = whole;
    change(&mut stored);
    check(&stored, &around, broken, &[]);
}

#[test]
fn a_whole_entry_holds_in_every_field() {
    check(&stored(1_000), &around(&stored(1_000), HEAD), &[], &[]);
    check(&stored(1), &around(&stored(1), HEAD), &[], &[]);
    check(&stored(HEAD), &around(&stored(HEAD), HEAD), &[], &[Field::NextLink]);
}

#[test]
fn the_vectors_of_the_specification_hold() {
    let mut first = Stored {
        id: Some(1),
        seq: 1,
        occurred_at: Some("2026-01-02T03:04:05.000006Z".parse().unwrap()),
        category: Some("override".into()),
        event_type: Some("override_approved".into()),
        actor: Some("alice".into()),
        actor_type: Some("human".into()),
        db_user: Some("alice".into()),
        repo_full_name: Some("acme/api".into()),
        pr_number: Some(42),
        framework: Some(vec![Some("SOC2:CC8.1".into()), Some("ISO27001:A.8.32".into())]),
        chain_id: Some("example.com/audit".into()),
        payload_alg: Some("pgjsonb".into()),
        payload: Some("{\"a\": \"é\", \"b\": 1.50}".into()),
        payload_hash: Some("8dfd64ec498d3195f780857776c54b83f6388df551d9b971c35245ce42a3ac32".into()),
        prev_hash: Some("08a1ee6a65ea8cf17f1cafa6600e59988a5752f540332a058c40c155a1c07d81".into()),
        entry_hash: Some("96b7b26f2ee1e706a1cb35ab8141ffb0d4dc54fd53cd86268e29e740809484ed".into()),
        bearers: 1,
        ..Stored::default()
    };
    let alone = Around { chain: around(&stored(1), 1).chain, ..Around::default() };
    check(&first, &alone, &[], &[Field::NextLink]);
    first.payload = Some("{\"a\": \"é\", \"b\": 1.5}".into());
    check(&first, &alone, &[Field::Payload], &[Field::NextLink]);
}

#[test]
fn an_edit_shows_in_the_field_that_it_touched() {
    changed(|s| s.payload = Some("{}".into()), &[Field::Payload]);
    changed(|s| s.actor = Some("mallory".into()), &[Field::EntryHash]);
    changed(|s| s.db_user = Some("mallory".into()), &[Field::EntryHash]);
    changed(|s| s.pr_number = Some(7), &[Field::EntryHash]);
    changed(|s| s.commit_sha = Some(String::new()), &[Field::EntryHash]);
    changed(|s| s.framework = Some(Vec::new()), &[Field::EntryHash]);
    changed(|s| s.control_id = Some("CC8.1".into()), &[Field::EntryHash]);
    changed(|s| s.chain_id = Some("example.com/other".into()), &[Field::ChainId, Field::EntryHash]);
    changed(|s| s.id = Some(5), &[Field::Seq]);
    changed(|s| s.bearers = 2, &[Field::Seq]);
    changed(|s| s.prev_hash = Some("0".repeat(64)), &[Field::EntryHash, Field::PrevHash]);
    changed(|s| s.entry_hash = Some("0".repeat(64)), &[Field::EntryHash, Field::NextLink]);
    let payload_hash = |s: &mut Stored| s.payload_hash = Some("0".repeat(64));
    changed(payload_hash, &[Field::Payload, Field::EntryHash]);
    let earlier = |s: &mut Stored| s.occurred_at = s.occurred_at.map(|at| at - TimeDelta::hours(1));
    changed(earlier, &[Field::OccurredAt, Field::EntryHash]);
}

#[test]
fn an_edit_with_its_own_hashes_made_anew_still_breaks_the_link_on() {
    changed(
        |s| {
            s.actor = Some("mallory".into());
            seal(s);
        },
        &[Field::NextLink],
    );
}

#[test]
fn what_no_append_lets_in_is_no_entry() {
    changed(|s| s.category = None, &[Field::EntryHash]);
    changed(|s| s.payload_alg = Some("md5".into()), &[Field::EntryHash]);
    changed(|s| s.framework = None, &[Field::EntryHash]);
    changed(|s| s.framework = Some(vec![None]), &[Field::EntryHash]);
    changed(|s| s.is_cut = true, &[Field::EntryHash]);
    changed(
        |s| s.entry_hash = s.entry_hash.take().map(|h| h.to_uppercase()),
        &[Field::EntryHash, Field::NextLink],
    );
    changed(|s| s.occurred_at = None, &[Field::OccurredAt, Field::EntryHash]);
    changed(|s| (s.payload, s.payload_bytes) = (None, 0), &[Field::Payload]);
}

#[test]
fn a_gap_and_a_payload_that_is_too_large_are_told() {
    let whole = stored(1_000);
    let mut neighbours = around(&whole, HEAD);
    neighbours.before.as_mut().unwrap().listed.seq.0 = 990;
    let checks = examine(&whole, &neighbours);
    let seq = checks.iter().find(|check| check.field == Field::Seq).unwrap();
    assert_eq!((seq.standing, seq.said.as_str()), (Standing::Broken, "the entry before is 990: 9 missing"));
    let large = Stored { payload: None, payload_bytes: 13_000_000, ..stored(1_000) };
    check(&large, &around(&large, HEAD), &[], &[Field::Payload]);
    let detail = Detail::of(&large, around(&large, HEAD), None);
    assert_eq!(detail.payload, Payload::TooLarge(13_000_000));
    assert!(!detail.is_broken());
    neighbours.before = None;
    check(&whole, &neighbours, &[Field::Seq, Field::PrevHash], &[]);
    neighbours.chain = None;
    check(&whole, &neighbours, &[Field::Seq], &[Field::ChainId, Field::PrevHash]);
}

#[test]
fn hostile_text_is_told_visibly() {
    let hostile = "\u{1b}[2J\u{202e}evil";
    for change in [
        (|s: &mut Stored, t: &str| s.chain_id = Some(t.into())) as fn(&mut Stored, &str),
        |s, t| s.entry_hash = Some(t.into()),
        |s, t| s.prev_hash = Some(t.into()),
        |s, t| s.payload_hash = Some(t.into()),
        |s, t| s.payload_alg = Some(t.into()),
        |s, t| (s.occurred_at, s.occurred_at_text) = (None, Some(t.into())),
    ] {
        let whole = stored(1_000);
        let mut neighbours = around(&whole, HEAD);
        neighbours.before.as_mut().unwrap().entry_hash = Some(hostile.into());
        neighbours.behind.as_mut().unwrap().prev_hash = Some(hostile.into());
        let mut stored = whole;
        change(&mut stored, hostile);
        let checks = examine(&stored, &neighbours);
        let said: String = checks.iter().map(|check| check.said.as_str()).collect();
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
}
