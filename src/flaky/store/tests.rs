//! Lists of tests: pages, counts, targets of a deed, and all of them as a stream.

pub use super::query::{Cursor, Order, PAGE_ROWS_MAX, Query, Sort, SortKey};

use super::fields::FIELDS;
use super::query::{push_by_ids, push_conditions, push_select};
use crate::chain::change::Change;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::{Error, Kind, Result};
use crate::filter::{Filter, sql::push_where};
use crate::flaky::actions::TARGETS_MAX;
use crate::flaky::decision::Target;
use crate::flaky::evidence::Basis;
use crate::flaky::state::State;
use crate::flaky::test::Test;
use crate::ids::{TestId, Version};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, QueryBuilder, Row};

/// How far [`count`] counts.
pub const COUNT_MAX: i64 = 100_000;

/// How tests stand, for a line on top of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// Flaky, and not in quarantine.
    pub flaky: u64,
    /// The rules ask for their quarantine.
    pub suggested: u64,
    /// Broken.
    pub broken: u64,
    /// In quarantine.
    pub quarantined: u64,
    /// In quarantine for longer than was decided.
    pub expired: u64,
    /// In quarantine, and clean for long enough to leave it.
    pub graduable: u64,
    /// All.
    pub tests: u64,
}

/// A page of tests. Page N costs what the first one costs: it starts in the index.
pub async fn list(db: &Db, query: &Query) -> Result<Page<Test>> {
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

/// Hands every test to `visit`, as they come: one statement, one snapshot, constant memory. The limit of
/// `query` does not hold here; `rows_max` does.
pub async fn each(
    db: &Db,
    query: &Query,
    rows_max: Option<usize>,
    mut visit: impl FnMut(Test) -> Result<()>,
) -> Result<()> {
    let mut transaction = db.read().begin().await?;
    // Whoever reads may be slow, as a pager is; the server still notices when they are gone.
    sqlx::raw_sql("set local statement_timeout = 0").execute(&mut *transaction).await?;
    let mut sql = QueryBuilder::default();
    push_select(&mut sql, query, rows_max);
    let mut rows = sql.build().fetch(&mut *transaction);
    while let Some(row) = rows.try_next().await? {
        visit(Test::from_row(&row)?)?;
    }
    Ok(())
}

/// How many tests `filter` lets through, counted as far as [`COUNT_MAX`].
pub async fn count(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<u64> {
    count_after(db, &Query::first(filter.clone(), 0, now)).await
}

/// How many tests come after the cursor of `query`, counted as far as [`COUNT_MAX`]. In the reversed
/// order, that is how many stand before the row.
pub async fn count_after(db: &Db, query: &Query) -> Result<u64> {
    let mut sql = QueryBuilder::new("select count(*) from (select from trust.flaky_tests t where ");
    push_conditions(&mut sql, query);
    sql.push(" limit ").push_bind(COUNT_MAX).push(") as counted");
    let count: i64 = sql.build_query_scalar().fetch_one(db.read()).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// How all tests stand.
pub async fn standing(db: &Db, now: DateTime<Utc>) -> Result<Standing> {
    let row = sqlx::query(
        "select count(*) as tests,
                count(*) filter (where t.state = 'flaky' and t.quarantined is not true) as flaky,
                count(*) filter (where t.suggested) as suggested,
                count(*) filter (where t.state = 'broken' and t.quarantined is not true) as broken,
                count(*) filter (where t.quarantined) as quarantined,
                count(*) filter (where t.quarantined and t.expires_at <= $1) as expired,
                count(*) filter (where t.quarantined and t.clean_runs >= t.graduation_runs) as graduable
         from trust.flaky_tests t",
    )
    .bind(now)
    .fetch_one(db.read())
    .await?;
    let number = |column| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
    Ok(Standing {
        flaky: number("flaky")?,
        suggested: number("suggested")?,
        broken: number("broken")?,
        quarantined: number("quarantined")?,
        expired: number("expired")?,
        graduable: number("graduable")?,
        tests: number("tests")?,
    })
}

/// The tests that `filter` lets through, with the versions that the person is about to decide on.
///
/// # Errors
/// `Usage` where they are more than [`TARGETS_MAX`].
pub async fn targets(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Vec<Target>> {
    let mut sql = QueryBuilder::new("select t.id, t.version from trust.flaky_tests t where ");
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" order by t.id limit ").push_bind(TARGETS_MAX as i64 + 1);
    let rows: Vec<(TestId, Version)> = sql.build_query_as().fetch_all(db.read()).await?;
    if rows.len() > TARGETS_MAX {
        let what =
            format!("the filter lets more than {TARGETS_MAX} tests through; no more are decided at once");
        return Err(Error::new(Kind::Usage, what).hint("narrow the filter, and decide in several steps"));
    }
    Ok(rows.into_iter().map(|(test, version)| Target { test, version }).collect())
}

/// The versions of these tests as they are now, in the order of their ids.
///
/// # Errors
/// `NotFound` where one does not exist.
pub async fn targets_by_ids(db: &Db, ids: &[TestId]) -> Result<Vec<Target>> {
    let rows: Vec<(TestId, Version)> =
        sqlx::query_as("select id, version from trust.flaky_tests where id = any($1) order by id")
            .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(db.read())
            .await?;
    if let Some(missing) = ids.iter().find(|id| rows.binary_search_by_key(id, |(row, _)| row).is_err()) {
        return Err(Error::new(Kind::NotFound, format!("there is no test #{missing}")));
    }
    Ok(rows.into_iter().map(|(test, version)| Target { test, version }).collect())
}

/// Suites and names of the tests that `filter` lets through, letter for letter, each once. They are not
/// safe to show: runners have to understand them.
pub async fn named(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Vec<(String, String)>> {
    let mut sql = QueryBuilder::new(
        "select distinct coalesce(t.test_suite, ''), coalesce(t.test_name, '') from trust.flaky_tests t where ",
    );
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" order by 1, 2");
    Ok(sql.build_query_as().fetch_all(db.read()).await?)
}

/// Those of these tests that exist, in the order of their ids.
pub async fn find(db: &Db, ids: &[TestId]) -> Result<Vec<Test>> {
    let mut sql = QueryBuilder::default();
    push_by_ids(&mut sql, ids);
    Ok(sql.build_query_as().fetch_all(db.read()).await?)
}

/// These tests as `change` leaves them, in the order of their ids.
pub async fn changed(change: &mut Change, ids: &[TestId]) -> Result<Vec<Test>> {
    let mut sql = QueryBuilder::default();
    push_by_ids(&mut sql, ids);
    Ok(sql.build_query_as().fetch_all(change.connection()).await?)
}

impl FromRow<'_, PgRow> for Test {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let count = |column| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i32, _>(column)?).unwrap_or(0));
        let counted = |column| {
            let value: Option<i32> = row.try_get(column)?;
            Ok::<_, sqlx::Error>(value.map(|value| u64::try_from(value).unwrap_or(0)))
        };
        Ok(Test {
            id: row.try_get("id")?,
            repo_id: row.try_get("repo_id")?,
            repo: row.try_get("repo")?,
            test_id: row.try_get("test_id")?,
            test_suite: row.try_get("test_suite")?,
            test_name: row.try_get("test_name")?,
            environment: row.try_get("environment")?,
            state: State::of_word(row.try_get("state")?),
            suggested: row.try_get("suggested")?,
            flakiness_score: row.try_get::<Option<f64>, _>("flakiness_score")?.filter(|s| s.is_finite()),
            basis: Basis::of_word(row.try_get("basis")?),
            severity: row.try_get("severity")?,
            failure_rate: row.try_get("failure_rate")?,
            first_try: count("first_try")?,
            flaked: count("flaked")?,
            never_passed: count("never_passed")?,
            isolated: count("isolated")?,
            failing_streak: count("failing_streak")?,
            retried: row.try_get("retried")?,
            run_count: count("run_count")?,
            pass_count: count("pass_count")?,
            fail_count: count("fail_count")?,
            skip_count: count("skip_count")?,
            outage_count: count("outage_count")?,
            strip: row.try_get("strip")?,
            first_run_at: row.try_get("first_run_at")?,
            last_run_at: row.try_get("last_run_at")?,
            last_failed_at: row.try_get("last_failed_at")?,
            scored_at: row.try_get("scored_at")?,
            version: row.try_get("version")?,
            quarantined: row.try_get("quarantined")?,
            owner: row.try_get("owner")?,
            reason: row.try_get("reason")?,
            link: row.try_get("link")?,
            quarantined_at: row.try_get("quarantined_at")?,
            quarantined_by: row.try_get("quarantined_by")?,
            expires_at: row.try_get("expires_at")?,
            graduation_runs: counted("graduation_runs")?.map(|runs| u32::try_from(runs).unwrap_or(u32::MAX)),
            clean_runs: u32::try_from(count("clean_runs")?).unwrap_or(u32::MAX),
            graduated_at: row.try_get("graduated_at")?,
            dismissed_at: row.try_get("dismissed_at")?,
            dismissed_by: row.try_get("dismissed_by")?,
            dismissed_flaked: counted("dismissed_flaked")?,
            graduated_flaked: counted("graduated_flaked")?,
        })
    }
}
