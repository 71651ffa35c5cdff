//! Appending through the door: order, keys, limits in time, and what a change leaves behind.

use super::{assert_whole, rows};
use crate::support::{TestDatabase, database};
use attestor::chain::append::{entries_about, entry, entry_by_key};
use attestor::chain::change::Change;
use attestor::chain::entry::{Category, NewEntry};
use attestor::chain::settled::settled;
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::ids::{DeedKey, EntrySeq, FindingId};
use serde_json::{Map, json};
use sqlx::{ConnectOptions, Connection};
use std::sync::atomic::{AtomicU32, Ordering};

fn verdict(finding: i64) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("finding_id".to_owned(), json!(finding));
    NewEntry::new(Category::FindingTriage, "verdict_given", payload).about(Some("acme/api"), Some("4f2c91d"))
}

async fn commit(db: &Db, key: DeedKey, entry: NewEntry) -> attestor::error::Result<EntrySeq> {
    Change::begin(db, key).await?.commit(entry).await
}

#[tokio::test]
async fn a_change_commits_with_its_entry() {
    let database = database().await;
    let db = database.db();
    let keys = [DeedKey::fresh(), DeedKey::fresh(), DeedKey::fresh()];
    for (seq, key) in (1..).zip(keys) {
        assert_eq!(commit(&db, key, verdict(7)).await.unwrap(), EntrySeq(seq));
    }
    for (seq, key) in (1..).zip(keys) {
        assert_eq!(entry_by_key(&db, key).await.unwrap(), Some(EntrySeq(seq)));
    }
    assert_eq!(entry_by_key(&db, DeedKey::fresh()).await.unwrap(), None);
    let rows = rows(&mut database.superuser().await).await;
    assert_eq!(rows.len(), 3);
    assert_whole(&rows);
    let row = &rows[0];
    assert_eq!((&*row.actor, &*row.db_user, &*row.actor_type), ("tester", "tester", "human"));
    assert_eq!(row.framework, Category::FindingTriage.controls());
    assert_eq!(row.repo_full_name.as_deref(), Some("acme/api"));
}

#[tokio::test]
async fn entries_are_read_back() {
    let database = database().await;
    let db = database.db();
    for finding in [7, 70, 7, -7, 7] {
        commit(&db, DeedKey::fresh(), verdict(finding)).await.unwrap();
    }
    let about = entries_about(&db, FindingId(7), 2).await.unwrap();
    assert_eq!(about.iter().map(|e| e.seq.0).collect::<Vec<_>>(), [5, 3], "the newest two");
    assert_eq!(&*about[0].event_type, "verdict_given");
    assert_eq!(about[0].by(), "tester");
    let fourth = entry(&db, EntrySeq(4)).await.unwrap().unwrap();
    assert!(fourth.payload.contains("\"finding_id\": -7"), "{}", fourth.payload);
    assert!(entry(&db, EntrySeq(6)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_dropped_change_leaves_nothing() {
    let database = database().await;
    let db = database.db();
    drop(Change::begin(&db, DeedKey::fresh()).await.unwrap());
    assert_eq!(commit(&db, DeedKey::fresh(), verdict(1)).await.unwrap(), EntrySeq(1));
    assert_eq!(rows(&mut database.superuser().await).await.len(), 1);
}

#[tokio::test]
async fn a_key_is_used_once() {
    let database = database().await;
    let db = database.db();
    let key = DeedKey::fresh();
    commit(&db, key, verdict(1)).await.unwrap();
    let again = commit(&db, key, verdict(1)).await.unwrap_err();
    assert_eq!((again.kind(), again.to_string().as_str()), (Kind::Conflict, "this was done already"));
    assert_eq!(commit(&db, DeedKey::fresh(), verdict(2)).await.unwrap(), EntrySeq(2), "no gap is left");
    assert_whole(&rows(&mut database.superuser().await).await);
}

#[tokio::test]
async fn a_read_only_connection_begins_no_change() {
    let database = database().await;
    let db = Db::lazy(database.options(), Access::ReadOnly);
    assert_eq!(Change::begin(&db, DeedKey::fresh()).await.err().map(|e| e.kind()), Some(Kind::Denied));
}

/// The backend of a change is killed before it commits, `deaths` times.
async fn settled_after(database: &TestDatabase, deaths: u32) -> (EntrySeq, u32) {
    let db = database.db();
    let (tries, db) = (AtomicU32::new(0), &db);
    let settled = settled(db, DeedKey::fresh(), async |change| {
        if tries.fetch_add(1, Ordering::Relaxed) < deaths {
            kill_writers(database).await;
        }
        change.commit(verdict(1)).await
    })
    .await
    .unwrap();
    (settled, tries.into_inner())
}

async fn kill_writers(database: &TestDatabase) {
    sqlx::query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and usename = 'tester' and state = 'idle in transaction'",
    )
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_deed_whose_connection_was_lost_is_done_once() {
    let database = database().await;
    assert_eq!(settled_after(&database, 0).await, (EntrySeq(1), 1));
    assert_eq!(settled_after(&database, 2).await, (EntrySeq(2), 3));
    assert_whole(&rows(&mut database.superuser().await).await);
}

#[tokio::test]
async fn a_deed_that_was_done_before_its_answer_was_lost_is_found_by_its_key() {
    let database = database().await;
    let db = database.db();
    let key = DeedKey::fresh();
    let done = settled(&db, key, async |change| {
        if let Some(seq) = entry_by_key(&db, key).await? {
            return Ok(seq);
        }
        // The commit arrives, its answer does not.
        change.commit(verdict(1)).await?;
        Err(attestor::error::Error::new(Kind::NoDatabase, "the connection was lost"))
    });
    assert_eq!(done.await.unwrap(), EntrySeq(1));
    assert_eq!(rows(&mut database.superuser().await).await.len(), 1);
}

#[tokio::test]
async fn who_holds_the_chain_cannot_hold_it_for_ever() {
    let database = database().await;
    let mut plain = database.options().connect().await.unwrap();
    let mut transaction = plain.begin().await.unwrap();
    let limits =
        "select current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')";
    let append = "select audit.append_entry('finding_triage', 'x', 'human', '{}')";
    sqlx::raw_sql(append).execute(&mut *transaction).await.unwrap();
    let set: (String, String) = sqlx::query_as(limits).fetch_one(&mut *transaction).await.unwrap();
    assert_eq!(set, ("10s".to_owned(), "30s".to_owned()));
    transaction.rollback().await.unwrap();
    let after: (String, String) = sqlx::query_as(limits).fetch_one(&mut plain).await.unwrap();
    assert_eq!(after, ("0".to_owned(), "0".to_owned()), "they hold for the transaction");

    sqlx::raw_sql("set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '5s'")
        .execute(&mut plain)
        .await
        .unwrap();
    let mut transaction = plain.begin().await.unwrap();
    sqlx::raw_sql(append).execute(&mut *transaction).await.unwrap();
    let set: (String, String) = sqlx::query_as(limits).fetch_one(&mut *transaction).await.unwrap();
    assert_eq!(set, ("2s".to_owned(), "5s".to_owned()), "a stricter client stays stricter");
}
