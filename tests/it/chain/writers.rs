//! Many writers at once, and writers that die: no gap, no fork, nothing lost that was called done.

use super::{assert_whole, rows};
use crate::support::database;
use attestor::chain::change::Change;
use attestor::chain::entry::{Category, NewEntry};
use attestor::ids::{DeedKey, EntrySeq};
use sqlx::{ConnectOptions, Connection};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const WRITERS: usize = 32;
const DEEDS_EACH: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_with_backends_killed_among_them() {
    let database = database().await;
    // Each has four connections for writing.
    let dbs: Vec<_> = (0..WRITERS / 4).map(|_| database.db()).collect();
    let over = Arc::new(AtomicBool::new(false));
    let killer = tokio::spawn({
        let (options, over) = (database.options_as("postgres"), over.clone());
        async move {
            let mut connection = options.connect().await.unwrap();
            let (mut killed, mut length_at_last) = (0_i64, 0_i64);
            while !over.load(Ordering::Relaxed) {
                // One in so many appends, so that most come through.
                let length: i64 =
                    sqlx::query_scalar("select coalesce(max(seq), 0) from audit.audit_trail_entries")
                        .fetch_one(&mut connection)
                        .await
                        .unwrap();
                if length < length_at_last + 5 {
                    tokio::task::yield_now().await;
                    continue;
                }
                length_at_last = length;
                killed += sqlx::query_scalar::<_, i64>(
                    "select count(pg_terminate_backend(pid)) from (
                         select pid from pg_stat_activity
                         where datname = current_database() and usename = 'tester' and state <> 'idle'
                         order by random() limit 1) as victim",
                )
                .fetch_one(&mut connection)
                .await
                .unwrap();
            }
            killed
        }
    });
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let db = dbs[writer % dbs.len()].clone();
            tokio::spawn(async move {
                let mut told = Vec::new();
                for _ in 0..DEEDS_EACH {
                    let key = DeedKey::fresh();
                    let entry =
                        NewEntry::new(Category::FindingTriage, "verdict_given", serde_json::Map::new());
                    let done = match Change::begin(&db, key).await {
                        Ok(change) => change.commit(entry).await,
                        Err(error) => Err(error),
                    };
                    told.push((key, done.ok()));
                }
                told
            })
        })
        .collect();
    let mut told: BTreeMap<String, Option<EntrySeq>> = BTreeMap::new();
    for writer in writers {
        told.extend(writer.await.unwrap().into_iter().map(|(key, done)| (key.to_string(), done)));
    }
    over.store(true, Ordering::Relaxed);
    let killed = killer.await.unwrap();

    let mut superuser = database.superuser().await;
    // A backend whose client has gone may still be committing: the lock is free once all are through.
    sqlx::raw_sql("begin; lock table audit.chain_lock in exclusive mode; commit")
        .execute(&mut superuser)
        .await
        .unwrap();
    let rows = rows(&mut superuser).await;
    assert_whole(&rows);
    let keys: Vec<(String, i64)> =
        sqlx::query_as("select payload->>'idempotency_key', seq from audit.audit_trail_entries order by seq")
            .fetch_all(&mut superuser)
            .await
            .unwrap();
    let stored: BTreeMap<String, EntrySeq> =
        keys.into_iter().map(|(key, seq)| (key, EntrySeq(seq))).collect();
    for (key, done) in &told {
        if let Some(seq) = done {
            assert_eq!(stored.get(key), Some(seq), "a deed that was called done has its entry");
        }
    }
    assert!(stored.keys().all(|key| told.contains_key(key)), "nothing is in the chain that nobody wrote");
    assert!(killed > 0, "some were killed");
    assert!(
        told.values().any(Option::is_some) && told.values().any(Option::is_none),
        "some died, some did not"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_fill_the_chain_without_gaps() {
    let database = database().await;
    let db = database.db();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..DEEDS_EACH {
                    let entry =
                        NewEntry::new(Category::FindingTriage, "verdict_given", serde_json::Map::new());
                    Change::begin(&db, DeedKey::fresh()).await.unwrap().commit(entry).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let rows = rows(&mut database.superuser().await).await;
    assert_eq!(rows.len(), WRITERS * DEEDS_EACH);
    assert_whole(&rows);
}

/// What makes appends slow while a snapshot is open is dead versions that cannot be removed. There are
/// none: an append updates and deletes nothing, in whatever table.
#[tokio::test]
async fn an_open_snapshot_leaves_nothing_to_step_over() {
    let database = database().await;
    let mut reader = database.superuser().await;
    let mut snapshot = reader.begin().await.unwrap();
    sqlx::raw_sql(
        "set transaction isolation level repeatable read; select count(*) from audit.audit_trail_entries",
    )
    .execute(&mut *snapshot)
    .await
    .unwrap();
    let db = database.db();
    for _ in 0..100 {
        let entry = NewEntry::new(Category::FindingTriage, "verdict_given", serde_json::Map::new());
        Change::begin(&db, DeedKey::fresh()).await.unwrap().commit(entry).await.unwrap();
    }
    // Backends report their counts when they end.
    db.close().await;
    let mut superuser = database.superuser().await;
    loop {
        let (inserted, touched): (i64, i64) = sqlx::query_as(
            "select sum(n_tup_ins)::bigint, sum(n_tup_upd + n_tup_del)::bigint from pg_stat_user_tables
             where relid = 'audit.audit_trail_entries'::regclass or n_tup_upd + n_tup_del > 0",
        )
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        assert_eq!(touched, 0, "an append changes no row");
        if inserted >= 100 {
            break;
        }
        tokio::task::yield_now().await;
    }
    // The newest entry is found on the last page of an index, whatever the snapshot sees.
    let plan: Vec<String> = sqlx::query_scalar(
        "explain (analyze, buffers, costs off, timing off, summary off)
         select seq from audit.audit_trail_entries order by seq desc limit 1",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert!(plan.iter().any(|line| line.contains("Index") && line.contains("Backward")), "{plan:?}");
    let seen: i64 = sqlx::query_scalar("select count(*) from audit.audit_trail_entries")
        .fetch_one(&mut *snapshot)
        .await
        .unwrap();
    assert_eq!(seen, 0, "the snapshot stays as it was");
}
