//! Who has seen what fails or warns.

use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::ids::RunId;
use crate::operations::acknowledge::{Acknowledgement, Why};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Row;

/// What stands of `run`, by check.
pub(in crate::operations) async fn of_run(db: &Db, run: RunId) -> Result<Vec<Acknowledgement>> {
    Ok(sqlx::query_as(
        "select check_key, left(actor, 200) as actor, at, reason, expires_at,
                coalesce(expires_at <= clock_timestamp(), false) as expired
         from operations.acknowledgements where run_id = $1 order by check_key",
    )
    .bind(run)
    .fetch_all(db.read())
    .await?)
}

/// What stands about one check.
pub(in crate::operations) async fn standing(
    change: &mut Change,
    run: RunId,
    check: &str,
) -> Result<Option<Acknowledgement>> {
    Ok(sqlx::query_as(
        "select check_key, left(actor, 200) as actor, at, reason, expires_at,
                coalesce(expires_at <= clock_timestamp(), false) as expired
         from operations.acknowledgements where run_id = $1 and check_key = $2",
    )
    .bind(run)
    .bind(check)
    .fetch_optional(change.connection())
    .await?)
}

/// What an acknowledgement needs to know of its run.
pub(in crate::operations) struct Reported {
    pub(in crate::operations) report: Option<Value>,
    pub(in crate::operations) category: Option<String>,
    pub(in crate::operations) now: DateTime<Utc>,
}

/// The report of `run`; none where there is no such run. A completed report changes no more, so that the
/// row needs no lock.
pub(in crate::operations) async fn reported(change: &mut Change, run: RunId) -> Result<Option<Reported>> {
    let row = sqlx::query(
        "select context->'verification_report' as report, left(context->>'category', 100) as category,
                clock_timestamp() as now
         from operations.operation_runs where id = $1",
    )
    .bind(run)
    .fetch_optional(change.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Reported {
        report: row.try_get("report")?,
        category: row.try_get("category")?,
        now: row.try_get("now")?,
    }))
}

/// Writes it; false where somebody else has acknowledged the check.
pub(in crate::operations) async fn insert(
    change: &mut Change,
    run: RunId,
    check: &str,
    why: &Why,
    until: Option<DateTime<Utc>>,
) -> Result<bool> {
    let key = change.key();
    let done = sqlx::query(
        "insert into operations.acknowledgements (run_id, check_key, reason, expires_at, deed_key)
         values ($1, $2, $3, $4, $5) on conflict (run_id, check_key) do nothing",
    )
    .bind(run)
    .bind(check)
    .bind(why.as_str())
    .bind(until)
    .bind(key)
    .execute(change.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether this very deed has written it.
pub(in crate::operations) async fn is_done(change: &mut Change) -> Result<bool> {
    let key = change.key();
    Ok(sqlx::query_scalar("select exists (select from operations.acknowledgements where deed_key = $1)")
        .bind(key)
        .fetch_one(change.connection())
        .await?)
}
