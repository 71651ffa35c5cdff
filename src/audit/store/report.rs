//! What a compliance report is made of, read in one snapshot.

use super::fields::FIELDS;
use crate::audit::report::{Exception, Gap, Population, SEQS_MAX, Sampled};
use crate::chain::controls;
use crate::chain::hash::Digest;
use crate::error::{Error, Kind, Result};
use crate::filter::Filter;
use crate::filter::sql::push_where;
use crate::ids::{EntrySeq, ReportId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// The most combinations of category and controls in a period; more are hostile or a mistake.
const COMBINATIONS_MAX: usize = 10_000;

/// The entries that a report is about.
#[derive(Debug, Clone)]
pub struct Scope {
    /// From when on, included.
    pub from: DateTime<Utc>,
    /// Until when, excluded.
    pub to: DateTime<Utc>,
    /// Which of them.
    pub filter: Filter,
    /// From when ages in the filter count back.
    pub now: DateTime<Utc>,
}

impl Scope {
    fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" from only audit.audit_trail_entries e where e.occurred_at >= ").push_bind(self.from);
        query.push(" and e.occurred_at < ").push_bind(self.to).push(" and ");
        push_where(query, &self.filter, &FIELDS, self.now);
    }
}

/// A combination of category and controls, with how many entries have it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Combination {
    /// The category.
    pub category: SafeText,
    /// The controls that the entries name.
    pub framework: Vec<SafeText>,
    /// The control that they are evidence for.
    pub control_id: Option<SafeText>,
    /// How many entries have it.
    pub entries: i64,
    /// The first of them.
    pub first_seq: EntrySeq,
    /// The last of them.
    pub last_seq: EntrySeq,
}

/// How many entries there are, between which, and what is missing between those.
pub async fn population(connection: &mut PgConnection, scope: &Scope) -> Result<Population> {
    let mut query = QueryBuilder::new("select count(*), min(e.seq), max(e.seq)");
    scope.push(&mut query);
    let (entries, first_seq, last_seq): (i64, Option<EntrySeq>, Option<EntrySeq>) =
        query.build_query_as().fetch_one(&mut *connection).await?;
    let (Some(first), Some(last)) = (first_seq, last_seq) else { return Ok(Population::default()) };
    let present: i64 = sqlx::query_scalar(
        "select count(distinct seq) from only audit.audit_trail_entries where seq between $1 and $2",
    )
    .bind(first)
    .bind(last)
    .fetch_one(&mut *connection)
    .await?;
    let missing = (last.0 - first.0 + 1 - present).unsigned_abs();
    let gaps = if missing == 0 { Vec::new() } else { gaps(connection, first, last).await? };
    Ok(Population { entries: entries.unsigned_abs(), first_seq, last_seq, missing, gaps })
}

async fn gaps(connection: &mut PgConnection, first: EntrySeq, last: EntrySeq) -> Result<Vec<Gap>> {
    Ok(sqlx::query_as(
        "select seq + 1 as \"from\", next - 1 as \"to\"
         from (select seq, lead(seq) over (order by seq) as next
               from only audit.audit_trail_entries where seq between $1 and $2) neighbours
         where next > seq + 1 order by seq limit $3",
    )
    .bind(first)
    .bind(last)
    .bind(SEQS_MAX as i64)
    .fetch_all(connection)
    .await?)
}

/// The combinations of category and controls.
pub async fn combinations(connection: &mut PgConnection, scope: &Scope) -> Result<Vec<Combination>> {
    let mut query = QueryBuilder::new(
        "select e.category, e.framework, e.control_id, count(*) as entries,
                min(e.seq) as first_seq, max(e.seq) as last_seq",
    );
    scope.push(&mut query);
    query.push(" group by e.category, e.framework, e.control_id order by 1, 2, 3 limit ");
    query.push_bind(COMBINATIONS_MAX as i64 + 1);
    let combinations: Vec<Combination> = query.build_query_as().fetch_all(connection).await?;
    if combinations.len() > COMBINATIONS_MAX {
        return Err(Error::new(
            Kind::Failed,
            format!("more than {COMBINATIONS_MAX} combinations of category and controls in the period"),
        )
        .hint("make the period or the filter narrower"));
    }
    Ok(combinations)
}

/// The sample that `seed` draws.
pub async fn sample(
    connection: &mut PgConnection,
    scope: &Scope,
    seed: &str,
    entries_max: u32,
) -> Result<Vec<Sampled>> {
    let mut query = QueryBuilder::new(
        "select e.seq, to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as occurred_at,
                e.category, e.event_type, e.actor, e.db_user, e.repo_full_name, e.entry_hash",
    );
    scope.push(&mut query);
    query.push(" order by sha256(convert_to(").push_bind(seed.to_owned());
    query.push(" || ':' || e.seq, 'UTF8')), e.seq limit ").push_bind(i64::from(entries_max));
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// What a person should look at first.
pub async fn exceptions(connection: &mut PgConnection, scope: &Scope) -> Result<Vec<Exception>> {
    let known: Vec<&str> = controls::CONTROLS.iter().map(|(category, _)| *category).collect();
    let mut query = QueryBuilder::new(
        "select kind, count(*), (array_agg(seq order by seq))[1:100] from (select e.seq, e.category, e.actor, e.db_user",
    );
    scope.push(&mut query);
    query.push(
        ") population cross join lateral (values
             (0, category in ('override', 'policy_bypass')), (1, category = 'risk_acceptance'),
             (2, actor <> db_user), (3, category <> all (",
    );
    query.push_bind(known).push("))) as exception (kind, holds) where holds group by kind order by kind");
    let rows: Vec<(i32, i64, Vec<EntrySeq>)> = query.build_query_as().fetch_all(connection).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(kind, entries, seqs)| {
            let (kind, meaning) = *KINDS.get(usize::try_from(kind).ok()?)?;
            Some(Exception { kind, meaning, entries: entries.unsigned_abs(), seqs })
        })
        .collect())
}

/// The kinds of exceptions, in the order in which the query numbers them.
const KINDS: &[(&str, &str)] = &[
    ("bypassed", "a control was overridden or bypassed"),
    ("risk_accepted", "a risk was accepted"),
    ("on_behalf", "the actor is another than the login that appended"),
    ("unmapped", "the category supports no control that is known"),
];

/// A report that is filed.
pub struct NewReport<'a> {
    /// The word of its type.
    pub report_type: &'static str,
    /// The period's begin.
    pub from: DateTime<Utc>,
    /// The period's end.
    pub to: DateTime<Utc>,
    /// All of the document but its controls and its hash.
    pub summary: &'a serde_json::Value,
    /// Its controls.
    pub controls: &'a serde_json::Value,
    /// How many entries it is about.
    pub entries: u64,
    /// Its hash.
    pub hash: Digest,
}

/// Files a report; its number is the result.
pub async fn file(change: &mut crate::chain::change::Change, report: NewReport<'_>) -> Result<ReportId> {
    let entries = i32::try_from(report.entries)
        .map_err(|_| Error::new(Kind::Failed, "more entries than a report's row can count"))?;
    Ok(sqlx::query_scalar(
        "insert into audit.compliance_reports
             (report_type, period_start, period_end, summary, controls, entry_count, report_hash)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(report.report_type)
    .bind(report.from)
    .bind(report.to)
    .bind(report.summary)
    .bind(report.controls)
    .bind(entries)
    .bind(report.hash.to_string())
    .fetch_one(change.connection())
    .await?)
}
