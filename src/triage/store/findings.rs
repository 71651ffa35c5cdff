//! Lists of findings: pages, counts, targets of a deed, and all of them as a stream.

pub use super::query::{Cursor, Order, PAGE_ROWS_MAX, Query, Sort, SortKey};

use super::fields::FIELDS;
use super::query::{push_conditions, push_select};
use super::{LISTED, THREAT};
use crate::chain::change::Change;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::{Error, Kind, Result};
use crate::filter::{Filter, sql::push_where};
use crate::ids::{FindingId, Version};
use crate::triage::feedback::{TARGETS_MAX, Target};
use crate::triage::finding::Finding;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::{FromRow, PgConnection, QueryBuilder};
use std::fmt;

/// How far [`count`] counts.
pub const COUNT_MAX: i64 = 100_000;

/// How many rows there are, as far as it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// More than these.
    MoreThan(u64),
}

impl fmt::Display for Count {
    /// As the screen says it: `3,041`, or `100,000+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, more) = match self {
            Count::Exactly(count) => (count, ""),
            Count::MoreThan(count) => (count, "+"),
        };
        let digits = count.to_string();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(more)
    }
}

/// A page of findings. Page N costs what the first one costs: it starts in the index.
pub async fn list(db: &Db, query: &Query) -> Result<Page<Finding>> {
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let mut sql = QueryBuilder::default();
    push_select(&mut sql, query, Some(limit + 1));
    let rows = sql.build_query_as().fetch_all(db.read()).await?;
    Ok(Page::cut(rows, limit))
}

/// How the database will find a page, as EXPLAIN tells it.
pub async fn plan(db: &Db, query: &Query) -> Result<String> {
    let mut sql = QueryBuilder::new("explain ");
    push_select(&mut sql, query, Some(query.limit + 1));
    let lines: Vec<String> = sql.build_query_scalar().fetch_all(db.read()).await?;
    Ok(lines.join("\n"))
}

/// Hands every finding to `visit`, as they come: one statement, one snapshot, constant memory. The
/// limit of `query` does not hold here; `rows_max` does.
pub async fn each(
    db: &Db,
    query: &Query,
    rows_max: Option<usize>,
    mut visit: impl FnMut(Finding) -> Result<()>,
) -> Result<()> {
    let mut transaction = db.read().begin().await?;
    // Whoever reads may be slow, as a pager is; the server still notices when they are gone.
    sqlx::raw_sql("set local statement_timeout = 0").execute(&mut *transaction).await?;
    let mut sql = QueryBuilder::default();
    push_select(&mut sql, query, rows_max);
    let mut rows = sql.build().fetch(&mut *transaction);
    while let Some(row) = rows.try_next().await? {
        visit(Finding::from_row(&row)?)?;
    }
    Ok(())
}

/// How many findings `filter` lets through, counted as far as [`COUNT_MAX`].
pub async fn count(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Count> {
    count_after(db, &Query::first(filter.clone(), 0, now)).await
}

/// How many findings come after the cursor of `query`, counted as far as [`COUNT_MAX`]. In the
/// reversed order, that is how many stand before the row.
pub async fn count_after(db: &Db, query: &Query) -> Result<Count> {
    let mut sql = QueryBuilder::new("select count(*) from (select from triage.findings f where ");
    push_conditions(&mut sql, query);
    sql.push(" limit ").push_bind(COUNT_MAX + 1).push(") as counted");
    let count: i64 = sql.build_query_scalar().fetch_one(db.read()).await?;
    let counted = u64::try_from(count.min(COUNT_MAX)).unwrap_or(0);
    Ok(if count > COUNT_MAX { Count::MoreThan(counted) } else { Count::Exactly(counted) })
}

/// The findings that `filter` lets through, with the versions that the person is about to decide on.
///
/// # Errors
/// `Usage` where they are more than [`TARGETS_MAX`].
pub async fn targets(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Vec<Target>> {
    let mut sql = QueryBuilder::new("select f.id, f.version from triage.findings f where ");
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" order by f.id limit ").push_bind(TARGETS_MAX as i64 + 1);
    let rows: Vec<(FindingId, Version)> = sql.build_query_as().fetch_all(db.read()).await?;
    if rows.len() > TARGETS_MAX {
        let what =
            format!("the filter lets more than {TARGETS_MAX} findings through; no more are decided at once");
        return Err(Error::new(Kind::Usage, what).hint("narrow the filter, and decide in several steps"));
    }
    Ok(rows.into_iter().map(|(finding, version)| Target { finding, version }).collect())
}

/// The versions of these findings as they are now, in the order of their ids.
///
/// # Errors
/// `NotFound` where one does not exist.
pub async fn targets_by_ids(db: &Db, ids: &[FindingId]) -> Result<Vec<Target>> {
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(FindingId, Version)> =
        sqlx::query_as("select id, version from triage.findings where id = any($1) order by id")
            .bind(numbers)
            .fetch_all(db.read())
            .await?;
    if let Some(missing) = ids.iter().find(|id| rows.binary_search_by_key(id, |(row, _)| row).is_err()) {
        return Err(Error::new(Kind::NotFound, format!("there is no finding #{missing}")));
    }
    Ok(rows.into_iter().map(|(finding, version)| Target { finding, version }).collect())
}

/// The number of the newest finding; none where there is no finding at all.
pub async fn newest(db: &Db) -> Result<Option<FindingId>> {
    Ok(sqlx::query_scalar("select max(id) from triage.findings").fetch_one(db.read()).await?)
}

/// Those of these findings that exist, in the order of their ids.
pub async fn find(db: &Db, ids: &[FindingId]) -> Result<Vec<Finding>> {
    by_ids(&mut *db.read().acquire().await?, ids).await
}

/// These findings as `change` leaves them, in the order of their ids.
pub async fn changed(change: &mut Change, ids: &[FindingId]) -> Result<Vec<Finding>> {
    by_ids(change.connection(), ids).await
}

pub(super) async fn by_ids(connection: &mut PgConnection, ids: &[FindingId]) -> Result<Vec<Finding>> {
    let mut sql = QueryBuilder::new("select p.*, t.epss, t.kev from (select ");
    sql.push(LISTED).push(" from triage.findings f where f.id = any(");
    sql.push_bind(ids.iter().map(|id| id.0).collect::<Vec<_>>());
    sql.push(")) p ").push(THREAT).push(" order by p.id");
    Ok(sql.build_query_as().fetch_all(connection).await?)
}
