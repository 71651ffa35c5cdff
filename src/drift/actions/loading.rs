//! Policies on their way into the database, all of them at once.

use super::{may, told};
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::policy::Policy;
use crate::drift::store::decisions;
use crate::drift::store::known::known;
use crate::drift::store::policies as store;
use crate::drift::store::settle;
use crate::error::Result;
use crate::ids::DeedKey;
use chrono::Utc;
use serde::Serialize;
use serde_json::json;

/// What loading came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// Policies that hold now.
    pub policies: usize,
    /// Those of them that are new or were changed.
    pub changed: Vec<String>,
    /// Those that held before and no longer do.
    pub removed: Vec<String>,
    /// Repositories that were compared again.
    pub repos: usize,
    /// Those of them that drift.
    pub drifted: usize,
}

/// Makes these the policies that hold, in place of all that held, and compares every repository again.
/// Repositories that nobody has observed become known when they are.
///
/// # Errors
/// [`Kind::Denied`](crate::error::Kind::Denied) where the login may not.
pub async fn load_policies(db: &Db, policies: &[Policy], key: DeedKey) -> Result<Loaded> {
    settled(db, key, |change| once(change, policies)).await
}

async fn once(mut change: Change, policies: &[Policy]) -> Result<Loaded> {
    may(&mut change, "load policies").await?;
    let done = decisions::is_done(&mut change).await?;
    let stored = settle::lock_all(&mut change).await?;
    let before = known(&mut change).await?.policies;
    let is_new = |policy: &&Policy| {
        !before
            .iter()
            .any(|old| Policy { file: policy.file.clone(), rank: policy.rank, ..old.clone() } == **policy)
    };
    let changed: Vec<String> = policies.iter().filter(is_new).map(|policy| policy.name.clone()).collect();
    let gone = |old: &&Policy| !policies.iter().any(|policy| policy.name == old.name);
    let removed: Vec<String> = before.iter().filter(gone).map(|policy| policy.name.clone()).collect();
    store::replace(&mut change, policies).await?;
    let known = known(&mut change).await?;
    let now = Utc::now();
    let mut written = Vec::with_capacity(stored.len());
    for one in stored {
        written.push(settle::settle(&mut change, one, None, &known, now).await?);
    }
    let drifted = written.iter().filter(|one| one.in_sync == Some(false)).count();
    let loaded = Loaded { policies: policies.len(), changed, removed, repos: written.len(), drifted };
    if done {
        return Ok(loaded);
    }
    let named: Vec<_> = policies
        .iter()
        .take(super::NAMED_MAX)
        .map(|policy| json!({"name": policy.name, "sha256": policy.body_sha256()}))
        .collect();
    let mut payload = told(&written);
    payload.insert("policies".into(), json!(named));
    payload.insert("policy_count".into(), json!(policies.len()));
    payload.insert("changed".into(), json!(loaded.changed.iter().take(super::NAMED_MAX).collect::<Vec<_>>()));
    payload.insert("removed".into(), json!(loaded.removed.iter().take(super::NAMED_MAX).collect::<Vec<_>>()));
    change.commit(NewEntry::new(Category::Drift, "drift_policies_loaded", payload)).await?;
    Ok(loaded)
}
