//! What was appended: entries by the key of their deed, by their place, and about a finding.

use super::entry::Entry;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{DeedKey, EntrySeq, FindingId};

/// The entry of the deed `key`, where it was done.
///
/// Nothing found means not done so far: a commit whose answer was lost may still be on its way. What
/// settles that is to do the deed again under its key, see [`settled`](super::settled::settled).
pub async fn entry_by_key(db: &Db, key: DeedKey) -> Result<Option<EntrySeq>> {
    Ok(sqlx::query_scalar("select seq from audit.audit_trail_entries where payload->>'idempotency_key' = $1")
        .bind(key.to_string())
        .fetch_optional(db.read())
        .await?)
}

/// The entry at `seq`.
pub async fn entry(db: &Db, seq: EntrySeq) -> Result<Option<Entry>> {
    Ok(sqlx::query_as(
        "select seq, occurred_at, category, event_type, actor, actor_type, db_user, repo_full_name, pr_number,
                commit_sha, framework, control_id, payload::text as payload, prev_hash, entry_hash
         from audit.audit_trail_entries where seq = $1",
    )
    .bind(seq)
    .fetch_optional(db.read())
    .await?)
}

/// The newest `limit` entries whose payload names the finding, newest first.
///
/// A deed on many findings is one entry that names their count: it is found by its key, which the rows
/// of the deed carry.
pub async fn entries_about(db: &Db, finding: FindingId, limit: u32) -> Result<Vec<Entry>> {
    // The expression is the index's, word for word.
    Ok(sqlx::query_as(
        "select seq, occurred_at, category, event_type, actor, actor_type, db_user, repo_full_name, pr_number,
                commit_sha, framework, control_id, payload::text as payload, prev_hash, entry_hash
         from audit.audit_trail_entries
         where left(payload->>'finding_id', 20) = $1 and payload->>'finding_id' is not null
         order by seq desc limit $2",
    )
    .bind(finding.to_string())
    .bind(i64::from(limit))
    .fetch_all(db.read())
    .await?)
}
