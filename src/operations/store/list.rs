//! Runs, newest first.

use super::fields::FIELDS;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::Result;
use crate::filter::{Filter, sql::push_where};
use crate::ids::RunId;
use crate::operations::report::Overall;
use crate::operations::run::{Reached, Run, Since};
use crate::text::{SafeText, visible};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Postgres, QueryBuilder, Row};
use std::collections::BTreeMap;

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 500;
/// The most counts of a run that are shown.
const COUNTS_MAX: usize = 50;

/// What a [`Run`] is read from, out of `operations.operation_runs r`. A report's predecessor is the run
/// that it names, where that is one of the same identity.
pub(super) const LISTED: &str =
    "select r.id, left(coalesce(r.type, ''), 200) as flow, left(coalesce(r.status, ''), 100) as status,
            left(coalesce(r.outcome, ''), 100) as outcome, left(coalesce(r.run_identity_hash, ''), 100) as hash,
            left(r.user_id, 200) as user_id, left(r.started_by, 200) as started_by,
            r.created_at, r.started_at, r.completed_at,
            lower(btrim(r.status)) in ('queued', 'running')
                and coalesce(r.lease_until < clock_timestamp(), false) as lost,
            left(r.context #>> '{verification_report,summary,overall}', 100) as overall,
            left(r.context #>> '{verification_report,fingerprint}', 100) as fingerprint,
            left(p.context #>> '{verification_report,fingerprint}', 100) as before,
            (select count(*) from jsonb_array_elements(
                 case jsonb_typeof(r.context #> '{verification_report,checks}') when 'array'
                 then r.context #> '{verification_report,checks}' else '[]' end) c
             where c->>'status' = 'fail' and c->>'blocking' = 'true') as blocking,
            left(coalesce(r.context->>'label',
                (select string_agg(left(s.value, 200), ' ' order by s.key) from jsonb_each_text(
                     case jsonb_typeof(r.context->'scope') when 'object' then r.context->'scope' else '{}' end) s)),
                400) as about,
            case when octet_length((r.context->'progress')::text) < 10000 then r.context->'progress' end as progress,
            case when octet_length(r.summary_counts::text) < 10000 then r.summary_counts end as counts,
            left(coalesce(r.failure_summary->>'message', r.failure_summary #>> '{0,message}',
                          r.failure_summary::text), 2000) as failure
     from operations.operation_runs r
     left join operations.operation_runs p
       on p.id = case when r.context #>> '{verification_report,previous_report_id}' ~ '^[0-9]{1,18}$'
                      then (r.context #>> '{verification_report,previous_report_id}')::bigint end
      and p.run_identity_hash = r.run_identity_hash and p.tenant_id = r.tenant_id
     where ";

/// Which runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which; all of them, where nothing is written.
    pub filter: Filter,
    /// The run that the page comes after.
    pub after: Option<RunId>,
    /// How many; at most [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// From when ages count back.
    pub now: DateTime<Utc>,
}

/// A page of runs, newest first.
pub async fn page(db: &Db, query: &Query) -> Result<Page<Run>> {
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let mut sql = QueryBuilder::new("");
    push(&mut sql, query, Some(limit + 1));
    let rows = sql.build_query_as().fetch_all(db.read()).await?;
    Ok(Page::cut(rows, limit))
}

/// Hands each run of a query to `take`, newest first, page by page.
pub async fn each(
    db: &Db,
    query: &Query,
    limit: Option<usize>,
    mut take: impl FnMut(Run) -> Result<()>,
) -> Result<()> {
    let (mut query, mut left) = (query.clone(), limit.unwrap_or(usize::MAX));
    while left > 0 {
        query.limit = left.min(PAGE_ROWS_MAX);
        let page = page(db, &query).await?;
        left = left.saturating_sub(page.rows.len());
        query.after = page.rows.last().map(|run| run.id);
        for run in page.rows {
            take(run)?;
        }
        if !page.more {
            return Ok(());
        }
    }
    Ok(())
}

fn push(sql: &mut QueryBuilder<Postgres>, query: &Query, limit: Option<usize>) {
    sql.push(LISTED);
    push_where(sql, &query.filter, &FIELDS, query.now);
    if let Some(after) = query.after {
        sql.push(" and r.id < ").push_bind(after);
    }
    sql.push(" order by r.id desc");
    if let Some(limit) = limit {
        sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
}

impl FromRow<'_, PgRow> for Run {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let text = |column| row.try_get::<Option<&str>, _>(column);
        let since = match (text("fingerprint")?, text("before")?) {
            (None, _) => None,
            (Some(_), None) => Some(Since::First),
            (Some(now), Some(before)) if now == before => Some(Since::Unchanged),
            (Some(_), Some(_)) => Some(Since::Changed),
        };
        Ok(Run {
            id: row.try_get("id")?,
            flow: row.try_get("flow")?,
            status: row.try_get("status")?,
            outcome: row.try_get("outcome")?,
            overall: text("overall")?.and_then(Overall::read),
            blocking: u64::try_from(row.try_get::<i64, _>("blocking")?).unwrap_or(0),
            since,
            lost: row.try_get("lost")?,
            about: row.try_get("about")?,
            user_id: row.try_get("user_id")?,
            started_by: row.try_get("started_by")?,
            created_at: row.try_get("created_at")?,
            started_at: row.try_get("started_at")?,
            completed_at: row.try_get("completed_at")?,
            progress: row.try_get::<Option<Value>, _>("progress")?.and_then(|value| reached(&value)),
            summary_counts: counts(row.try_get("counts")?),
            failure: row.try_get("failure")?,
            run_identity_hash: row.try_get("hash")?,
        })
    }
}

fn reached(value: &Value) -> Option<Reached> {
    Some(Reached {
        step: SafeText::new(value.get("step")?.as_str()?),
        done: value.get("done")?.as_u64()?,
        total: value.get("total").and_then(Value::as_u64),
    })
}

fn counts(value: Option<Value>) -> BTreeMap<String, i64> {
    let Some(Value::Object(fields)) = value else { return BTreeMap::new() };
    let counted =
        fields.iter().filter_map(|(name, count)| Some((visible(name).into_owned(), count.as_i64()?)));
    counted.take(COUNTS_MAX).collect()
}

/// How things stand: of each identity its newest report, and what is under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// The newest report is blocked.
    pub blocked: u64,
    /// The newest report needs attention.
    pub attention: u64,
    /// Under way.
    pub active: u64,
    /// Their lease is past.
    pub lost: u64,
}

/// How things stand, by the newest thousand runs.
pub async fn standing(db: &Db) -> Result<Standing> {
    let row = sqlx::query(
        "with newest as (
             select id, tenant_id, coalesce(run_identity_hash, id::text) as identity, lower(btrim(status)) as status,
                    lease_until, context #>> '{verification_report,summary,overall}' as overall
             from operations.operation_runs order by id desc limit 1000
         ), reports as (
             select distinct on (tenant_id, identity) overall from newest
             where status = 'completed' and overall is not null
             order by tenant_id, identity, id desc
         )
         select (select count(*) from reports where overall = 'blocked') as blocked,
                (select count(*) from reports where overall = 'needs_attention') as attention,
                count(*) filter (where coalesce(lease_until >= clock_timestamp(), true)) as active,
                count(*) filter (where lease_until < clock_timestamp()) as lost
         from newest where status in ('queued', 'running')",
    )
    .fetch_one(db.read())
    .await?;
    let count = |column| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
    Ok(Standing {
        blocked: count("blocked")?,
        attention: count("attention")?,
        active: count("active")?,
        lost: count("lost")?,
    })
}

/// The runs of these numbers, as far as there are any, newest first.
pub async fn by_ids(db: &Db, ids: &[RunId]) -> Result<Vec<Run>> {
    let mut sql = QueryBuilder::new(LISTED);
    sql.push("r.id = any(").push_bind(ids.iter().map(|id| id.0).collect::<Vec<_>>());
    sql.push(") order by r.id desc");
    Ok(sql.build_query_as().fetch_all(db.read()).await?)
}

/// How many runs of a filter came after this one; counted up to a thousand.
pub async fn count_after(db: &Db, filter: &Filter, run: RunId, now: DateTime<Utc>) -> Result<u64> {
    let mut sql = QueryBuilder::new("select count(*) from (select from operations.operation_runs r where ");
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" and r.id > ").push_bind(run).push(" limit 1000) counted");
    let count: i64 = sql.build_query_scalar().fetch_one(db.read()).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}
