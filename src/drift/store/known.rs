//! What holds for all repositories: policies, and what is not counted.

use crate::chain::change::Change;
use crate::drift::glob::Glob;
use crate::drift::ignore::Ignore;
use crate::drift::policy::{Mode, Policy};
use crate::error::Result;
use sqlx::{PgConnection, Row};
use std::str::FromStr;

/// Policies, and rules about what is not counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// The policies, as they were loaded last.
    pub policies: Vec<Policy>,
    /// The rules that nobody has ended; when they end, they say themselves.
    pub ignores: Vec<Ignore>,
}

impl Known {
    /// The rules for `repo`.
    pub fn ignores_of(&self, repo: &str) -> Vec<Ignore> {
        self.ignores.iter().filter(|rule| rule.repos.matches_repo(repo)).cloned().collect()
    }
}

/// Reads them as they will stand with the change.
pub async fn known(change: &mut Change) -> Result<Known> {
    standing(change.connection()).await
}

/// Reads them as they stand.
pub(super) async fn standing(connection: &mut PgConnection) -> Result<Known> {
    Ok(Known { policies: policies(connection).await?, ignores: ignores(connection).await? })
}

async fn policies(connection: &mut PgConnection) -> Result<Vec<Policy>> {
    let rows = sqlx::query(
        "select name, globs, excepted, mode, priority, rank, body::text as body, source_file
         from trust.drift_policies order by rank",
    )
    .fetch_all(connection)
    .await?;
    let mut policies = Vec::with_capacity(rows.len());
    for row in rows {
        let globs = |column| -> Result<Vec<Glob>> {
            let texts: Vec<String> = row.try_get(column)?;
            // Only what reads as a glob was written.
            Ok(texts.iter().filter_map(|text| Glob::of_repos(text).ok()).collect())
        };
        let mode: Option<String> = row.try_get("mode")?;
        let desired = super::document(Some(row.try_get("body")?)).unwrap_or_default();
        policies.push(Policy {
            name: row.try_get("name")?,
            repos: globs("globs")?,
            excepted: globs("excepted")?,
            mode: mode.and_then(|mode| Mode::from_str(&mode).ok()),
            priority: row.try_get("priority")?,
            rank: row.try_get("rank")?,
            desired,
            file: row.try_get("source_file")?,
        });
    }
    Ok(policies)
}

async fn ignores(connection: &mut PgConnection) -> Result<Vec<Ignore>> {
    let rows = sqlx::query(
        "select id, repos, paths, reason, until, created_by from trust.drift_ignores
         where ended_at is null and until > clock_timestamp() order by id",
    )
    .fetch_all(connection)
    .await?;
    let mut ignores = Vec::with_capacity(rows.len());
    for row in rows {
        let (repos, paths): (String, String) = (row.try_get("repos")?, row.try_get("paths")?);
        let (Ok(repos), Ok(paths)) = (Glob::of_repos(&repos), Glob::of_paths(&paths)) else { continue };
        let (id, reason) = (row.try_get("id")?, row.try_get("reason")?);
        let (until, by) = (row.try_get("until")?, row.try_get("created_by")?);
        ignores.push(Ignore { id, repos, paths, reason, until, by });
    }
    Ok(ignores)
}
