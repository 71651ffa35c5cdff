//! One test: its runs, its failures, what was decided about it, and its entries in the chain.

use super::query::push_by_ids;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::flaky::detail::{RunNote, TestDetail};
use crate::flaky::evidence::Mark;
use crate::flaky::failure::{Failure, grouped};
use crate::flaky::state;
use crate::flaky::test::Test;
use crate::ids::TestId;
use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, QueryBuilder, Row};

/// How many runs, failures, decisions and entries a detail tells.
const RUNS_MAX: i64 = 100;
const FAILURES_MAX: i64 = 500;
const NOTES_MAX: i64 = 100;
/// How many of the newest results of a test are looked at for its runs.
const RESULTS_MAX: i64 = 2_000;

/// Everything about the test `id`, of one moment.
///
/// # Errors
/// `NotFound` where there is no such test.
pub async fn show(db: &Db, id: TestId) -> Result<TestDetail> {
    let mut connection = db.read().acquire().await?;
    let mut transaction = connection.begin_with("begin isolation level repeatable read read only").await?;
    let detail = read(&mut transaction, id).await;
    transaction.rollback().await?;
    let mut detail = detail?;
    detail.thresholds = super::settings::thresholds(db).await?;
    let evidence = detail.test.evidence();
    detail.ineligible = state::eligible(&evidence, &detail.test.decided(), detail.thresholds).err();
    Ok(detail)
}

async fn read(connection: &mut PgConnection, id: TestId) -> Result<TestDetail> {
    let mut sql = QueryBuilder::default();
    push_by_ids(&mut sql, &[id]);
    let test: Option<Test> = sql.build_query_as().fetch_optional(&mut *connection).await?;
    let test = test.ok_or_else(|| Error::new(Kind::NotFound, format!("there is no test #{id}")))?;
    Ok(TestDetail {
        ineligible: None,
        thresholds: state::Thresholds::default(),
        runs: runs(connection, id).await?,
        failures: grouped(&failures(connection, id).await?),
        elsewhere: sqlx::query_as(
            "select o.id, left(o.environment, 200) as environment,
                    case when o.quarantined then 'quarantined' else o.state end as state,
                    o.flakiness_score::float8 as flakiness_score
             from trust.flaky_tests t
             join trust.flaky_tests o on o.repo_id = t.repo_id and o.test_id = t.test_id and o.id <> t.id
             where t.id = $1 order by o.environment limit $2",
        )
        .bind(id)
        .bind(NOTES_MAX)
        .fetch_all(&mut *connection)
        .await?,
        decisions: sqlx::query_as(
            "select * from (select id, deed, left(actor, 200) as actor, at, reason, owner, link, until, by_rule,
                                   test_version
                            from trust.flaky_decisions where flaky_test_id = $1 order by id desc limit $2) newest
             order by id",
        )
        .bind(id)
        .bind(NOTES_MAX)
        .fetch_all(&mut *connection)
        .await?,
        entries: sqlx::query_as(
            "select * from (
                 select e.seq, e.occurred_at, e.event_type, e.actor
                 from audit.audit_trail_entries e
                 where e.payload->>'idempotency_key' = any(array(
                           select d.deed_key::text from trust.flaky_decisions d where d.flaky_test_id = $1))
                   and e.category = 'quarantine'
                 order by e.seq desc limit $2) newest
             order by seq",
        )
        .bind(id)
        .bind(NOTES_MAX)
        .fetch_all(&mut *connection)
        .await?,
        test,
    })
}

async fn runs(connection: &mut PgConnection, id: TestId) -> Result<Vec<RunNote>> {
    let rows: Vec<PgRow> = sqlx::query(
        "with result as (
             select r.*, trust.test_outcome(r.status) as outcome
             from trust.flaky_tests t
             join trust.test_results r
               on r.repo_id = t.repo_id and r.test_id = t.test_id and r.environment = t.environment
             where t.id = $1 order by r.id desc limit $2
         )
         select left(c.run_key, 200) as run_key, left(coalesce(r.commit_sha, ''), 200) as commit_sha,
                left(coalesce(max(r.branch), ''), 200) as branch,
                coalesce(c.started_at, min(r.recorded_at)) as at, coalesce(c.outage, false) as outage,
                count(*) filter (where r.outcome = 'p') as passed,
                count(*) filter (where r.outcome = 'f') as failed, sum(r.duration_ms)::bigint as duration_ms
         from result r
         left join trust.ci_runs c on c.id = r.ci_run_id
         group by r.ci_run_id, c.id, r.commit_sha, case when r.ci_run_id is null and coalesce(r.commit_sha, '') = ''
                                                        then r.id end
         order by at desc, min(r.id) desc limit $3",
    )
    .bind(id)
    .bind(RESULTS_MAX)
    .bind(RUNS_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(run_note(row)?)).collect()
}

fn run_note(row: &PgRow) -> sqlx::Result<RunNote> {
    let count = |column| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
    let (passed, failed) = (count("passed")?, count("failed")?);
    let mark = match (row.try_get("outage")?, passed, failed) {
        (true, ..) => Mark::Outage,
        (false, 0, 0) => Mark::Skip,
        (false, _, 0) => Mark::Pass,
        (false, 0, _) => Mark::Fail,
        (false, ..) => Mark::Flaked,
    };
    Ok(RunNote {
        mark: mark.strip_letter(),
        run_key: row.try_get("run_key")?,
        commit_sha: row.try_get("commit_sha")?,
        branch: row.try_get("branch")?,
        at: row.try_get("at")?,
        passed,
        failed,
        duration_ms: row.try_get("duration_ms")?,
    })
}

async fn failures(connection: &mut PgConnection, id: TestId) -> Result<Vec<Failure>> {
    let rows: Vec<PgRow> = sqlx::query(
        "select left(coalesce(r.error_message, ''), 4000) as message,
                left(coalesce(r.commit_sha, ''), 200) as commit_sha, coalesce(c.started_at, r.recorded_at) as at
         from trust.flaky_tests t
         join trust.test_results r
           on r.repo_id = t.repo_id and r.test_id = t.test_id and r.environment = t.environment
         left join trust.ci_runs c on c.id = r.ci_run_id
         where t.id = $1 and trust.test_outcome(r.status) = 'f' and c.outage is not true
         order by r.id desc limit $2",
    )
    .bind(id)
    .bind(FAILURES_MAX)
    .fetch_all(connection)
    .await?;
    let failure = |row: &PgRow| {
        Ok::<_, sqlx::Error>(Failure {
            message: row.try_get("message")?,
            commit_sha: row.try_get("commit_sha")?,
            at: row.try_get("at")?,
        })
    };
    rows.iter().map(|row| Ok(failure(row)?)).collect()
}
