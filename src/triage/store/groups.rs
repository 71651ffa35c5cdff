//! Groups of findings: pages of them, the riskiest first, each with the filter that selects it.

use super::fields::FIELDS;
use super::query::PAGE_ROWS_MAX;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::Result;
use crate::filter::{self, Filter, quoted, sql::push_where};
use crate::ids::FindingId;
use crate::text::SafeText;
use crate::triage::finding::Severity;
use crate::triage::group::{Group, GroupBy, GroupCursor, GroupKey};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};

/// Which groups, from where on.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupQuery {
    /// Which findings are grouped; all of them, where nothing is written.
    pub filter: Filter,
    /// By what.
    pub by: GroupBy,
    /// The group that the page comes after.
    pub after: Option<GroupCursor>,
    /// How many groups; at most [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// The time of asking.
    pub now: DateTime<Utc>,
}

/// Groups are hashed in memory: sorting a million names on disk takes several times as long.
const IN_MEMORY: &str = "set local work_mem = '64MB'";

/// A page of groups, the riskiest first; those of one risk by their riskiest finding, the newest first.
///
/// Each page groups anew what the filter lets through. What costs is that number, not which page.
pub async fn groups(db: &Db, query: &GroupQuery) -> Result<Page<Group>> {
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let mut sql = QueryBuilder::default();
    push_groups(&mut sql, query, Some(limit + 1))?;
    let mut transaction = db.read().begin().await?;
    sqlx::raw_sql(IN_MEMORY).execute(&mut *transaction).await?;
    let rows = sql.build().fetch_all(&mut *transaction).await?;
    transaction.rollback().await?;
    let groups = rows.iter().map(|row| group(row, query)).collect::<Result<_>>()?;
    Ok(Page::cut(groups, limit))
}

/// Hands every group to `visit`: one statement, one snapshot. The limit of `query` does not hold here;
/// `rows_max` does.
pub async fn each(
    db: &Db,
    query: &GroupQuery,
    rows_max: Option<usize>,
    mut visit: impl FnMut(Group) -> Result<()>,
) -> Result<()> {
    let mut transaction = db.read().begin().await?;
    // Whoever reads may be slow, as a pager is; the server still notices when they are gone.
    sqlx::raw_sql("set local statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::raw_sql(IN_MEMORY).execute(&mut *transaction).await?;
    let mut sql = QueryBuilder::default();
    push_groups(&mut sql, query, rows_max)?;
    let mut rows = sql.build().fetch(&mut *transaction);
    while let Some(row) = rows.try_next().await? {
        visit(group(&row, query)?)?;
    }
    Ok(())
}

fn push_groups(sql: &mut QueryBuilder<Postgres>, query: &GroupQuery, limit: Option<usize>) -> Result<()> {
    let columns = columns(query.by);
    let queue = filter::parse("is:undecided", &FIELDS)?;
    sql.push("select ");
    for (i, column) in columns.iter().enumerate() {
        sql.push(format_args!("{} as key_{i}, ", column.sql));
    }
    sql.push("count(*) as count, count(*) filter (where ");
    push_where(sql, &queue, &FIELDS, query.now);
    // One pass finds the riskiest and its number; an id is below 2^53.
    sql.push(
        ") as undecided, max(f.severity_rank) as severity_rank, max(array[f.risk, f.id]) as riskiest,
                min(f.first_seen_at) as oldest_at, max(f.first_seen_at) as newest_at
         from triage.findings f where ",
    );
    push_where(sql, &query.filter, &FIELDS, query.now);
    if query.by == GroupBy::Fingerprint {
        sql.push(" and f.fingerprint is not null");
    }
    sql.push(if columns.len() == 2 { " group by 1, 2" } else { " group by 1" });
    if let Some(GroupCursor { risk, sample }) = query.after {
        sql.push(" having max(array[f.risk, f.id]) < array[").push_bind(risk);
        sql.push(", ").push_bind(sample).push("]");
    }
    sql.push(" order by riskiest desc");
    if let Some(limit) = limit {
        sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
    Ok(())
}

fn group(row: &PgRow, query: &GroupQuery) -> Result<Group> {
    let columns = columns(query.by);
    let riskiest: Vec<f64> = row.try_get("riskiest")?;
    let raw = |at: usize| row.try_get::<Option<String>, _>(&*format!("key_{at}"));
    let mut terms = String::new();
    for (at, column) in columns.iter().enumerate() {
        match raw(at)? {
            Some(text) => terms += &format!("{}=={} ", column.field, quoted(&text)),
            // What matches nothing has no text at all.
            None => terms += &format!("-{}=* ", column.field),
        }
    }
    let all = query.filter.clone().with_term(&terms, &FIELDS).ok();
    let shown = |at: usize| raw(at).map(|text| text.map(|text| SafeText::new(&text)));
    Ok(Group {
        key: match query.by {
            GroupBy::Rule => GroupKey::Rule { rule_id: shown(0)?, tool: shown(1)? },
            GroupBy::File => GroupKey::File { file: shown(0)?, project_name: shown(1)? },
            GroupBy::Fingerprint => GroupKey::Fingerprint { fingerprint: shown(0)?.unwrap_or_default() },
        },
        count: row.try_get("count")?,
        undecided: row.try_get("undecided")?,
        risk: riskiest.first().copied().unwrap_or(0.0),
        severity: Severity::from_rank(row.try_get("severity_rank")?),
        sample_id: FindingId(riskiest.get(1).map_or(0, |id| *id as i64)),
        oldest_at: row.try_get("oldest_at")?,
        newest_at: row.try_get("newest_at")?,
        filter: all.clone().and_then(|all| queued(&query.filter, all)),
        all: all.and_then(written),
    })
}

/// Those of `all`, which `filter` was narrowed to, that are in the queue.
fn queued(filter: &Filter, all: Filter) -> Option<Filter> {
    // A queue that is grouped says already that it is one.
    let words = filter.to_string();
    if words.split(' ').next() == Some("is:undecided") && !words.contains(" or ") {
        return written(all);
    }
    written(all.with_term("is:undecided", &FIELDS).ok()?)
}

/// A filter as it is read again when it was written; none where it is too long to be written, as a name of
/// ten thousand characters is.
fn written(filter: Filter) -> Option<Filter> {
    filter::parse(&filter.to_string(), &FIELDS).ok()
}

struct Column {
    field: &'static str,
    sql: &'static str,
}

/// The columns of a group, and the fields of the filter that speak of them.
fn columns(by: GroupBy) -> &'static [Column] {
    match by {
        GroupBy::Rule => {
            &[Column { field: "rule", sql: "f.rule_id" }, Column { field: "tool", sql: "f.tool" }]
        }
        GroupBy::File => {
            &[Column { field: "file", sql: "f.file" }, Column { field: "repo", sql: "f.project_name" }]
        }
        GroupBy::Fingerprint => &[Column { field: "fingerprint", sql: "f.fingerprint" }],
    }
}
