//! How repositories stand: read under their locks, compared, written with what is new in their history.

use super::known::Known;
use super::results::{Check, CheckOutcome};
use crate::chain::change::Change;
use crate::drift::desired::{Decided, DecidedKind, Desired};
use crate::drift::diff::{Diff, Unreadable};
use crate::drift::document::Document;
use crate::drift::history::{News, Open, Seen, news};
use crate::drift::observation::Observation;
use crate::drift::path::{Path, Step};
use crate::drift::policy::{self, Mode};
use crate::drift::schema::Tier;
use crate::error::Result;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::BTreeMap;
use std::str::FromStr;

/// A repository, whose row is locked.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its number.
    pub repo_id: i64,
    /// Its name.
    pub repo: String,
    /// How often it was written.
    pub version: i32,
    /// What the reconciler does about it.
    pub mode: Mode,
    /// What a producer or a person wrote whole.
    pub base: Option<Document>,
    /// What was observed last.
    pub observed: Option<Document>,
    /// What of it could not be read.
    pub unreadable: Vec<Unreadable>,
    /// When that was.
    pub checked_at: Option<DateTime<Utc>>,
    /// The values that people decided on.
    pub decided: Vec<Decided>,
    drifted_since: Option<DateTime<Utc>>,
    open: Vec<Open>,
}

/// How a repository stands after it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Its number.
    pub repo_id: i64,
    /// Its name.
    pub repo: String,
    /// What it should be; empty where nothing is asked of it.
    pub desired: Desired,
    /// What was observed; nothing where nobody has looked.
    pub observed: Option<Document>,
    /// Field by field; without fields where nobody has looked.
    pub diff: Diff,
    /// The column `in_sync`.
    pub in_sync: Option<bool>,
    /// What the reconciler does about it.
    pub mode: Mode,
    /// Whether the observation was older than the one that stands, and was left out.
    pub outdated: bool,
}

impl Settled {
    /// What the check came to, for its row.
    pub fn check(&self, run: Option<i64>) -> Check {
        // Where nothing is asked, nothing can differ.
        let asked = !self.desired.document.0.is_empty();
        let outcome = if asked { CheckOutcome::of(self.in_sync) } else { CheckOutcome::Synced };
        let unread = outcome == CheckOutcome::Failed;
        Check {
            run,
            repo_id: self.repo_id,
            outcome,
            drift_fields: self.diff.drift_fields(),
            critical: self.critical(),
            corrected: Vec::new(),
            message: unread.then(|| "not everything that is asked for could be read".to_owned()),
        }
    }

    /// How many of the fields that drift are critical.
    pub fn critical(&self) -> usize {
        self.diff.drift().filter(|field| field.tier == Tier::Critical).count()
    }
}

/// Locks these repositories in the order of their numbers. Those that nobody knew become known.
pub async fn lock(change: &mut Change, repos: &[String]) -> Result<Vec<Stored>> {
    sqlx::query(
        "insert into trust.repositories (full_name) select distinct unnest($1::text[]) order by 1
         on conflict (full_name) do nothing",
    )
    .bind(repos)
    .execute(change.connection())
    .await?;
    sqlx::query(
        "insert into trust.policy_repo_configs (repo_id)
         select id from trust.repositories where full_name = any($1) order by id
         on conflict (repo_id) do nothing",
    )
    .bind(repos)
    .execute(change.connection())
    .await?;
    read(change, Some(repos)).await
}

/// Locks all repositories that are held against anything.
pub async fn lock_all(change: &mut Change) -> Result<Vec<Stored>> {
    read(change, None).await
}

async fn read(change: &mut Change, repos: Option<&[String]>) -> Result<Vec<Stored>> {
    let rows = sqlx::query(
        "select c.repo_id, r.full_name, c.version, c.mode, c.last_reconciled_at, c.drifted_since,
                -- What somebody else wrote there since is the new ground under the policies.
                case when c.desired_state is not null and md5(c.desired_state::text) is distinct from c.composed_md5
                     then c.desired_state::text else c.base_state::text end as base,
                c.observed_state::text as observed, c.unreadable
         from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
         where $1::text[] is null or r.full_name = any($1)
         order by c.id for update of c",
    )
    .bind(repos)
    .fetch_all(change.connection())
    .await?;
    let mut stored = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
    let ids: Vec<i64> = stored.iter().map(|one| one.repo_id).collect();
    let mut open = open_spells(change, &ids).await?;
    let mut decided = decided(change, &ids).await?;
    for one in &mut stored {
        one.open = open.remove(&one.repo_id).unwrap_or_default();
        one.decided = decided.remove(&one.repo_id).unwrap_or_default();
    }
    Ok(stored)
}

fn row(row: &PgRow) -> Result<Stored> {
    let mode: String = row.try_get("mode")?;
    Ok(Stored {
        repo_id: row.try_get("repo_id")?,
        repo: row.try_get("full_name")?,
        version: row.try_get("version")?,
        mode: Mode::from_str(&mode).unwrap_or_default(),
        base: super::document(row.try_get("base")?),
        observed: super::document(row.try_get("observed")?),
        unreadable: unreadable(&row.try_get("unreadable")?),
        checked_at: row.try_get("last_reconciled_at")?,
        decided: Vec::new(),
        drifted_since: row.try_get("drifted_since")?,
        open: Vec::new(),
    })
}

/// What the column `unreadable` holds.
pub(super) fn unreadable(value: &Value) -> Vec<Unreadable> {
    let of = |entry: &Value| {
        let path = Path::from_str(entry.get("path")?.as_str()?).ok()?;
        Some(Unreadable { path, reason: entry.get("reason")?.as_str()?.to_owned() })
    };
    value.as_array().into_iter().flatten().filter_map(of).collect()
}

async fn open_spells(change: &mut Change, ids: &[i64]) -> Result<BTreeMap<i64, Vec<Open>>> {
    let rows = sqlx::query(
        "select id, repo_id, path, outcome, tier, desired::text as desired, observed::text as observed
         from trust.drift_history where repo_id = any($1) and until is null order by id",
    )
    .bind(ids)
    .fetch_all(change.connection())
    .await?;
    let mut open: BTreeMap<i64, Vec<Open>> = BTreeMap::new();
    for row in rows {
        open.entry(row.try_get("repo_id")?).or_default().push(Open {
            id: row.try_get("id")?,
            path: row.try_get("path")?,
            outcome: row.try_get("outcome")?,
            tier: row.try_get("tier")?,
            desired: super::json(row.try_get("desired")?),
            observed: super::json(row.try_get("observed")?),
        });
    }
    Ok(open)
}

async fn decided(change: &mut Change, ids: &[i64]) -> Result<BTreeMap<i64, Vec<Decided>>> {
    let rows = sqlx::query(
        "select repo_id, steps, value::text as value, kind, reason, left(set_by, 200) as set_by, set_at
         from trust.desired_values where repo_id = any($1) order by id",
    )
    .bind(ids)
    .fetch_all(change.connection())
    .await?;
    let mut decided: BTreeMap<i64, Vec<Decided>> = BTreeMap::new();
    for row in rows {
        if let Some(value) = decided_of(&row)? {
            decided.entry(row.try_get("repo_id")?).or_default().push(value);
        }
    }
    Ok(decided)
}

/// A row of `desired_values`; nothing where its steps cannot be understood.
pub(super) fn decided_of(row: &PgRow) -> Result<Option<Decided>> {
    let steps: Value = row.try_get("steps")?;
    let Ok(steps) = serde_json::from_value::<Vec<Step>>(steps) else { return Ok(None) };
    let kind: String = row.try_get("kind")?;
    Ok(Some(Decided {
        path: Path::of_steps(steps),
        value: super::json(row.try_get("value")?),
        kind: if kind == "accepted" { DecidedKind::Accepted } else { DecidedKind::Set },
        reason: row.try_get("reason")?,
        by: row.try_get("set_by")?,
        at: row.try_get("set_at")?,
    }))
}

/// Writes how a repository stands now: after `observation`, or after what is asked of it changed.
///
/// An observation that is older than the one that stands changes nothing.
pub async fn settle(
    change: &mut Change,
    stored: Stored,
    observation: Option<&Observation>,
    known: &Known,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let fresh = observation.filter(|seen| stored.checked_at.is_none_or(|before| before <= seen.at.min(now)));
    let outdated = observation.is_some() && fresh.is_none();
    let policies = policy::of_repo(&known.policies, &stored.repo);
    let desired = Desired::of(stored.base.as_ref(), &policies, &stored.decided);
    let (document, unreadable) = match fresh {
        Some(seen) => (Some(&seen.document), &seen.unreadable),
        None => (stored.observed.as_ref(), &stored.unreadable),
    };
    let ignores = known.ignores_of(&stored.repo);
    let diff = match document {
        Some(document) => Diff::of(&desired.document, document, unreadable, &ignores, now),
        None => Diff::default(),
    };
    let is_asked = document.is_some() && !desired.document.0.is_empty();
    let in_sync = if is_asked { diff.standing().in_sync() } else { None };
    let at = fresh.map_or(now, |seen| seen.at.min(now));
    let mode = policies.iter().rev().find_map(|policy| policy.mode).unwrap_or(stored.mode);
    let settled = Settled {
        repo_id: stored.repo_id,
        repo: stored.repo.clone(),
        observed: document.cloned(),
        diff,
        in_sync,
        mode,
        outdated,
        desired,
    };
    let names: Vec<String> = policies.iter().map(|policy| policy.name.clone()).collect();
    let drifted_since = (in_sync == Some(false)).then(|| stored.drifted_since.unwrap_or(at));
    write(change, &stored, &settled, &names, unreadable, fresh.map(|_| at), drifted_since).await?;
    if let Some(document) = &settled.observed {
        let actors = fresh.map(|seen| seen.actors.clone()).unwrap_or_default();
        let seen = Seen {
            before: stored.observed.as_ref(),
            observed: document,
            desired: &settled.desired.document,
            actors: &actors,
        };
        let news = news(&stored.open, &settled.diff, &seen);
        write_news(change, stored.repo_id, &news, at).await?;
    }
    Ok(settled)
}

async fn write(
    change: &mut Change,
    stored: &Stored,
    settled: &Settled,
    policies: &[String],
    unreadable: &[Unreadable],
    checked_at: Option<DateTime<Utc>>,
    drifted_since: Option<DateTime<Utc>>,
) -> Result<()> {
    use crate::drift::diff::Outcome;
    let diff = &settled.diff;
    let desired = (!settled.desired.document.0.is_empty()).then(|| settled.desired.document.to_string());
    let unreadable: Vec<Value> =
        unreadable.iter().map(|hidden| json!({"path": hidden.path, "reason": hidden.reason})).collect();
    let critical = diff.paths(|field| field.is_drift() && field.tier == Tier::Critical);
    let drift = diff.drift_fields();
    sqlx::query(
        "update trust.policy_repo_configs
         set desired_state = $2::text::jsonb, composed_md5 = md5($2::text::jsonb::text), base_state = $3::text::jsonb,
             observed_state = $4::text::jsonb, in_sync = $5, drift_fields = $6, critical_fields = $7,
             ignored_fields = $8, unreadable_fields = $9, low_fields = $10, critical_count = cardinality($7::text[]),
             drift_count = cardinality($6::text[]), policies = $11, mode = $12, unreadable = $13,
             last_reconciled_at = coalesce($14, last_reconciled_at), drifted_since = $15,
             failure = case when $14::timestamptz is null then failure end, version = version + 1
         where repo_id = $1",
    )
    .bind(stored.repo_id)
    .bind(desired)
    .bind(stored.base.as_ref().map(Document::to_string))
    .bind(settled.observed.as_ref().map(Document::to_string))
    .bind(settled.in_sync)
    .bind(&drift)
    .bind(&critical)
    .bind(diff.paths(|field| matches!(field.outcome, Outcome::Ignored { .. })))
    .bind(diff.paths(|field| matches!(field.outcome, Outcome::Unreadable { .. })))
    .bind(diff.paths(|field| field.outcome == Outcome::Drift && field.tier == Tier::Low))
    .bind(policies)
    .bind(settled.mode.word())
    .bind(Value::Array(unreadable))
    .bind(checked_at)
    .bind(drifted_since)
    .execute(change.connection())
    .await?;
    Ok(())
}

async fn write_news(change: &mut Change, repo_id: i64, news: &News, at: DateTime<Utc>) -> Result<()> {
    if !news.ended.is_empty() {
        sqlx::query("update trust.drift_history set until = greatest($2, since) where id = any($1)")
            .bind(&news.ended)
            .bind(at)
            .execute(change.connection())
            .await?;
    }
    if news.begun.is_empty() {
        return Ok(());
    }
    let begun = &news.begun;
    sqlx::query(
        "insert into trust.drift_history (repo_id, path, outcome, tier, desired, observed, changed, was, since, actor)
         select $1, n.path, n.outcome, n.tier, n.desired::jsonb, n.observed::jsonb, n.changed, n.was::jsonb, $2, n.actor
         from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::text[], $10::text[])
              as n (path, outcome, tier, desired, observed, changed, was, actor)",
    )
    .bind(repo_id)
    .bind(at)
    .bind(begun.iter().map(|one| one.path.clone()).collect::<Vec<_>>())
    .bind(begun.iter().map(|one| one.outcome).collect::<Vec<_>>())
    .bind(begun.iter().map(|one| one.tier.word()).collect::<Vec<_>>())
    .bind(super::texts(begun.iter().map(|one| one.desired.clone())))
    .bind(super::texts(begun.iter().map(|one| one.observed.clone())))
    .bind(begun.iter().map(|one| one.changed.is_some()).collect::<Vec<_>>())
    .bind(super::texts(begun.iter().map(|one| one.changed.clone().flatten())))
    .bind(begun.iter().map(|one| one.actor.clone()).collect::<Vec<_>>())
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Writes that a repository could not be checked. What was known of it stands.
pub async fn failed(change: &mut Change, repo: &str, why: &str) -> Result<i64> {
    let stored = lock(change, std::slice::from_ref(&repo.to_owned())).await?;
    let repo_id = stored.first().map_or(0, |one| one.repo_id);
    sqlx::query("update trust.policy_repo_configs set failure = left($2, 2000), version = version + 1 where repo_id = $1")
        .bind(repo_id)
        .bind(why)
        .execute(change.connection())
        .await?;
    Ok(repo_id)
}
