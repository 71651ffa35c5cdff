//! What people decided: desired values, rules about what is not counted, repositories that may wait.

use super::settle::Stored;
use crate::chain::change::Change;
use crate::db::Db;
use crate::drift::actions::IgnoreDeed;
use crate::drift::desired::DecidedKind;
use crate::drift::document::Json;
use crate::drift::path::Path;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use crate::operations::acknowledge::Why;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Who may append entries about drift, and whether this login is one of them.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Rights {
    /// The login.
    pub login: SafeText,
    /// Whether it may.
    pub may: bool,
    /// The roles that may.
    pub roles: SafeText,
}

/// Who may.
pub async fn rights(change: &mut Change) -> Result<Rights> {
    Ok(sqlx::query_as(
        "select session_user::text as login,
                coalesce(bool_or(pg_has_role(session_user, role, 'usage')), false) as may,
                coalesce(string_agg(role, ', ' order by role), '') as roles
         from audit.category_roles where category = 'drift'",
    )
    .fetch_one(change.connection())
    .await?)
}

/// Whether this very deed is in the chain already: its answer was lost.
pub async fn is_done(change: &mut Change) -> Result<bool> {
    Ok(entry_of(change).await?.is_some())
}

/// The entry of this very deed, where its answer was lost.
pub async fn entry_of(change: &mut Change) -> Result<Option<EntrySeq>> {
    let key = change.key().to_string();
    Ok(sqlx::query_scalar(
        "select seq from audit.audit_trail_entries where payload->>'idempotency_key' = $1 limit 1",
    )
    .bind(key)
    .fetch_optional(change.connection())
    .await?)
}

/// Whether a repository is held against anything.
pub async fn is_known(change: &mut Change, repo: &str) -> Result<bool> {
    let found: Option<bool> = sqlx::query_scalar(
        "select true from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
         where r.full_name = $1",
    )
    .bind(repo)
    .fetch_optional(change.connection())
    .await?;
    Ok(found.is_some())
}

/// Writes what a field of a locked repository should be; what was decided of it before gives way.
pub async fn put(
    change: &mut Change,
    stored: &Stored,
    path: &Path,
    value: Option<&Json>,
    kind: DecidedKind,
    why: &Why,
) -> Result<()> {
    let steps: Vec<_> = path.location().collect();
    let steps = serde_json::to_value(steps).map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
    let key = change.key();
    sqlx::query(
        "insert into trust.desired_values (repo_id, path, steps, value, kind, reason, deed_key)
         values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)
         on conflict (repo_id, path) do update
         set steps = excluded.steps, value = excluded.value, kind = excluded.kind, reason = excluded.reason,
             set_by = session_user, set_at = now(), deed_key = excluded.deed_key",
    )
    .bind(stored.repo_id)
    .bind(place(path))
    .bind(steps)
    .bind(value.map(Json::to_string))
    .bind(kind.word())
    .bind(why.as_str())
    .bind(key)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Takes away what was decided of a field; false where nothing was.
pub async fn remove(change: &mut Change, repo_id: i64, path: &Path) -> Result<bool> {
    let done = sqlx::query("delete from trust.desired_values where repo_id = $1 and path = $2")
        .bind(repo_id)
        .bind(place(path))
        .execute(change.connection())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// The field without a word for on which side it is alone: both ways of writing it are one decision.
fn place(path: &Path) -> String {
    Path::of_steps(path.location().cloned().collect()).to_string()
}

/// The rule that this very deed made, where its answer was lost.
pub async fn ignored_by(change: &mut Change) -> Result<Option<i64>> {
    let key = change.key();
    Ok(sqlx::query_scalar("select id from trust.drift_ignores where deed_key = $1")
        .bind(key)
        .fetch_optional(change.connection())
        .await?)
}

/// Writes a rule.
pub async fn ignore(change: &mut Change, deed: &IgnoreDeed) -> Result<i64> {
    let key = change.key();
    Ok(sqlx::query_scalar(
        "insert into trust.drift_ignores (repos, paths, reason, until, deed_key)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(deed.repos.as_str())
    .bind(deed.paths.as_str())
    .bind(deed.why.as_str())
    .bind(deed.until)
    .bind(key)
    .fetch_one(change.connection())
    .await?)
}

/// Ends a rule that holds; gives the repositories that it was for, nothing where there is none.
pub async fn end_ignore(change: &mut Change, id: i64) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "update trust.drift_ignores set ended_at = clock_timestamp(), ended_by = session_user
         where id = $1 and ended_at is null and until > clock_timestamp() returning repos",
    )
    .bind(id)
    .fetch_optional(change.connection())
    .await?)
}

/// Lets a repository wait; false where it is not known.
pub async fn snooze(
    change: &mut Change,
    repo: &str,
    until: Option<DateTime<Utc>>,
    why: &Why,
) -> Result<bool> {
    let done = sqlx::query(
        "update trust.policy_repo_configs c
         set snoozed_until = $2, snoozed_by = case when $2::timestamptz is null then null else session_user end,
             snooze_reason = case when $2::timestamptz is null then null else $3 end, version = version + 1
         from trust.repositories r where r.id = c.repo_id and r.full_name = $1",
    )
    .bind(repo)
    .bind(until)
    .bind(why.as_str())
    .execute(change.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A rule, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Rule {
    /// Its number.
    pub id: i64,
    /// The repositories.
    pub repos: SafeText,
    /// The fields.
    pub paths: SafeText,
    /// Why.
    pub reason: SafeText,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The login that decided.
    pub created_by: SafeText,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Whether it holds.
    pub holds: bool,
}

/// The rules, newest first; at most a thousand.
pub async fn rules(db: &Db) -> Result<Vec<Rule>> {
    Ok(sqlx::query_as(
        "select id, left(repos, 1024) as repos, left(paths, 4096) as paths, left(reason, 1024) as reason, until,
                left(created_by, 200) as created_by, created_at,
                ended_at is null and until > clock_timestamp() as holds
         from trust.drift_ignores order by id desc limit 1000",
    )
    .fetch_all(db.read())
    .await?)
}
