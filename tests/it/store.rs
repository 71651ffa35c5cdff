//! The schema of triage on a real server.

use crate::support::database;

#[tokio::test]
async fn a_database_is_migrated() {
    let database = database().await;
    let count: i64 = sqlx::query_scalar("select count(*) from triage.findings")
        .fetch_one(&mut database.superuser().await)
        .await
        .unwrap();
    assert_eq!(count, 0);
}
