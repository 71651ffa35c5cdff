//! What deeds have done already.

use crate::chain::change::Change;
use crate::error::Result;

/// Whether the deed of `change` was done before: the answer to its commit was lost then.
pub async fn is_done(change: &mut Change) -> Result<bool> {
    let key = change.key();
    Ok(sqlx::query_scalar(
        "select exists (select from audit.audit_trail_entries where payload->>'idempotency_key' = $1)",
    )
    .bind(key.to_string())
    .fetch_one(change.connection())
    .await?)
}
