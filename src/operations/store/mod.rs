//! The SQL of operations.

pub mod acknowledgements;
pub mod fields;
pub mod list;
pub mod one;

use super::redact;
use super::run::{Identity, Outcome};
use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{DeedKey, RunId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many lost runs are completed at a time.
const LOST_MAX: i64 = 20;
/// Longest name that people call a run by.
const LABEL_CHARS_MAX: usize = 300;

/// An active run, as who asks for the same is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The run.
    pub id: RunId,
    /// The login that began it.
    pub started_by: SafeText,
    /// When it began.
    pub since: DateTime<Utc>,
    /// Whether its lease is past.
    pub(super) lost: bool,
    /// The key of the deed that began it.
    pub(super) deed_key: Option<DeedKey>,
}

/// Inserts a running run with a lease by the server's time; none where one of its identity is active.
pub(super) async fn insert(
    change: &mut Change,
    identity: &Identity,
    hash: &str,
    label: Option<&str>,
    lease: Duration,
) -> Result<Option<RunId>> {
    let kept = |fields: &BTreeMap<String, String>| redact::value(json!(fields));
    let context = json!({
        "category": identity.flow.category.word(),
        "deed_key": change.key(),
        "label": label.map(|label| redact::text(&label.chars().take(LABEL_CHARS_MAX).collect::<String>())),
        "scope": kept(&identity.scope),
        "inputs": kept(&identity.inputs),
    });
    // An insert of the same by somebody else is waited for until it is committed or not.
    Ok(sqlx::query_scalar(
        "insert into operations.operation_runs
             (user_id, type, status, outcome, context, run_identity_hash, started_at, lease_until)
         values (session_user, $1, 'running', 'pending', $2, $3, clock_timestamp(),
                 clock_timestamp() + make_interval(secs => $4))
         on conflict (tenant_id, run_identity_hash) where status in ('queued', 'running') do nothing
         returning id",
    )
    .bind(identity.flow.name)
    .bind(context)
    .bind(hash)
    .bind(lease.as_secs_f64())
    .fetch_optional(change.connection())
    .await?)
}

/// The active run of an identity.
pub(super) async fn active(change: &mut Change, hash: &str) -> Result<Option<Found>> {
    let row = sqlx::query(
        "select id, left(started_by, 200) as started_by, coalesce(started_at, created_at) as since,
                coalesce(lease_until < clock_timestamp(), false) as lost,
                left(context->>'deed_key', 36) as deed_key
         from operations.operation_runs
         where tenant_id = 0 and run_identity_hash = $1 and status in ('queued', 'running')",
    )
    .bind(hash)
    .fetch_optional(change.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key: Option<String> = row.try_get("deed_key")?;
    Ok(Some(Found {
        id: row.try_get("id")?,
        started_by: row.try_get("started_by")?,
        since: row.try_get("since")?,
        lost: row.try_get("lost")?,
        deed_key: key.and_then(|key| key.parse().ok()).map(DeedKey),
    }))
}

/// Runs of a flow whose lease is past, the oldest first.
pub(super) async fn lost(db: &Db, flow: &str) -> Result<Vec<RunId>> {
    Ok(sqlx::query_scalar(
        "select id from operations.operation_runs
         where status in ('queued', 'running') and lease_until < clock_timestamp() and type = $1
         order by id limit $2",
    )
    .bind(flow)
    .bind(LOST_MAX)
    .fetch_all(db.read())
    .await?)
}

/// Locks a run where its lease is past and nobody has completed it; false where that is not so.
pub(super) async fn lock_lost(change: &mut Change, run: RunId) -> Result<bool> {
    let found: Option<bool> = sqlx::query_scalar(
        "select true from operations.operation_runs
         where id = $1 and status in ('queued', 'running') and lease_until < clock_timestamp() for update",
    )
    .bind(run)
    .fetch_optional(change.connection())
    .await?;
    Ok(found.is_some())
}

/// Locks a run that is running, and gives the server's time; none where it is no longer running.
pub(super) async fn lock_running(change: &mut Change, run: RunId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar(
        "select clock_timestamp() from operations.operation_runs
         where id = $1 and status = 'running' for update",
    )
    .bind(run)
    .fetch_optional(change.connection())
    .await?)
}

/// Whether this very deed has completed the run: then its report, if it has one.
pub(super) async fn completed_by(change: &mut Change, run: RunId) -> Result<Option<Option<Value>>> {
    let key = change.key().to_string();
    Ok(sqlx::query_scalar(
        "select context->'verification_report' from operations.operation_runs
         where id = $1 and status = 'completed' and context->>'completed_key' = $2",
    )
    .bind(run)
    .bind(key)
    .fetch_optional(change.connection())
    .await?)
}

/// The newest run of an identity before `run` that has a report.
pub(super) async fn report_before(change: &mut Change, hash: &str, run: RunId) -> Result<Option<RunId>> {
    Ok(sqlx::query_scalar(
        "select id from operations.operation_runs
         where tenant_id = 0 and run_identity_hash = $1 and id < $2 and status = 'completed'
           and context->'verification_report' is not null
         order by id desc limit 1",
    )
    .bind(hash)
    .bind(run)
    .fetch_optional(change.connection())
    .await?)
}

/// How a run ended.
pub(super) struct Completion<'a> {
    pub(super) outcome: Outcome,
    pub(super) counts: &'a BTreeMap<&'a str, u64>,
    pub(super) failure: Option<&'a Value>,
    pub(super) report: Option<&'a Value>,
}

/// Completes a run, which `change` has locked.
pub(super) async fn complete(change: &mut Change, run: RunId, end: &Completion<'_>) -> Result<()> {
    let mut context = json!({"completed_key": change.key()});
    if let Some(report) = end.report {
        context["verification_report"] = report.clone();
    }
    sqlx::query(
        "update operations.operation_runs
         set status = 'completed', outcome = $2, summary_counts = $3, failure_summary = $4,
             context = coalesce(context, '{}') - 'progress' || $5,
             completed_at = clock_timestamp(), updated_at = clock_timestamp(), lease_until = null
         where id = $1",
    )
    .bind(run)
    .bind(end.outcome.word())
    .bind(json!(end.counts))
    .bind(end.failure)
    .bind(context)
    .execute(change.connection())
    .await?;
    Ok(())
}
