//! Deeds that were done before.

use crate::chain::change::Change;
use crate::error::Result;
use crate::ids::EntrySeq;
use serde_json::Value;

/// The entry of the change's own deed, where an earlier try was through: its place and its payload.
pub async fn done_before(change: &mut Change) -> Result<Option<(EntrySeq, Value)>> {
    let key = change.key().to_string();
    Ok(sqlx::query_as(
        "select seq, payload from audit.audit_trail_entries where payload->>'idempotency_key' = $1",
    )
    .bind(key)
    .fetch_optional(change.connection())
    .await?)
}

/// A number that the payload of an entry names.
pub fn number(payload: &Value, name: &str) -> i64 {
    payload.get(name).and_then(Value::as_i64).unwrap_or_default()
}
