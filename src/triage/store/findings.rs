//! Lists of findings: pages, counts, targets of a deed, and all of them as a stream.

use super::fields::FIELDS;
use super::{LISTED, THREAT};
use crate::chain::change::Change;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::{Error, Kind, Result};
use crate::filter::{Filter, sql::push_where};
use crate::ids::{FindingId, Version};
use crate::triage::feedback::{TARGETS_MAX, Target};
use crate::triage::finding::{Finding, Severity};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use std::fmt;

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// How far [`count`] counts.
pub const COUNT_MAX: i64 = 100_000;

/// Which findings, in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which; all of them, where nothing is written.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The row that the page comes after.
    pub after: Option<Cursor>,
    /// How many rows; at most [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// From when ages count back.
    pub now: DateTime<Utc>,
}

impl Query {
    /// The first page of the riskiest findings that `filter` lets through.
    pub fn first(filter: Filter, limit: usize, now: DateTime<Utc>) -> Self {
        Query { filter, sort: Sort::default(), after: None, limit, now }
    }
}

/// What findings are sorted by, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub by: SortKey,
    /// Which way.
    pub order: Order,
}

/// What findings are sorted by. Ties are sorted by id, so that an order is never ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, clap::ValueEnum)]
pub enum SortKey {
    /// The riskiest first.
    #[default]
    Risk,
    /// The worst first, and of those the riskiest.
    Severity,
    /// The oldest first.
    Age,
    /// By the name of the rule.
    Rule,
    /// By the path.
    File,
    /// By the name of the repository.
    Repo,
}

/// The way of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Order {
    /// As the [`SortKey`] says.
    #[default]
    Natural,
    /// The other way round.
    Reversed,
}

/// A place in a list: behind the row that it was made of, whatever the order is.
///
/// It holds what the row was sorted by when it was read. A risk that changes meanwhile moves the row,
/// but never makes a page skip or repeat others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cursor {
    id: FindingId,
    risk: f64,
    severity: Severity,
    first_seen_at: DateTime<Utc>,
}

impl Cursor {
    /// The place behind `finding`.
    pub fn after(finding: &Finding) -> Self {
        Cursor {
            id: finding.id,
            risk: finding.risk,
            severity: finding.severity,
            first_seen_at: finding.first_seen_at,
        }
    }
}

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

/// The rows of `query`. What is computed per row (CVEs) stands outside the limit, so it is computed
/// for the rows of the page alone.
fn push_select(sql: &mut QueryBuilder<Postgres>, query: &Query, limit: Option<usize>) {
    let columns = columns(query.sort.by);
    // Every key of an order goes the same way, so that the index serves both ways.
    let way = if columns.descend(query.sort.order) { " desc" } else { " asc" };
    sql.push("select p.*, t.epss, t.kev from (select ").push(LISTED);
    for (i, key) in columns.keys.iter().enumerate() {
        sql.push(format_args!(", {key} as key_{i}"));
    }
    sql.push(" from triage.findings f where ");
    push_conditions(sql, query);
    sql.push(" order by ");
    for key in columns.keys {
        sql.push(key).push(way).push(", ");
    }
    sql.push("f.id").push(way);
    if let Some(limit) = limit {
        sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
    sql.push(") p ").push(THREAT).push(" order by ");
    for i in 0..columns.keys.len() {
        sql.push(format_args!("p.key_{i}{way}, "));
    }
    sql.push("p.id").push(way);
}

/// What the filter asks, and that the rows come after the cursor.
fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &Query) {
    push_where(sql, &query.filter, &FIELDS, query.now);
    if let Some(cursor) = &query.after {
        let columns = columns(query.sort.by);
        sql.push(" and (").push(columns.keys.join(", "));
        sql.push(if columns.descend(query.sort.order) { ", f.id) < (" } else { ", f.id) > (" });
        push_place(sql, query.sort.by, cursor);
        sql.push(")");
    }
}

/// The values of the cursor's row, in the order of the columns, and its id.
fn push_place(sql: &mut QueryBuilder<Postgres>, by: SortKey, cursor: &Cursor) {
    match by {
        SortKey::Risk => {
            sql.push_bind(cursor.risk);
        }
        SortKey::Severity => {
            sql.push_bind(cursor.severity.rank()).push(", ").push_bind(cursor.risk);
        }
        SortKey::Age => {
            sql.push_bind(cursor.first_seen_at);
        }
        // A text on the screen is not the text that is sorted; the row itself still has that one.
        SortKey::Rule | SortKey::File | SortKey::Repo => {
            sql.push("(select ").push(columns(by).keys.join(", "));
            sql.push(" from triage.findings f where f.id = ").push_bind(cursor.id).push(")");
        }
    }
    sql.push(", ").push_bind(cursor.id);
}

struct Columns {
    keys: &'static [&'static str],
    descends: bool,
}

impl Columns {
    /// Whether the rows come in descending order. Every key goes the same way, so that the index
    /// serves both ways.
    fn descend(&self, order: Order) -> bool {
        self.descends == (order == Order::Natural)
    }
}

/// The columns of an order, as its index in 0003_triage.sql has them, word for word.
fn columns(by: SortKey) -> Columns {
    let (keys, descends): (&[&str], _) = match by {
        SortKey::Risk => (&["f.risk"], true),
        SortKey::Severity => (&["f.severity_rank", "f.risk"], true),
        SortKey::Age => (&["f.first_seen_at"], false),
        SortKey::Rule => (&["left(coalesce(f.rule_id, ''), 200) collate \"C\""], false),
        SortKey::File => (&["left(coalesce(f.file, ''), 200) collate \"C\""], false),
        SortKey::Repo => (&["left(coalesce(f.project_name, ''), 200) collate \"C\""], false),
    };
    Columns { keys, descends }
}
