//! Which findings a list shows, in which order, from which row on.

use super::fields::FIELDS;
use super::{LISTED, THREAT};
use crate::filter::{Filter, sql::push_where};
use crate::ids::FindingId;
use crate::triage::finding::{Finding, Severity};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// The most rows of a page.
pub const PAGE_ROWS_MAX: usize = 1_000;

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

impl SortKey {
    /// Its name, as on the command line.
    pub fn word(self) -> &'static str {
        match self {
            SortKey::Risk => "risk",
            SortKey::Severity => "severity",
            SortKey::Age => "age",
            SortKey::Rule => "rule",
            SortKey::File => "file",
            SortKey::Repo => "repo",
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

/// The rows of `query`. What is computed per row (CVEs) stands outside the limit, so it is computed
/// for the rows of the page alone.
pub(super) fn push_select(sql: &mut QueryBuilder<Postgres>, query: &Query, limit: Option<usize>) {
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
pub(super) fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &Query) {
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
