//! The audit chain: hashing, appending, refusals, rights.

use crate::support::database;
use attestor::chain::change::Change;
use attestor::chain::entry::{Category, NewEntry};
use attestor::ids::{DeedKey, EntrySeq};

#[tokio::test]
async fn a_change_commits_with_its_entry() {
    let database = database().await;
    let db = database.db();
    for seq in 1..=3 {
        let change = Change::begin(&db, DeedKey::fresh()).await.unwrap();
        let entry = NewEntry::new(Category::FindingTriage, "verdict_given", serde_json::Map::new());
        assert_eq!(change.commit(entry).await.unwrap(), EntrySeq(seq));
    }
}
