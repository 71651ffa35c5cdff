//! The verdicts of AI and people, counted by the database.

use super::fields::FIELDS;
use super::{blind, metrics, threat, verdict};
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::filter::{Filter, sql::push_where};
use crate::triage::agreement::{Cell, measure};
use crate::triage::stats::{BlindSample, Population, Stats};
use crate::triage::threat::Feed;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, QueryBuilder, Row};

/// The most combinations of tool, rule, verdicts and confidence that are counted.
const CELLS_MAX: usize = 200_000;

/// All that is measured on the findings of `filter`, of one moment.
///
/// # Errors
/// `Usage` where there are too many combinations to count.
pub async fn stats(db: &Db, filter: &Filter, now: DateTime<Utc>) -> Result<Stats> {
    let mut connection = db.read().acquire().await?;
    let mut transaction = connection.begin_with("begin isolation level repeatable read read only").await?;
    let stats = read(&mut transaction, filter, now).await;
    transaction.rollback().await?;
    stats
}

async fn read(connection: &mut PgConnection, filter: &Filter, now: DateTime<Utc>) -> Result<Stats> {
    let (population, waiting) = population(connection, filter, now).await?;
    Ok(Stats {
        population,
        all: measure(&cells(connection, filter, Sample::All, now).await?),
        blind: BlindSample {
            share: blind::share_now(connection).await?.get(),
            waiting,
            agreement: measure(&cells(connection, filter, Sample::Blind, now).await?),
        },
        epss: threat::newest(connection, Feed::Epss).await?,
        kev: threat::newest(connection, Feed::Kev).await?,
        pipeline: metrics::by_repo(connection, filter, now).await?,
    })
}

/// Which verdicts of people are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sample {
    /// The decisions that stand.
    All,
    /// The first verdict on each finding that was given blind. What followed does not matter: whoever
    /// changed or took back their verdict had seen the AI's by then.
    Blind,
}

/// Counts the findings of `filter` with a verdict of both.
async fn cells(
    connection: &mut PgConnection,
    filter: &Filter,
    sample: Sample,
    now: DateTime<Utc>,
) -> Result<Vec<Cell>> {
    let mut sql = QueryBuilder::new(
        "select left(coalesce(f.tool, ''), 200) as tool, left(coalesce(f.rule_id, ''), 1000) as rule_id,
                upper(btrim(f.ai_verdict)) as ai, upper(btrim(d.verdict)) as person,
                case when c.confidence < 1 then floor(c.confidence * 10) else ceil(c.confidence * 9) end::integer as bin,
                coalesce(sum(c.confidence), 0) as confidence_sum, count(*) as count
         from triage.findings f
         cross join lateral (select case when f.ai_confidence <> 'NaN'
                                         then least(1, greatest(0, f.ai_confidence)) end) c (confidence)",
    );
    sql.push(match sample {
        Sample::All => " cross join lateral (select f.triage_decision) d (verdict)",
        Sample::Blind => {
            " cross join lateral (
                  select b.user_verdict from triage.feedbacks b
                  where b.finding_id = f.id and b.blind and b.kind = 'verdict' order by b.id limit 1) d (verdict)"
        }
    });
    sql.push(
        " where upper(btrim(f.ai_verdict)) in ('TP', 'FP') and upper(btrim(d.verdict)) in ('TP', 'FP') and ",
    );
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(" group by 1, 2, 3, 4, 5 limit ").push_bind(CELLS_MAX as i64 + 1);
    let rows = sql.build().fetch_all(connection).await?;
    if rows.len() > CELLS_MAX {
        let what = format!("more than {CELLS_MAX} combinations of rule, verdict and confidence");
        return Err(Error::new(Kind::Usage, what).hint("narrow the filter"));
    }
    Ok(rows.iter().filter_map(|row| cell(row).transpose()).collect::<sqlx::Result<_>>()?)
}

fn cell(row: &PgRow) -> sqlx::Result<Option<Cell>> {
    let (Some(ai), Some(person)) = (verdict(row, "ai")?, verdict(row, "person")?) else { return Ok(None) };
    Ok(Some(Cell {
        tool: row.try_get("tool")?,
        rule_id: row.try_get("rule_id")?,
        ai,
        person,
        bin: row.try_get::<Option<i32>, _>("bin")?.and_then(|bin| usize::try_from(bin).ok()),
        confidence_sum: row.try_get("confidence_sum")?,
        count: u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0),
    }))
}

/// Counts what [`cells`] leaves out, and how many findings wait to be decided blind.
async fn population(
    connection: &mut PgConnection,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<(Population, u64)> {
    let mut sql = QueryBuilder::new(
        "select count(*) as findings, count(*) filter (where decided) as decided,
                count(*) filter (where decided and not by_ai) as decided_without_ai,
                count(*) filter (where by_ai and not decided) as undecided_with_ai,
                count(*) filter (where decided and by_ai and not said) as without_feedback,
                count(*) filter (where by_ai and not decided and not said
                                 and triage.in_blind_sample(id, share)) as blind_waiting
         from (select f.id, upper(btrim(coalesce(f.triage_decision, ''))) in ('TP', 'FP') as decided,
                      upper(btrim(coalesce(f.ai_verdict, ''))) in ('TP', 'FP') as by_ai,
                      f.decided_by is not null
                      or f.id in (select v.finding_id from triage.feedbacks v where v.kind = 'verdict') as said,
                      s.blind_share as share
               from triage.findings f cross join triage.settings s
               where ",
    );
    push_where(&mut sql, filter, &FIELDS, now);
    sql.push(") as each");
    let row = sql.build().fetch_one(connection).await?;
    let count =
        |name: &str| -> sqlx::Result<u64> { Ok(row.try_get::<i64, _>(name)?.try_into().unwrap_or(0)) };
    let population = Population {
        findings: count("findings")?,
        decided: count("decided")?,
        decided_without_ai: count("decided_without_ai")?,
        undecided_with_ai: count("undecided_with_ai")?,
        without_feedback: count("without_feedback")?,
    };
    Ok((population, count("blind_waiting")?))
}
