//! The SQL of operations.

pub mod acknowledgements;
pub mod fields;
pub mod list;
pub mod one;

use super::redact;
use super::run::{Identity, Outcome};
use crate::chain::bookkeeping::{Bookkeeping, Note, Statement};
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
    /// Whether its end is entered.
    pub(super) entries: Entries,
}

/// Whether the beginning and the end of a run are entries of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entries {
    /// They are.
    Written,
    /// What it does is an entry itself, or nobody's decision.
    None,
}

fn entries(written: bool) -> Entries {
    if written { Entries::Written } else { Entries::None }
}

/// What a running run is begun with.
#[derive(Debug, Clone)]
pub(super) struct Beginning<'a> {
    pub(super) flow: &'a str,
    pub(super) hash: &'a str,
    pub(super) context: Value,
    pub(super) lease: Duration,
}

impl<'a> Beginning<'a> {
    /// The beginning of a run that people call `label`, under the key of its deed.
    pub(super) fn of(
        identity: &'a Identity,
        hash: &'a str,
        label: Option<&str>,
        entries: Entries,
        key: DeedKey,
        lease: Duration,
    ) -> Self {
        let kept = |fields: &BTreeMap<String, String>| redact::value(json!(fields));
        let label = label.map(|label| redact::text(&label.chars().take(LABEL_CHARS_MAX).collect::<String>()));
        let context = json!({
            "category": identity.flow.category.word(),
            "entries": entries == Entries::Written,
            "deed_key": key,
            "label": label,
            "scope": kept(&identity.scope),
            "inputs": kept(&identity.inputs),
        });
        Beginning { flow: identity.flow.name, hash, context, lease }
    }

    fn bind<'q>(self, note: Statement<'q>) -> Statement<'q> {
        note.bind(self.flow.to_owned())
            .bind(self.context)
            .bind(self.hash.to_owned())
            .bind(self.lease.as_secs_f64())
    }
}

/// Inserts a running run with a lease by the server's time; none where one of its identity is active.
pub(super) async fn insert(change: &mut Change, beginning: Beginning<'_>) -> Result<Option<RunId>> {
    let insert = beginning.bind(sqlx::query(Note::RunBegun.sql()));
    let row = insert.fetch_optional(change.connection()).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The same without an entry.
pub(super) async fn insert_quietly(db: &Db, beginning: Beginning<'_>) -> Result<Option<RunId>> {
    let id = Bookkeeping::of(db)?.number(Note::RunBegun, |note| beginning.bind(note)).await?;
    Ok(id.map(RunId))
}

/// The active run of an identity.
pub(super) async fn active(db: &Db, hash: &str) -> Result<Option<Found>> {
    let row = sqlx::query(
        "select id, left(started_by, 200) as started_by, coalesce(started_at, created_at) as since,
                coalesce(lease_until < clock_timestamp(), false) as lost,
                left(context->>'deed_key', 36) as deed_key, coalesce(context->>'entries' = 'true', false) as entries
         from operations.operation_runs
         where tenant_id = 0 and run_identity_hash = $1 and status in ('queued', 'running')",
    )
    .bind(hash)
    .fetch_optional(db.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key: Option<String> = row.try_get("deed_key")?;
    Ok(Some(Found {
        id: row.try_get("id")?,
        started_by: row.try_get("started_by")?,
        since: row.try_get("since")?,
        lost: row.try_get("lost")?,
        deed_key: key.and_then(|key| key.parse().ok()).map(DeedKey),
        entries: entries(row.try_get("entries")?),
    }))
}

/// Runs of a flow whose lease is past, the oldest first.
pub(super) async fn lost(db: &Db, flow: &str) -> Result<Vec<(RunId, Entries)>> {
    let rows: Vec<(RunId, bool)> = sqlx::query_as(
        "select id, coalesce(context->>'entries' = 'true', false) from operations.operation_runs
         where status in ('queued', 'running') and lease_until < clock_timestamp() and type = $1
         order by id limit $2",
    )
    .bind(flow)
    .bind(LOST_MAX)
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(|(id, written)| (id, entries(written))).collect())
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

/// Locks a run that is running; false where it is no longer.
pub(super) async fn lock_running(change: &mut Change, run: RunId) -> Result<bool> {
    let found: Option<bool> = sqlx::query_scalar(
        "select true from operations.operation_runs where id = $1 and status = 'running' for update",
    )
    .bind(run)
    .fetch_optional(change.connection())
    .await?;
    Ok(found.is_some())
}

/// Whether this very deed has completed the run.
pub(super) async fn is_completed_by(change: &mut Change, run: RunId) -> Result<bool> {
    let key = change.key().to_string();
    let found: Option<bool> = sqlx::query_scalar(
        "select true from operations.operation_runs
         where id = $1 and status = 'completed' and context->>'completed_key' = $2",
    )
    .bind(run)
    .bind(key)
    .fetch_optional(change.connection())
    .await?;
    Ok(found.is_some())
}

/// The newest run of an identity before `run` that has a report, and the server's time.
pub(super) async fn report_before(db: &Db, hash: &str, run: RunId) -> Result<(Option<RunId>, DateTime<Utc>)> {
    Ok(sqlx::query_as(
        "select (select id from operations.operation_runs
                 where tenant_id = 0 and run_identity_hash = $1 and id < $2 and status = 'completed'
                   and context->'verification_report' is not null
                 order by id desc limit 1), clock_timestamp()",
    )
    .bind(hash)
    .bind(run)
    .fetch_one(db.read())
    .await?)
}

/// How a run ended.
#[derive(Debug, Clone)]
pub(super) struct Completion {
    pub(super) outcome: Outcome,
    pub(super) counts: Value,
    pub(super) failure: Option<Value>,
    pub(super) report: Option<Value>,
}

impl Completion {
    fn bind<'q>(&self, note: Statement<'q>, run: RunId, key: DeedKey) -> Statement<'q> {
        let mut context = json!({"completed_key": key});
        if let Some(report) = &self.report {
            context["verification_report"] = report.clone();
        }
        note.bind(run)
            .bind(self.outcome.word())
            .bind(self.counts.clone())
            .bind(self.failure.clone())
            .bind(context)
    }
}

/// Completes a run, which `change` has locked.
pub(super) async fn complete(change: &mut Change, run: RunId, end: &Completion) -> Result<()> {
    let key = change.key();
    end.bind(sqlx::query(Note::RunEnded.sql()), run, key).execute(change.connection()).await?;
    Ok(())
}

/// The same without an entry; false where the run has ended already.
pub(super) async fn complete_quietly(db: &Db, run: RunId, end: &Completion) -> Result<bool> {
    let key = DeedKey::fresh();
    Ok(Bookkeeping::of(db)?.write(Note::RunEnded, |note| end.bind(note, run, key)).await? == 1)
}

/// Completes a run without an entry where its lease is past; false where it is not.
pub(super) async fn bury_quietly(db: &Db, run: RunId, end: &Completion) -> Result<bool> {
    let key = DeedKey::fresh();
    Ok(Bookkeeping::of(db)?.write(Note::RunLost, |note| end.bind(note, run, key)).await? == 1)
}
