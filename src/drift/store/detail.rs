//! One repository with all its fields.
//!
//! The fields are compared when they are asked for, so that a rule that has ended meanwhile counts no more.

use super::known::standing;
use super::list::{Listed, by_ids};
use super::settle::{decided_of, unreadable};
use crate::db::Db;
use crate::drift::desired::{Decided, Desired, Source};
use crate::drift::diff::{Diff, Field, Outcome};
use crate::drift::document::{Document, Json};
use crate::drift::policy;
use crate::drift::tug::{Tug, Turn, tug};
use crate::error::Result;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Row};
use std::collections::BTreeMap;

/// Spells that the history of a field shows.
pub const SPELLS_MAX: i64 = 100;
/// Changes of a repository that are searched for tugs-of-war.
const TURNS_MAX: i64 = 5_000;

/// A repository with all its fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detail {
    /// Its row in the list.
    #[serde(flatten)]
    pub row: Listed,
    /// Field by field, what is critical first; matching ones too.
    pub fields: Vec<FieldDetail>,
    /// Who let it wait, and why.
    pub snooze: Option<(SafeText, SafeText)>,
    /// What it should be.
    pub desired_state: Document,
    /// What was observed; none where nobody has looked.
    pub observed_state: Option<Document>,
}

/// A field, and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldDetail {
    /// The field itself.
    #[serde(flatten)]
    pub field: Field,
    /// Where its desired value comes from.
    pub sources: Vec<Source>,
    /// Since when it has stood so.
    pub since: Option<DateTime<Utc>>,
    /// Who made it so, where the source tells.
    pub actor: Option<SafeText>,
    /// Who pulls at it.
    pub tug: Option<Tug>,
}

/// How a field stood for a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spell {
    /// The field.
    pub path: SafeText,
    /// match, drift or ignored.
    pub outcome: SafeText,
    /// What it should be.
    pub desired: Option<Json>,
    /// What it was.
    pub observed: Option<Json>,
    /// From when.
    pub since: DateTime<Utc>,
    /// Until when; none: it stands so.
    pub until: Option<DateTime<Utc>>,
    /// Who made it so, where the source tells.
    pub actor: Option<SafeText>,
}

/// The number of a repository.
pub async fn id_of(db: &Db, repo: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "select c.repo_id from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
         where lower(r.full_name) = lower($1) order by r.full_name = $1 desc, c.repo_id limit 1",
    )
    .bind(repo)
    .fetch_optional(db.read())
    .await?)
}

/// A repository by its number; none where there is no such one.
pub async fn detail(db: &Db, repo_id: i64, now: DateTime<Utc>) -> Result<Option<Detail>> {
    let Some(row) = by_ids(db, &[repo_id]).await?.into_iter().next() else { return Ok(None) };
    let mut connection = db.read().acquire().await?;
    let stored = sqlx::query(
        "select r.full_name, case when c.desired_state is not null
                                   and md5(c.desired_state::text) is distinct from c.composed_md5
                              then c.desired_state::text else c.base_state::text end as base,
                c.observed_state::text as observed, c.unreadable, left(c.snoozed_by, 200) as snoozed_by,
                left(c.snooze_reason, 1024) as snooze_reason
         from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id where c.repo_id = $1",
    )
    .bind(repo_id)
    .fetch_one(&mut *connection)
    .await?;
    let name: String = stored.try_get("full_name")?;
    let known = standing(&mut connection).await?;
    let decided = decided(&mut connection, repo_id).await?;
    let base = super::document(stored.try_get("base")?);
    let desired = Desired::of(base.as_ref(), &policy::of_repo(&known.policies, &name), &decided);
    let observed = super::document(stored.try_get("observed")?);
    let hidden = unreadable(&stored.try_get("unreadable")?);
    let diff = match &observed {
        Some(observed) => Diff::of(&desired.document, observed, &hidden, &known.ignores_of(&name), now),
        None => Diff::default(),
    };
    let spells = open(&mut connection, repo_id).await?;
    let turns = turns(&mut connection, repo_id).await?;
    let of_field = |field: Field| {
        let path = field.path.to_string();
        let (since, actor) = match (spells.get(&path), &field.outcome) {
            (Some((since, actor)), Outcome::Drift | Outcome::Ignored { .. }) => (Some(*since), actor.clone()),
            _ => (None, None),
        };
        let tug = turns.get(&path).and_then(|turns| tug(turns, now));
        let sources = desired.source(&field.path).into_iter().cloned().collect();
        FieldDetail { sources, since, actor, tug, field }
    };
    let snooze = match (stored.try_get("snoozed_by")?, stored.try_get("snooze_reason")?) {
        (Some(by), Some(reason)) => Some((by, reason)),
        _ => None,
    };
    Ok(Some(Detail {
        row,
        fields: diff.fields.into_iter().map(of_field).collect(),
        snooze,
        desired_state: desired.document.clone(),
        observed_state: observed,
    }))
}

/// The history of a field, newest first.
pub async fn history(db: &Db, repo_id: i64, path: &str) -> Result<Vec<Spell>> {
    let rows = sqlx::query(
        "select left(path, 4096) as path, outcome, desired::text as desired, observed::text as observed, since,
                until, left(actor, 200) as actor
         from trust.drift_history where repo_id = $1 and path = $2 order by id desc limit $3",
    )
    .bind(repo_id)
    .bind(path)
    .bind(SPELLS_MAX)
    .fetch_all(db.read())
    .await?;
    let spell = |row: sqlx::postgres::PgRow| {
        Ok(Spell {
            path: row.try_get("path")?,
            outcome: row.try_get("outcome")?,
            desired: super::json(row.try_get("desired")?),
            observed: super::json(row.try_get("observed")?),
            since: row.try_get("since")?,
            until: row.try_get("until")?,
            actor: row.try_get("actor")?,
        })
    };
    rows.into_iter().map(spell).collect()
}

/// The fields of a repository that are pulled back and forth at `now`: they are not to be corrected.
pub async fn tugs(
    connection: &mut PgConnection,
    repo_id: i64,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, Tug>> {
    let turns = turns(connection, repo_id).await?;
    Ok(turns.into_iter().filter_map(|(path, turns)| Some((path, tug(&turns, now)?))).collect())
}

async fn decided(connection: &mut PgConnection, repo_id: i64) -> Result<Vec<Decided>> {
    let rows = sqlx::query(
        "select steps, value::text as value, kind, reason, left(set_by, 200) as set_by, set_at
         from trust.desired_values where repo_id = $1 order by id",
    )
    .bind(repo_id)
    .fetch_all(connection)
    .await?;
    rows.iter().filter_map(|row| decided_of(row).transpose()).collect()
}

/// Since when each field stands as it does, and who made it so.
async fn open(
    connection: &mut PgConnection,
    repo_id: i64,
) -> Result<BTreeMap<String, (DateTime<Utc>, Option<SafeText>)>> {
    let rows: Vec<(String, DateTime<Utc>, Option<SafeText>)> = sqlx::query_as(
        "select path, since, left(actor, 200) from trust.drift_history where repo_id = $1 and until is null",
    )
    .bind(repo_id)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(path, since, actor)| (path, (since, actor))).collect())
}

/// The changes of the last two days, by field, the oldest first.
async fn turns(connection: &mut PgConnection, repo_id: i64) -> Result<BTreeMap<String, Vec<Turn>>> {
    let rows = sqlx::query(
        "select path, since, was::text as was, observed::text as observed, left(actor, 200) as actor
         from trust.drift_history
         where repo_id = $1 and changed and since > clock_timestamp() - interval '2 days' order by id limit $2",
    )
    .bind(repo_id)
    .bind(TURNS_MAX)
    .fetch_all(connection)
    .await?;
    let mut turns: BTreeMap<String, Vec<Turn>> = BTreeMap::new();
    for row in rows {
        turns.entry(row.try_get("path")?).or_default().push(Turn {
            at: row.try_get("since")?,
            was: super::json(row.try_get("was")?),
            is: super::json(row.try_get("observed")?),
            actor: row.try_get("actor")?,
        });
    }
    Ok(turns)
}
