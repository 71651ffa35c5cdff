//! Which tests a list shows, in which order, from which row on.

use super::fields::FIELDS;
use crate::filter::{Filter, sql::push_where};
use crate::flaky::test::Test;
use crate::ids::TestId;
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// Which tests, in which order.
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
    /// The first page of the flakiest tests that `filter` lets through.
    pub fn first(filter: Filter, limit: usize, now: DateTime<Utc>) -> Self {
        Query { filter, sort: Sort::default(), after: None, limit, now }
    }
}

/// What tests are sorted by, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub by: SortKey,
    /// Which way.
    pub order: Order,
}

/// What tests are sorted by. Ties are sorted by id, so that an order is never ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, clap::ValueEnum)]
pub enum SortKey {
    /// The highest score first.
    #[default]
    Score,
    /// Those that flake most first.
    Severity,
    /// Those that fail most first.
    Rate,
    /// Those that ran last first.
    Seen,
    /// By name.
    Name,
}

impl SortKey {
    /// Its name, as on the command line.
    pub fn word(self) -> &'static str {
        match self {
            SortKey::Score => "score",
            SortKey::Severity => "severity",
            SortKey::Rate => "rate",
            SortKey::Seen => "seen",
            SortKey::Name => "name",
        }
    }

    /// The key of a name.
    pub fn named(name: &str) -> Option<SortKey> {
        <SortKey as clap::ValueEnum>::value_variants().iter().copied().find(|key| key.word() == name)
    }
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

/// A place in a list: behind the row that it was made of. It holds what numbers were when they were
/// read: a score that changes meanwhile moves its row, but no page skips or repeats others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cursor {
    id: TestId,
    score: f64,
    severity: f64,
    rate: f64,
    last_run_at: Option<DateTime<Utc>>,
}

impl Cursor {
    /// The place behind `test`.
    pub fn after(test: &Test) -> Self {
        Cursor {
            id: test.id,
            score: test.flakiness_score.unwrap_or(0.0),
            severity: test.severity,
            rate: test.failure_rate,
            last_run_at: test.last_run_at,
        }
    }
}

/// What a [`Test`] is read from, out of `trust.flaky_tests t`. Texts are cut where a list needs no more.
const LISTED: &str = "t.id, t.repo_id, left(coalesce(t.test_id, ''), 200) as test_id,
    left(coalesce(t.test_suite, ''), 1000) as test_suite, left(coalesce(t.test_name, ''), 2000) as test_name,
    left(t.environment, 200) as environment,
    case when t.quarantined then 'quarantined' else t.state end as state, t.suggested,
    t.flakiness_score::float8 as flakiness_score, t.basis, t.severity, t.failure_rate,
    t.first_try, t.flaked, t.never_passed, t.isolated, t.failing_streak, t.retried,
    coalesce(t.run_count, 0) as run_count, coalesce(t.pass_count, 0) as pass_count,
    coalesce(t.fail_count, 0) as fail_count, t.skip_count, t.outage_count, t.strip,
    t.first_run_at, t.last_run_at, t.last_failed_at, t.scored_at, t.version,
    coalesce(t.quarantined, false) as quarantined, left(t.owner, 200) as owner, left(t.reason, 1000) as reason,
    left(t.link, 1000) as link, t.quarantined_at, left(t.quarantined_by, 200) as quarantined_by, t.expires_at,
    t.graduation_runs, t.clean_runs, t.graduated_at, t.dismissed_at, left(t.dismissed_by, 200) as dismissed_by,
    t.dismissed_flaked, t.graduated_flaked";

/// The name of the repository of a listed test `p`.
const REPO: &str = ", left(coalesce(r.full_name, ''), 1000) as repo";
const JOIN: &str = " left join trust.repositories r on r.id = p.repo_id";

/// The rows of `query`; names of repositories are looked up for the rows of the page alone.
pub(super) fn push_select(sql: &mut QueryBuilder<Postgres>, query: &Query, limit: Option<usize>) {
    let (key, descends) = key(query.sort.by);
    let way = if descends == (query.sort.order == Order::Natural) { " desc" } else { " asc" };
    sql.push("select p.*").push(REPO).push(" from (select ").push(LISTED).push(", ").push(key);
    sql.push(" as sorted from trust.flaky_tests t where ");
    push_conditions(sql, query);
    sql.push(" order by ").push(key).push(way).push(", t.id").push(way);
    if let Some(limit) = limit {
        sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
    sql.push(") p").push(JOIN).push(" order by p.sorted").push(way).push(", p.id").push(way);
}

/// The tests of these numbers.
pub(super) fn push_by_ids(sql: &mut QueryBuilder<Postgres>, ids: &[TestId]) {
    sql.push("select p.*").push(REPO).push(" from (select ").push(LISTED);
    sql.push(" from trust.flaky_tests t where t.id = any(");
    sql.push_bind(ids.iter().map(|id| id.0).collect::<Vec<_>>());
    sql.push(")) p").push(JOIN).push(" order by p.id");
}

/// What the filter asks, and that the rows come after the cursor.
pub(super) fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &Query) {
    push_where(sql, &query.filter, &FIELDS, query.now);
    let Some(cursor) = &query.after else { return };
    let (key, descends) = key(query.sort.by);
    let is_below = descends == (query.sort.order == Order::Natural);
    sql.push(" and (").push(key).push(if is_below { ", t.id) < (" } else { ", t.id) > (" });
    match query.sort.by {
        // The column is real: compared as such, or a score would not equal itself.
        SortKey::Score => sql.push_bind(cursor.score).push("::real"),
        SortKey::Severity => sql.push_bind(cursor.severity),
        SortKey::Rate => sql.push_bind(cursor.rate),
        SortKey::Seen => sql.push("coalesce(").push_bind(cursor.last_run_at).push(", '-infinity')"),
        // A text on the screen is not the text that is sorted; the row itself still has that one.
        SortKey::Name => {
            sql.push("(select ").push(key).push(" from trust.flaky_tests t where t.id = ");
            sql.push_bind(cursor.id).push(")")
        }
    };
    sql.push(", ").push_bind(cursor.id).push(")");
}

/// The expression of an order, as its index has it, word for word; and whether it descends.
fn key(by: SortKey) -> (&'static str, bool) {
    match by {
        SortKey::Score => ("coalesce(t.flakiness_score, 0)", true),
        SortKey::Severity => ("t.severity", true),
        SortKey::Rate => ("t.failure_rate", true),
        SortKey::Seen => ("coalesce(t.last_run_at, '-infinity')", true),
        SortKey::Name => ("left(coalesce(t.test_name, ''), 200) collate \"C\"", false),
    }
}
