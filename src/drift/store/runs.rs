//! Runs of the reconciler: begun, gone on with, ended, and what they came to.

use crate::chain::change::Change;
use crate::db::Db;
use crate::drift::plan::PlanHash;
use crate::drift::policy::Mode;
use crate::drift::reconcile::Counters;
use crate::error::Result;
use sqlx::Row;
use std::collections::BTreeSet;

/// What a run is begun with.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning<'a> {
    /// `scheduler` or `manual`.
    pub triggered_by: &'a str,
    /// What it does about what it finds.
    pub mode: Mode,
    /// How many repositories it may correct.
    pub correct_max: Option<usize>,
    /// The plan that it applies.
    pub plan: Option<&'a PlanHash>,
    /// What makes the run the same as another, as operations know it.
    pub identity: &'a str,
}

/// A run that is begun, or gone on with.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// Its number.
    pub id: i64,
    /// Whether a process that was killed began it.
    pub resumed: bool,
    /// The repositories that it has checked already.
    pub checked: BTreeSet<String>,
    /// How many it has corrected already.
    pub corrected: usize,
}

/// Begins a run; or goes on with the one of the same plan that has not ended. Where it `was_begun` by this
/// very deed, that is the run.
pub async fn begin(change: &mut Change, beginning: &Beginning<'_>, was_begun: bool) -> Result<Begun> {
    let open = match beginning.plan {
        Some(plan) => open_run(change, plan).await?,
        None if was_begun => run_of(change, beginning.identity).await?,
        None => None,
    };
    if let Some(id) = open {
        // What failed there is tried again; what is settled stays.
        let rows = sqlx::query(
            "select r.full_name, s.corrected from trust.reconciliation_results s
             join trust.repositories r on r.id = s.repo_id
             where s.run_id = $1 and s.outcome <> 'failed'",
        )
        .bind(id)
        .fetch_all(change.connection())
        .await?;
        let mut begun = Begun { id, resumed: true, checked: BTreeSet::new(), corrected: 0 };
        for row in rows {
            begun.checked.insert(row.try_get("full_name")?);
            begun.corrected += usize::from(row.try_get::<bool, _>("corrected")?);
        }
        return Ok(begun);
    }
    let id = sqlx::query_scalar(
        "insert into trust.reconciliation_runs
             (triggered_by, repos_checked, repos_synced, repos_drifted, repos_corrected, repos_failed, mode,
              correct_max, plan_hash, operation_run_id, started_at)
         values ($1, 0, 0, 0, 0, 0, $2, $3, $4,
                 (select o.id from operations.operation_runs o
                  where o.run_identity_hash = $5 and o.status = 'running' order by o.id desc limit 1),
                 clock_timestamp())
         returning id",
    )
    .bind(beginning.triggered_by)
    .bind(beginning.mode.word())
    .bind(beginning.correct_max.map(|max| i32::try_from(max).unwrap_or(i32::MAX)))
    .bind(beginning.plan.map(PlanHash::as_str))
    .bind(beginning.identity)
    .fetch_one(change.connection())
    .await?;
    Ok(Begun { id, resumed: false, checked: BTreeSet::new(), corrected: 0 })
}

async fn run_of(change: &mut Change, identity: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "select r.id from trust.reconciliation_runs r join operations.operation_runs o on o.id = r.operation_run_id
         where o.run_identity_hash = $1 and o.status = 'running' order by r.id desc limit 1",
    )
    .bind(identity)
    .fetch_optional(change.connection())
    .await?)
}

async fn open_run(change: &mut Change, plan: &PlanHash) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "select id from trust.reconciliation_runs
         where plan_hash = $1 and finished_at is null order by id for update",
    )
    .bind(plan.as_str())
    .fetch_optional(change.connection())
    .await?)
}

/// Counts what a run came to so far, by its results, and writes it; `ends` it too.
pub async fn count(change: &mut Change, run: i64, ends: Ends) -> Result<Counters> {
    let row = sqlx::query(
        "update trust.reconciliation_runs u
         set repos_checked = n.checked, repos_synced = n.synced, repos_drifted = n.drifted,
             repos_corrected = n.corrected, repos_failed = n.failed,
             finished_at = case when $2 then clock_timestamp() end
         from (select count(*) as checked,
                      count(*) filter (where outcome = 'synced') as synced,
                      count(*) filter (where outcome = 'drifted') as drifted,
                      count(*) filter (where outcome = 'drifted' and corrected) as corrected,
                      count(*) filter (where outcome = 'failed') as failed
               from trust.reconciliation_results where run_id = $1) as n
         where u.id = $1
         returning n.checked, n.synced, n.drifted, n.corrected, n.failed",
    )
    .bind(run)
    .bind(ends == Ends::Yes)
    .fetch_one(change.connection())
    .await?;
    let number = |name: &str| row.try_get::<i64, _>(name).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(Counters {
        checked: number("checked")?,
        synced: number("synced")?,
        drifted: number("drifted")?,
        corrected: number("corrected")?,
        failed: number("failed")?,
    })
}

/// Whether a run ends with what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It ends.
    Yes,
    /// It goes on.
    No,
}

/// A run of the reconciler, in a line.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow)]
pub struct ReconciliationRun {
    /// Its number.
    pub id: i64,
    /// `scheduler` or `manual`, as it was written.
    pub triggered_by: Option<crate::text::SafeText>,
    /// What it did about what it found.
    pub mode: String,
    /// When it began.
    pub started_at: chrono::DateTime<chrono::Utc>,
    /// When it ended; none: under way, or killed.
    pub finished_at: Option<chrono::DateTime<chrono::Utc>>,
    /// How many it looked at.
    pub repos_checked: Option<i32>,
    /// In how many of them all was as it should be.
    pub repos_synced: Option<i32>,
    /// In how many something differed.
    pub repos_drifted: Option<i32>,
    /// In how many of these something was put right.
    pub repos_corrected: Option<i32>,
    /// How many could not be looked at.
    pub repos_failed: Option<i32>,
    /// The plan that it applied.
    pub plan_hash: Option<String>,
}

/// The newest runs, at most `limit`.
pub async fn newest(db: &Db, limit: i64) -> Result<Vec<ReconciliationRun>> {
    Ok(sqlx::query_as(
        "select id, left(triggered_by, 200) as triggered_by, mode, started_at, finished_at, repos_checked,
                repos_synced, repos_drifted, repos_corrected, repos_failed, plan_hash
         from trust.reconciliation_runs order by id desc limit $1",
    )
    .bind(limit)
    .fetch_all(db.read())
    .await?)
}
