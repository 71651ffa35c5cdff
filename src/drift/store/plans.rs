//! Plans as they were reviewed, and what was done of them.

use crate::chain::change::Change;
use crate::db::Db;
use crate::drift::plan::{Plan, PlanHash};
use crate::error::{Error, Kind, Result};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use sqlx::Row;
use std::collections::BTreeSet;

/// A plan that is kept, in a line.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow)]
pub struct KeptPlan {
    /// Its hash.
    pub hash: String,
    /// How many repositories it corrects.
    pub repos: i32,
    /// How many fields it corrects.
    pub fields: i32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Who made it.
    pub made_by: SafeText,
    /// In how many repositories it was applied.
    pub applied: i64,
}

/// Keeps `plan`.
pub async fn keep(change: &mut Change, plan: &Plan) -> Result<()> {
    let key = change.key();
    sqlx::query(
        "insert into trust.drift_plans (hash, body, repos, fields, made_at, deed_key)
         values ($1, $2, $3, $4, $5, $6) on conflict (hash) do nothing",
    )
    .bind(plan.hash().as_str())
    .bind(plan.canonical())
    .bind(i32::try_from(plan.correctable()).unwrap_or(i32::MAX))
    .bind(i32::try_from(plan.fields()).unwrap_or(i32::MAX))
    .bind(plan.made_at)
    .bind(key)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// The plan of this hash, as it was reviewed.
///
/// # Errors
/// `NotFound` where none is kept; `Failed` where what is kept is not what was reviewed.
pub async fn plan(db: &Db, hash: &PlanHash) -> Result<Plan> {
    let row = sqlx::query("select body from trust.drift_plans where hash = $1")
        .bind(hash.as_str())
        .fetch_optional(db.read())
        .await?;
    let Some(row) = row else {
        return Err(Error::new(Kind::NotFound, format!("no plan {hash} was made here"))
            .hint("make one, and look at it: attestor drift plan"));
    };
    let plan = Plan::read(row.try_get("body")?)?;
    if plan.hash() != *hash {
        return Err(Error::new(
            Kind::Failed,
            format!("the plan {hash} was changed in the database after it was made"),
        )
        .hint("make a new one: attestor drift plan"));
    }
    Ok(plan)
}

/// The newest plans, at most `limit`.
pub async fn newest(db: &Db, limit: i64) -> Result<Vec<KeptPlan>> {
    Ok(sqlx::query_as(
        "select p.hash, p.repos, p.fields, p.made_at, left(p.made_by, 200) as made_by,
                (select count(*) from trust.drift_applications a where a.plan_hash = p.hash) as applied
         from trust.drift_plans p order by p.made_at desc, p.hash limit $1",
    )
    .bind(limit)
    .fetch_all(db.read())
    .await?)
}

/// The repositories in which a plan was applied.
pub async fn applied(db: &Db, hash: &PlanHash) -> Result<BTreeSet<String>> {
    let names: Vec<String> = sqlx::query_scalar(
        "select r.full_name from trust.drift_applications a join trust.repositories r on r.id = a.repo_id
         where a.plan_hash = $1",
    )
    .bind(hash.as_str())
    .fetch_all(db.read())
    .await?;
    Ok(names.into_iter().collect())
}

/// What a plan came to in a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Application<'a> {
    /// The plan.
    pub plan: &'a PlanHash,
    /// The repository.
    pub repo_id: i64,
    /// The run that did it.
    pub run: i64,
    /// Fields that were changed.
    pub changed: &'a [String],
    /// Fields that were as planned already.
    pub done: &'a [String],
}

/// Writes it, once and for good; false where it was written before.
pub async fn apply(change: &mut Change, application: &Application<'_>) -> Result<bool> {
    let key = change.key();
    let done = sqlx::query(
        "insert into trust.drift_applications (plan_hash, repo_id, run_id, changed, found_done, deed_key)
         values ($1, $2, $3, $4, $5, $6) on conflict (plan_hash, repo_id) do nothing",
    )
    .bind(application.plan.as_str())
    .bind(application.repo_id)
    .bind(application.run)
    .bind(application.changed)
    .bind(application.done)
    .bind(key)
    .execute(change.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}
