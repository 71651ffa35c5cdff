//! Repositories, what is worst first.

use super::fields::FIELDS;
use crate::db::Db;
use crate::db::page::Page;
use crate::drift::document::Json;
use crate::error::Result;
use crate::filter::{Filter, sql::push_where};
use crate::text::{SafeText, counted};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Postgres, QueryBuilder};

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 500;
/// Checks that a strip shows.
pub const STRIP_MAX: usize = 10;

/// A repository in one line.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Listed {
    /// Its number.
    pub repo_id: i64,
    /// Its name.
    pub repo: SafeText,
    /// Whether it is in sync; none where nobody can tell.
    pub in_sync: Option<bool>,
    /// The fields that drift, critical ones first; at most fifty.
    pub drift_fields: Vec<SafeText>,
    /// How many drift.
    pub drift_count: i32,
    /// How many of them are critical.
    pub critical_count: i32,
    /// How many differ and are ignored.
    pub ignored_count: i32,
    /// How many could not be read.
    pub unreadable_count: i32,
    /// What the reconciler does.
    pub mode: SafeText,
    /// The policies that are for it.
    pub policies: Vec<SafeText>,
    /// Since when it has been out of sync.
    pub drifted_since: Option<DateTime<Utc>>,
    /// When it was looked at.
    pub last_reconciled_at: Option<DateTime<Utc>>,
    /// Until when it may wait.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Why its last check failed.
    pub failure: Option<SafeText>,
    /// Whether anything is asked of it.
    pub is_managed: bool,
    /// Its last checks, the oldest first: `=` in sync, `d` drift, `c` corrected, `x` failed.
    pub strip: SafeText,
    /// How often it was written.
    pub version: i32,
}

/// The place of a row in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cursor {
    critical: i32,
    drift: i32,
    repo_id: i64,
}

impl Listed {
    /// How it stands, in a few words.
    pub fn standing(&self) -> String {
        let fields = |count: i32| counted(count, "field");
        match self.in_sync {
            _ if self.last_reconciled_at.is_none() => "not observed".to_owned(),
            _ if !self.is_managed => "nothing asked".to_owned(),
            Some(true) => "in sync".to_owned(),
            Some(false) if self.critical_count > 0 => {
                format!("{}, {} critical", fields(self.drift_count), self.critical_count)
            }
            Some(false) => fields(self.drift_count),
            None => "unreadable".to_owned(),
        }
    }

    /// Its place in the order of the list.
    pub fn cursor(&self) -> Cursor {
        Cursor { critical: self.critical_count, drift: self.drift_count, repo_id: self.repo_id }
    }
}

/// Which repositories.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which; all of them, where nothing is written.
    pub filter: Filter,
    /// The row that the page comes after.
    pub after: Option<Cursor>,
    /// How many; at most [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// From when ages count back.
    pub now: DateTime<Utc>,
}

const LISTED: &str = "
    select c.repo_id, left(r.full_name, 255) as repo, c.in_sync,
           coalesce((c.critical_fields || array(select f from unnest(c.drift_fields) f
                                                where f <> all (c.critical_fields)))[1:50], '{}') as drift_fields,
           c.drift_count, c.critical_count, cardinality(c.ignored_fields) as ignored_count,
           cardinality(c.unreadable_fields) as unreadable_count, c.mode, c.policies[1:50] as policies,
           c.drifted_since, c.last_reconciled_at, c.snoozed_until, left(c.failure, 2000) as failure,
           c.desired_state is not null as is_managed, c.version,
           coalesce((select string_agg(case when s.corrected then 'c' when s.outcome = 'synced' then '='
                                            when s.outcome = 'drifted' then 'd' else 'x' end, '' order by s.id)
                     from (select id, corrected, outcome from trust.reconciliation_results
                           where repo_id = c.repo_id order by checked_at desc, id desc limit 10) s), '') as strip
    from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
    where ";

/// A page of repositories: what is critical first, then what drifts most.
pub async fn page(db: &Db, query: &Query) -> Result<Page<Listed>> {
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(LISTED);
    push_where(&mut sql, &query.filter, &FIELDS, query.now);
    if let Some(after) = query.after {
        // Counts fall and numbers rise along the list.
        sql.push(" and (-c.critical_count, -c.drift_count, c.repo_id) > (");
        sql.push_bind(-after.critical).push(", ").push_bind(-after.drift).push(", ").push_bind(after.repo_id);
        sql.push(")");
    }
    sql.push(" order by c.critical_count desc, c.drift_count desc, c.repo_id limit ");
    sql.push_bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
    let rows = sql.build_query_as().fetch_all(db.read()).await?;
    Ok(Page::cut(rows, limit))
}

/// Hands each repository of a query to `take`, page by page.
pub async fn each(
    db: &Db,
    query: &Query,
    limit: Option<usize>,
    mut take: impl FnMut(Listed) -> Result<()>,
) -> Result<()> {
    let (mut query, mut left) = (query.clone(), limit.unwrap_or(usize::MAX));
    while left > 0 {
        query.limit = left.min(PAGE_ROWS_MAX);
        let page = page(db, &query).await?;
        left = left.saturating_sub(page.rows.len());
        query.after = page.rows.last().map(Listed::cursor);
        for row in page.rows {
            take(row)?;
        }
        if !page.more {
            return Ok(());
        }
    }
    Ok(())
}

/// The repositories of these numbers, as far as there are any.
pub async fn by_ids(db: &Db, ids: &[i64]) -> Result<Vec<Listed>> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(LISTED);
    sql.push("c.repo_id = any(").push_bind(ids.to_vec()).push(") order by c.repo_id");
    Ok(sql.build_query_as().fetch_all(db.read()).await?)
}

/// The names of the repositories of a filter, at most so many, the worst first.
pub async fn names(db: &Db, filter: &Filter, limit: usize, now: DateTime<Utc>) -> Result<Vec<String>> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "select r.full_name from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id where ",
    );
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" order by c.critical_count desc, c.drift_count desc, c.repo_id limit ");
    sql.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(sql.build_query_scalar().fetch_all(db.read()).await?)
}

/// How many repositories of a filter there are, and how many of them drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Counts {
    /// All of them.
    pub repos: i64,
    /// Those that drift.
    pub drifted: i64,
    /// Those with something critical.
    pub critical: i64,
    /// Those in sync.
    pub in_sync: i64,
}

/// Counts the repositories of a filter.
pub async fn counts(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Counts> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "select count(*) as repos, count(*) filter (where c.in_sync is false) as drifted,
                count(*) filter (where c.critical_count > 0) as critical, count(*) filter (where c.in_sync) as in_sync
         from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id where ",
    );
    push_where(&mut sql, filter, &FIELDS, now);
    Ok(sql.build_query_as().fetch_one(db.read()).await?)
}

/// A value as a line shows it: short, and visible.
pub fn brief(value: Option<&Json>) -> SafeText {
    const CHARS_MAX: usize = 200;
    match value {
        None => SafeText::new("–"),
        Some(value) => {
            let text = value.to_string();
            let short: String = text.chars().take(CHARS_MAX).collect();
            SafeText::new(&if short.len() < text.len() { format!("{short}…") } else { short })
        }
    }
}
