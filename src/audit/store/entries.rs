//! Lists of entries: pages along the chain in both directions, and how many there are.

use super::fields::FIELDS;
use crate::audit::entry::Listed;
use crate::db::Db;
use crate::db::page::Page;
use crate::db::series::Reach;
use crate::error::Result;
use crate::filter::{Filter, sql::push_where};
use crate::ids::EntrySeq;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Postgres, QueryBuilder, Row};

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 1_000;
/// How far [`count`] counts.
pub const COUNT_MAX: i64 = 100_000;

/// Which way along the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// Which entries, from where on.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which; all of them, where nothing is written.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// The entry that the page comes after.
    pub after: Option<EntrySeq>,
    /// How many rows; at most [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// From when ages count back.
    pub now: DateTime<Utc>,
}

/// A page of entries. It starts in the index of the positions, so that a page of ten million costs what
/// the first one does.
pub async fn list(db: &Db, query: &Query) -> Result<Page<Listed>> {
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let mut sql = QueryBuilder::default();
    push_page(&mut sql, query, limit + 1);
    let rows = sql.build_query_as().fetch_all(db.read()).await?;
    Ok(Page::cut(rows, limit))
}

/// How the database will find a page, as EXPLAIN tells it.
pub async fn plan(db: &Db, query: &Query) -> Result<String> {
    let mut sql = QueryBuilder::new("explain ");
    push_page(&mut sql, query, query.limit + 1);
    let lines: Vec<String> = sql.build_query_scalar().fetch_all(db.read()).await?;
    Ok(lines.join("\n"))
}

/// How many entries `filter` lets through, of those behind `beyond` where one is named; counted as far
/// as [`COUNT_MAX`].
pub async fn count(
    db: &Db,
    filter: &Filter,
    beyond: Option<EntrySeq>,
    now: DateTime<Utc>,
) -> Result<(u64, Reach)> {
    let mut sql = QueryBuilder::new("select count(*) from (select from audit.audit_trail_entries e where ");
    push_where(&mut sql, filter, &FIELDS, now);
    if let Some(beyond) = beyond {
        sql.push(" and e.seq > ").push_bind(beyond);
    }
    sql.push(" limit ").push_bind(COUNT_MAX + 1).push(") counted");
    let count: i64 = sql.build_query_scalar().fetch_one(db.read()).await?;
    let counted = u64::try_from(count.min(COUNT_MAX)).unwrap_or(0);
    Ok((counted, if count > COUNT_MAX { Reach::Cut } else { Reach::Whole }))
}

/// What a [`Listed`] is read from, out of `audit.audit_trail_entries e`. Nothing is taken for granted: a
/// superuser can drop every constraint, and what is stored then is still listed.
pub(super) const LISTED: &str = "coalesce(e.seq, 0) as seq,
    case when e.occurred_at >= '0001-01-01 00:00:00+00' and e.occurred_at < '10000-01-01 00:00:00+00'
         then e.occurred_at end as occurred_at,
    left(coalesce(e.category, ''), 200) as category, left(coalesce(e.event_type, ''), 200) as event_type,
    left(coalesce(e.actor, ''), 200) as actor, left(coalesce(e.db_user, ''), 200) as db_user,
    left(e.repo_full_name, 500) as repo_full_name";

fn push_page(sql: &mut QueryBuilder<Postgres>, query: &Query, limit: usize) {
    let (beyond, way) = match query.order {
        Order::NewestFirst => (" and e.seq < ", " desc"),
        Order::OldestFirst => (" and e.seq > ", " asc"),
    };
    sql.push("select ").push(LISTED).push(" from audit.audit_trail_entries e where ");
    push_where(sql, &query.filter, &FIELDS, query.now);
    if let Some(after) = query.after {
        sql.push(beyond).push_bind(after);
    }
    sql.push(" order by e.seq").push(way);
    sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
}

impl FromRow<'_, PgRow> for Listed {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Listed {
            seq: row.try_get("seq")?,
            occurred_at: row.try_get("occurred_at")?,
            category: row.try_get("category")?,
            event_type: row.try_get("event_type")?,
            actor: row.try_get("actor")?,
            db_user: row.try_get("db_user")?,
            repo_full_name: row.try_get("repo_full_name")?,
        })
    }
}
