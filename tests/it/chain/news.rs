//! News of the chain: what is appended is heard, what may have been missed is said.

use crate::support::{TestDatabase, database};
use attestor::chain::change::Change;
use attestor::chain::entry::{Category, NewEntry};
use attestor::db::listen::{News, listen};
use attestor::ids::{DeedKey, EntrySeq};
use tokio::sync::mpsc::{Receiver, channel};

fn appended(seq: i64) -> News {
    News::Appended { seq: EntrySeq(seq), category: "finding_triage".into() }
}

async fn append(database: &TestDatabase) {
    let entry = NewEntry::new(Category::FindingTriage, "verdict_given", serde_json::Map::new());
    Change::begin(&database.db(), DeedKey::fresh()).await.unwrap().commit(entry).await.unwrap();
}

async fn next(news: &mut Receiver<News>) -> News {
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, news.recv()).await.expect("news within a minute").unwrap()
}

async fn kill_listener(database: &TestDatabase) {
    sqlx::query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and usename = 'tester' and query ilike 'listen%'",
    )
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_are_heard_and_a_lost_connection_is_said() {
    let database = database().await;
    let (sender, mut news) = channel(16);
    let listener = tokio::spawn(listen(database.db(), sender));
    assert_eq!(next(&mut news).await, News::Stale, "from here on nothing is missed unsaid");
    append(&database).await;
    append(&database).await;
    assert_eq!([next(&mut news).await, next(&mut news).await], [appended(1), appended(2)]);
    kill_listener(&database).await;
    let after = [next(&mut news).await, next(&mut news).await, next(&mut news).await];
    assert_eq!(after, [News::Lost, News::Back, News::Stale]);
    append(&database).await;
    assert_eq!(next(&mut news).await, appended(3));
    drop(news);
    listener.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_is_missed_and_said_so() {
    let database = database().await;
    let (sender, mut news) = channel(1);
    let listener = tokio::spawn(listen(database.db(), sender));
    assert_eq!(next(&mut news).await, News::Stale);
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(
        "select count(audit.append_entry('finding_triage', 'x', 'human', '{}')) from generate_series(1, 200)",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    append(&database).await;
    // However much of it fitted: where a place is left out, that was said before the next one is told.
    let (mut last, mut said) = (0, false);
    while last < 201 {
        match next(&mut news).await {
            News::Stale => said = true,
            News::Appended { seq, .. } => {
                assert!(seq.0 == last + 1 || (said && seq.0 > last), "{last}, then {seq}");
                (last, said) = (seq.0, false);
            }
            other => panic!("{other:?}"),
        }
        if said && news.is_empty() && last < 201 {
            append(&database).await;
        }
    }
    drop(news);
    listener.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_notifications_are_a_hint_at_most() {
    let database = database().await;
    let (sender, mut news) = channel(16);
    let listener = tokio::spawn(listen(database.db(), sender));
    assert_eq!(next(&mut news).await, News::Stale);
    sqlx::raw_sql("notify attestor_audit, 'nonsense'; notify attestor_audit; notify elsewhere, '1 x'")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    append(&database).await;
    let heard = [next(&mut news).await, next(&mut news).await, next(&mut news).await];
    assert_eq!(heard, [News::Stale, News::Stale, appended(1)]);
    drop(news);
    listener.await.unwrap();
}

/// A standby cannot notify, so it is asked; promoted, it tells by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_asked_and_told_of_after_its_promotion() {
    use crate::support::Scratch;
    use attestor::db::local::{Cluster, Tuning};
    use attestor::db::{Access, Db};
    use sqlx::ConnectOptions;

    let scratch = Scratch::new();
    let cluster = Cluster::at(&scratch.path().join("standby")).unwrap();
    let cluster = cluster.login_as("tester").tuned(Tuning::Fleeting);
    let lease = cluster.lease().await.unwrap();
    lease.prepare_database("one").await.unwrap();
    lease.end().await.unwrap();
    std::fs::write(cluster.layout().data().join("standby.signal"), "").unwrap();
    let lease = cluster.lease().await.unwrap();
    let db = Db::lazy(lease.options("one"), Access::ReadWrite);
    let login = db.login().await.unwrap();
    assert!(login.in_recovery && login.read_only, "{login:?}");

    let (sender, mut news) = channel(16);
    let listener = tokio::spawn(listen(db.clone(), sender));
    assert_eq!(next(&mut news).await, News::Stale);
    let mut superuser = lease.superuser("one").connect().await.unwrap();
    let promoted: bool = sqlx::query_scalar("select pg_promote()").fetch_one(&mut superuser).await.unwrap();
    assert!(promoted);
    assert_eq!(next(&mut news).await, News::Stale, "it listens now");
    let entry = NewEntry::new(Category::FindingTriage, "verdict_given", serde_json::Map::new());
    Change::begin(&db, DeedKey::fresh()).await.unwrap().commit(entry).await.unwrap();
    assert_eq!(next(&mut news).await, appended(1));
    drop(news);
    listener.await.unwrap();
}
