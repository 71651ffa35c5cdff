//! The repositories that a run is about, with what is asked of them.

use super::fields::FIELDS;
use super::known::{Known, known, standing};
use crate::chain::change::Change;
use crate::db::Db;
use crate::drift::desired::Desired;
use crate::drift::diff::{Diff, Unreadable};
use crate::drift::document::{Document, Json};
use crate::drift::path::Path;
use crate::drift::policy;
use crate::drift::tug::{Tug, Turn, WITHIN, tug};
use crate::error::Result;
use crate::filter::{Filter, sql::push_where};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder, Row};
use std::collections::BTreeMap;

/// Policies and rules as they stand under a change.
pub async fn known_under(change: &mut Change) -> Result<Known> {
    known(change).await
}

/// A repository, and what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Its name.
    pub repo: String,
    /// What it should be.
    pub desired: Document,
    /// How what was observed last differs from that; none where nobody has looked.
    pub diff: Option<Diff>,
}

/// The names of the repositories that something is asked of and that match `filter`, in their order.
pub async fn asked_of(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Vec<String>> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "select r.full_name from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
         where c.desired_state is not null and ",
    );
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" order by r.full_name collate \"C\"");
    Ok(sql.build_query_scalar().fetch_all(db.read()).await?)
}

/// These repositories as they stand; one that nobody knows yet has what policies say of its name.
pub async fn subjects(db: &Db, names: &[String], now: DateTime<Utc>) -> Result<Vec<Subject>> {
    let mut connection = db.read().acquire().await?;
    let known = standing(&mut connection).await?;
    let rows = sqlx::query(
        "select r.full_name, c.desired_state::text as desired, c.observed_state::text as observed, c.unreadable
         from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
         where r.full_name = any($1)",
    )
    .bind(names)
    .fetch_all(&mut *connection)
    .await?;
    let mut stored = BTreeMap::new();
    for row in rows {
        let unreadable: Vec<Unreadable> = super::settle::unreadable(&row.try_get("unreadable")?);
        let documents = (super::document(row.try_get("desired")?), super::document(row.try_get("observed")?));
        stored.insert(row.try_get::<String, _>("full_name")?, (documents, unreadable));
    }
    let subject = |repo: &String| {
        let ((desired, observed), unreadable) = stored.remove(repo).unwrap_or_default();
        let policies = || Desired::of(None, &policy::of_repo(&known.policies, repo), &[]).document;
        let desired = desired.unwrap_or_else(policies);
        let ignores = known.ignores_of(repo);
        let diff = observed.map(|observed| Diff::of(&desired, &observed, &unreadable, &ignores, now));
        Subject { repo: repo.clone(), desired, diff }
    };
    Ok(names.iter().map(subject).collect())
}

/// The fields of these repositories over which two sides pull at `now`.
pub async fn contested(
    db: &Db,
    names: &[String],
    now: DateTime<Utc>,
) -> Result<BTreeMap<(String, String), Tug>> {
    let rows = sqlx::query(
        "select r.full_name, h.path, h.since, h.was::text as was, h.observed::text as observed,
                left(h.actor, 200) as actor
         from trust.drift_history h join trust.repositories r on r.id = h.repo_id
         where h.changed and h.since > $2 and r.full_name = any($1)
         order by h.repo_id, h.path, h.id",
    )
    .bind(names)
    .bind(now - WITHIN)
    .fetch_all(db.read())
    .await?;
    let mut turns: BTreeMap<(String, String), Vec<Turn>> = BTreeMap::new();
    for row in rows {
        let json = |name: &str| -> Result<Option<Json>> { Ok(super::json(row.try_get(name)?)) };
        let turn = Turn {
            at: row.try_get("since")?,
            was: json("was")?,
            is: json("observed")?,
            actor: row.try_get("actor")?,
        };
        turns.entry((row.try_get("full_name")?, row.try_get("path")?)).or_default().push(turn);
    }
    Ok(turns.into_iter().filter_map(|(field, turns)| Some((field, tug(&turns, now)?))).collect())
}

/// Whether `path` of `repo` is one of those.
pub fn is_contested(contested: &BTreeMap<(String, String), Tug>, repo: &str, path: &Path) -> bool {
    contested.contains_key(&(repo.to_owned(), path.to_string()))
}
