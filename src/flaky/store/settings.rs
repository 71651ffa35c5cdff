//! The thresholds that hold for everyone.

use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::flaky::state::Thresholds;
use sqlx::{PgConnection, Row};

/// The thresholds as they stand.
pub async fn thresholds(db: &Db) -> Result<Thresholds> {
    read(&mut *db.read().acquire().await?).await
}

/// The thresholds as they stand, held against change until `change` ends.
pub async fn held(change: &mut Change) -> Result<Thresholds> {
    sqlx::query("select from trust.flaky_settings for share").execute(change.connection()).await?;
    read(change.connection()).await
}

/// The same, for who is about to set others.
pub async fn locked(change: &mut Change) -> Result<Thresholds> {
    sqlx::query("select from trust.flaky_settings for update").execute(change.connection()).await?;
    read(change.connection()).await
}

/// Sets the thresholds.
pub async fn set(change: &mut Change, thresholds: Thresholds) -> Result<()> {
    sqlx::query("update trust.flaky_settings set score = $1, commits = $2")
        .bind(thresholds.score)
        .bind(i32::try_from(thresholds.commits).unwrap_or(i32::MAX))
        .execute(change.connection())
        .await?;
    Ok(())
}

async fn read(connection: &mut PgConnection) -> Result<Thresholds> {
    let row =
        sqlx::query("select score, commits from trust.flaky_settings").fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(Thresholds::default()) };
    let commits: i32 = row.try_get("commits")?;
    Ok(Thresholds { score: row.try_get("score")?, commits: u64::try_from(commits).unwrap_or(2) })
}
