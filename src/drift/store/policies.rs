//! Policies as they are loaded.

use crate::chain::change::Change;
use crate::drift::glob::Glob;
use crate::drift::policy::Policy;
use crate::error::Result;

/// Puts these in the place of all that held.
pub async fn replace(change: &mut Change, policies: &[Policy]) -> Result<()> {
    sqlx::query("delete from trust.drift_policies").execute(change.connection()).await?;
    for policy in policies {
        insert(change, policy).await?;
    }
    Ok(())
}

async fn insert(change: &mut Change, policy: &Policy) -> Result<()> {
    let texts = |globs: &[Glob]| globs.iter().map(|glob| glob.as_str().to_owned()).collect::<Vec<_>>();
    sqlx::query(
        "insert into trust.drift_policies
             (name, globs, excepted, mode, priority, rank, body, source_file, body_sha256)
         values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9)",
    )
    .bind(&policy.name)
    .bind(texts(&policy.repos))
    .bind(texts(&policy.excepted))
    .bind(policy.mode.map(|mode| mode.word()))
    .bind(policy.priority)
    .bind(policy.rank)
    .bind(policy.desired.to_string())
    .bind(&policy.file)
    .bind(policy.body_sha256())
    .execute(change.connection())
    .await?;
    Ok(())
}
