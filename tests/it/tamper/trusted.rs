//! Checkpoints that are trusted, against what no hash can tell.

use super::*;
use attestor::audit::jobs::Since;
use attestor::audit::merkle::Range;
use attestor::audit::verify::report::{Scope, Verdict};
use attestor::audit::verify::verdict::{Anchored, Trusted};
use attestor::chain::hash::Digest;
use chrono::{TimeDelta, Utc};

/// The tree over the first `size` entries, as they stand now.
async fn tree(database: &TestDatabase, size: u64) -> Range {
    let hashes: Vec<String> =
        sqlx::query_scalar("select entry_hash from audit.audit_trail_entries where seq <= $1 order by seq")
            .bind(size as i64)
            .fetch_all(&mut database.superuser().await)
            .await
            .unwrap();
    let mut range = Range::starting_at(0);
    for hash in hashes {
        let bytes: Vec<u8> =
            (0..32).map(|i| u8::from_str_radix(&hash[2 * i..2 * i + 2], 16).unwrap()).collect();
        range.push_entry(&Digest(bytes.try_into().unwrap()));
    }
    assert_eq!(range.end(), size);
    range
}

async fn checkpoint(database: &TestDatabase, size: u64) -> Trusted {
    let root = tree(database, size).await.root().unwrap();
    Trusted { size, root, key: "example.com/audit+1234".to_owned(), time: Utc::now() }
}

async fn sealed(sizes: &[u64]) -> (TestDatabase, Request) {
    let database = chain(SIZE).await;
    let mut trusted = Vec::new();
    for size in sizes {
        trusted.push(checkpoint(&database, *size).await);
    }
    (database, Request { trusted, ..Request::default() })
}

#[tokio::test]
async fn a_chain_that_agrees_is_anchored() {
    let (database, request) = sealed(&[30, 7, 40]).await;
    append(&mut database.superuser().await, 2).await;
    let report = verified_as(&database.db(), request.clone()).await;
    assert_eq!(report.breaks, []);
    let largest = &request.trusted[2];
    let anchored = Anchored { size: 40, key: largest.key.clone(), time: largest.time, tail: 2 };
    assert_eq!(report.anchored, Some(anchored));
}

/// Each attack, and in which range it is found between checkpoints at 10, 25 and 40.
#[tokio::test]
async fn what_only_a_checkpoint_knows() {
    let edit = |seq: i64| {
        format!("update audit.audit_trail_entries set actor = 'mallory' where seq = {seq}; {}", rehash(seq))
    };
    for (sql, kind, range) in [
        (edit(5), Kind::RootMismatch, (1, 10)),
        (edit(10), Kind::RootMismatch, (1, 10)),
        (edit(11), Kind::RootMismatch, (11, 25)),
        (edit(40), Kind::RootMismatch, (26, 40)),
        ("delete from audit.audit_trail_entries where seq = 40".to_owned(), Kind::Rollback, (26, 40)),
        ("delete from audit.audit_trail_entries where seq > 20".to_owned(), Kind::Rollback, (11, 25)),
        ("delete from audit.audit_trail_entries".to_owned(), Kind::Rollback, (1, 10)),
    ] {
        let (database, request) = sealed(&[10, 25, 40]).await;
        attack(&database, &sql).await;
        let report = verified_as(&database.db(), request).await;
        let first = report.breaks.first().unwrap_or_else(|| panic!("nothing was found: {sql}"));
        assert_eq!((first.kind, first.range, first.seq), (kind, Some(range), None), "{sql}");
        assert_eq!((report.breaks_count, report.exit_status()), (1, 3), "{sql}");
        assert_eq!(report.anchored.map_or(0, |anchored| anchored.size), range.0 - 1, "{sql}");
    }
}

#[tokio::test]
async fn from_a_checkpoint_on() {
    let (database, request) = sealed(&[30]).await;
    let since = Some(Since { size: 30, tree: tree(&database, 30).await });
    let request = Request { since, ..request };
    append(&mut database.superuser().await, 3).await;
    let report = verified_as(&database.db(), request.clone()).await;
    assert_eq!((report.verdict(), report.entries, report.scope), (Verdict::Verified, 13, Scope::Incremental));
    assert_eq!(report.root, tree(&database, 43).await.root(), "the root is that of the whole");
    assert_eq!(report.anchored.as_ref().map(|a| (a.size, a.tail)), Some((30, 13)));
    for (sql, seq, kind) in [
        ("update audit.audit_trail_entries set actor = 'mallory' where seq = 31", 31, Kind::MetadataMismatch),
        (
            "update audit.audit_trail_entries set entry_hash = repeat('0', 64) where seq = 30",
            30,
            Kind::MetadataMismatch,
        ),
        ("delete from audit.audit_trail_entries where seq = 31", 31, Kind::Gap),
        ("delete from audit.audit_trail_entries where seq = 30", 30, Kind::Gap),
    ] {
        let database = {
            let (database, _) = sealed(&[]).await;
            append(&mut database.superuser().await, 3).await;
            database
        };
        let since = Some(Since { size: 30, tree: tree(&database, 30).await });
        attack(&database, sql).await;
        let report = verified_as(&database.db(), Request { since, ..Request::default() }).await;
        let first = report.breaks.first().unwrap_or_else(|| panic!("nothing was found: {sql}"));
        assert_eq!((first.seq, first.kind), (Some(seq), kind), "{sql}: {report:#?}");
    }
    attack(&database, "delete from audit.audit_trail_entries where seq >= 30").await;
    let report = verified_as(&database.db(), request).await;
    assert_eq!(all(&report), [(None, Kind::Rollback)], "{report:#?}");
}

#[tokio::test]
async fn an_old_edit_is_not_seen_from_a_checkpoint_on() {
    let (database, request) = sealed(&[30]).await;
    let since = Some(Since { size: 30, tree: tree(&database, 30).await });
    attack(&database, "update audit.audit_trail_entries set actor = 'mallory' where seq = 3").await;
    let report = verified_as(&database.db(), Request { since, ..request.clone() }).await;
    assert_eq!((report.breaks.len(), report.scope), (0, Scope::Incremental), "which is why it says so");
    assert_broken(
        &verified_as(&database.db(), request).await,
        "in full",
        3,
        Kind::MetadataMismatch,
        Field::Entry,
    );
}

#[tokio::test]
async fn a_checkpoint_that_is_required() {
    let now = Utc::now() + TimeDelta::hours(1);
    let (database, request) = sealed(&[39]).await;
    let until = |covered_until| Request { covered_until: Some(covered_until), ..request.clone() };
    let report = verified_as(&database.db(), until(now)).await;
    assert_eq!(report.required.map(|r| (r.seq, r.met)), Some((40, false)));
    assert_eq!((report.verdict(), report.exit_status()), (Verdict::Verified, 3));
    let report = verified_as(&database.db(), until(now - TimeDelta::days(1))).await;
    assert_eq!(report.required.map(|r| (r.seq, r.met)), Some((0, true)));
    assert_eq!(report.exit_status(), 0);
    let none = Request { covered_until: Some(now - TimeDelta::days(1)), ..Request::default() };
    let report = verified_as(&database.db(), none).await;
    assert_eq!(report.exit_status(), 3, "without any checkpoint nothing is covered");
}
