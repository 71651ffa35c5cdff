//! The counting of evidence, over one state of the database.
//!
//! The server gathers the attempts of each test in one pass over its results, and hands over one row a
//! test. What they say of runs and commits is decided in [`attempts`](crate::flaky::attempts) and
//! [`evidence`](crate::flaky::evidence): to sort and fold there costs a third of what it costs in SQL.

use crate::db::snapshot::Snapshot;
use crate::error::Result;
use crate::flaky::attempts::{Attempts, fold};
use crate::flaky::evidence::{Evidence, Run, clean_runs};
use crate::flaky::scoring::{Counted, Runs};
use crate::ids::RepoId;
use crate::jobs::JobContext;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use std::collections::HashMap;

/// Bytes of the table of results that one pass takes tests out of: some three million attempts, of which
/// the server holds 33 bytes each.
const PASS_BYTES: i64 = 512 << 20;
/// Memory that the server may use for a pass.
const WORK_MEM: &str = "set local work_mem = '128MB'";
/// So many tests at most are counted by their names; more are counted in passes over the whole table.
pub const NAMED_MAX: usize = 5_000;

/// Which results are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum Scope {
    /// All of the repository.
    All,
    /// All of these tests.
    Tests(Vec<String>),
    /// Those that a snapshot of transactions did not see.
    Since(String),
}

/// Counts the results of a repository. `take` is handed each test.
pub async fn count(
    snapshot: &mut Snapshot,
    repo: RepoId,
    scope: &Scope,
    job: &JobContext,
    step: &str,
    mut take: impl FnMut(Counted),
) -> Result<()> {
    snapshot.plan_freely().await?;
    sqlx::raw_sql(WORK_MEM).execute(snapshot.connection()).await?;
    let passes = match scope {
        Scope::All => passes(snapshot).await?,
        Scope::Tests(_) | Scope::Since(_) => 1,
    };
    let is_new = matches!(scope, Scope::Since(_));
    let quarantined = quarantined(snapshot, repo).await?;
    let total = u64::from(passes.unsigned_abs());
    for pass in 0..passes {
        job.check_cancelled()?;
        job.report(step, u64::from(pass.unsigned_abs()), Some(total).filter(|total| *total > 1));
        let mut sql = QueryBuilder::default();
        push_count(&mut sql, repo, scope, (pass, passes));
        let mut rows = sql.build().fetch(snapshot.connection());
        while let Some(row) = rows.try_next().await? {
            take(counted(&row, is_new, &quarantined)?);
        }
    }
    Ok(())
}

async fn passes(snapshot: &mut Snapshot) -> Result<i32> {
    let bytes: i64 = sqlx::query_scalar("select pg_relation_size('trust.test_results')")
        .fetch_one(snapshot.connection())
        .await?;
    Ok(i32::try_from(1 + bytes / PASS_BYTES).unwrap_or(i32::MAX))
}

/// Since when the tests of a repository are in quarantine.
type Quarantined = HashMap<(String, String), DateTime<Utc>>;

async fn quarantined(snapshot: &mut Snapshot, repo: RepoId) -> Result<Quarantined> {
    let rows: Vec<(String, String, DateTime<Utc>)> = sqlx::query_as(
        "select test_id, environment, quarantined_at from trust.flaky_tests
         where repo_id = $1 and quarantined and quarantined_at is not null and test_id is not null",
    )
    .bind(repo)
    .fetch_all(snapshot.connection())
    .await?;
    Ok(rows.into_iter().map(|(test, environment, at)| ((test, environment), at)).collect())
}

/// The attempts of each test, in no order.
///
/// A commit is known by a hash of 64 bits: within a test, two of a million differ by it with a probability
/// of 1 in 37 million. A result without a commit stands for its run alone, or for itself.
fn push_count(sql: &mut QueryBuilder<Postgres>, repo: RepoId, scope: &Scope, (pass, passes): (i32, i32)) {
    sql.push(
        "select r.test_id, r.environment, array_agg(r.id) as ids, array_agg(coalesce(r.ci_run_id, 0)) as runs,
                array_agg(hashtextextended(
                    coalesce(nullif(r.commit_sha, ''), 'run:' || r.ci_run_id, 'row:' || r.id), 0)) as commits,
                array_agg(coalesce(c.started_at, r.recorded_at)) as ats,
                string_agg(case when c.outage then 'o' else trust.test_outcome(r.status) end, '') as letters
         from trust.test_results r
         left join trust.ci_runs c on c.id = r.ci_run_id
         where r.test_id is not null and r.repo_id = ",
    );
    sql.push_bind(repo);
    match scope {
        Scope::All if passes == 1 => {}
        Scope::All => {
            sql.push(" and mod(hashtext(r.test_id) & 2147483647, ").push_bind(passes).push(") = ");
            sql.push_bind(pass);
        }
        Scope::Tests(tests) => {
            sql.push(" and r.test_id = any(").push_bind(tests.clone()).push(")");
        }
        Scope::Since(seen) => push_unseen(sql, seen),
    }
    sql.push(" group by r.test_id, r.environment");
}

/// Results of transactions that a snapshot did not see.
fn push_unseen(sql: &mut QueryBuilder<Postgres>, seen: &str) {
    sql.push(" and r.recorded_xid >= pg_snapshot_xmin(").push_bind(seen.to_owned());
    sql.push("::pg_snapshot) and not pg_visible_in_snapshot(r.recorded_xid, ").push_bind(seen.to_owned());
    sql.push("::pg_snapshot)");
}

fn counted(row: &PgRow, is_new: bool, quarantined: &Quarantined) -> sqlx::Result<Counted> {
    let key = (row.try_get("test_id")?, row.try_get("environment")?);
    let attempts = Attempts {
        ids: row.try_get("ids")?,
        runs: row.try_get("runs")?,
        commits: row.try_get("commits")?,
        ats: row.try_get("ats")?,
        letters: row.try_get::<&str, _>("letters")?.as_bytes().to_vec(),
    };
    let folded = fold(&attempts);
    // A group has at least one row.
    let (Some(first), Some(last)) = (folded.runs.first(), folded.runs.last()) else {
        return Err(sqlx::Error::RowNotFound);
    };
    let (first_at, last_at) = (first.at, last.at);
    let quarantined_at = quarantined.get(&key).copied();
    let since = quarantined_at.map_or(0, |since| folded.runs.iter().filter(|run| run.at > since).count());
    let runs: Vec<Run> = folded.runs.iter().map(|timed| timed.run).collect();
    let (test_id, environment) = key;
    Ok(Counted {
        test_id,
        environment,
        runs: if is_new {
            Runs::New { runs, since_quarantine: since }
        } else {
            Runs::All { evidence: Evidence::of(&runs), clean: clean_runs(0, &runs[runs.len() - since..]) }
        },
        passes: folded.passes,
        fails: folded.fails,
        skips: folded.skips,
        outages: folded.outages,
        first_at,
        last_at,
        last_failed_at: folded.last_failed_at,
        quarantined_at,
    })
}

/// How far a repository was scored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reached {
    /// What was visible then; none where everything has to be scored again.
    pub snapshot: Option<String>,
    /// Runs that were left out as outages.
    pub outages: Vec<i64>,
    /// The latest run.
    pub last_at: Option<DateTime<Utc>>,
    /// Whether results without a run are among them.
    pub has_loose: bool,
    /// How often it was scored.
    pub version: i64,
}

/// A repository with results, how far it was scored, and how far it can be now.
#[derive(Debug, Clone, PartialEq)]
pub struct Repo {
    /// Which.
    pub id: RepoId,
    /// Its name, as it was written.
    pub name: String,
    /// How far it was scored.
    pub before: Reached,
    /// How far it is scored once what is visible has been counted.
    pub now: Reached,
}

/// The repositories, or the one of this name.
pub async fn repos(snapshot: &mut Snapshot, name: Option<&str>) -> Result<Vec<Repo>> {
    let rows: Vec<PgRow> = sqlx::query(
        "select r.id, r.full_name, s.snapshot::text as snapshot, coalesce(s.outages, '{}') as outages, s.last_at,
                coalesce(s.has_loose, false) as has_loose, coalesce(s.version, 0) as version,
                pg_current_snapshot()::text as now,
                -- Transactions of another server, as after a restore, tell nothing about what is new here.
                coalesce((select max(t.recorded_xid) from trust.test_results t)
                         >= pg_snapshot_xmax(pg_current_snapshot()), false) as foreign_results,
                coalesce(pg_snapshot_xmax(s.snapshot) > pg_snapshot_xmax(pg_current_snapshot()), false)
                    as foreign_snapshot,
                array(select c.id from trust.ci_runs c where c.repo_id = r.id and c.outage order by c.id)
                    as outages_now,
                (select max(c.started_at) from trust.ci_runs c where c.repo_id = r.id) as last_at_now
         from trust.repositories r
         left join trust.test_scorings s on s.repo_id = r.id
         where ($1::text is null or r.full_name = $1)
           and exists (select from trust.test_results t where t.repo_id = r.id)
         order by r.id",
    )
    .bind(name)
    .fetch_all(snapshot.connection())
    .await?;
    let repo = |row: &PgRow| {
        let is_foreign: bool = row.try_get("foreign_results")?;
        let before = Reached {
            snapshot: match row.try_get("foreign_snapshot")? {
                true => None,
                false => row.try_get::<Option<String>, _>("snapshot")?.filter(|_| !is_foreign),
            },
            outages: row.try_get("outages")?,
            last_at: row.try_get("last_at")?,
            has_loose: row.try_get("has_loose")?,
            version: row.try_get("version")?,
        };
        let now = Reached {
            snapshot: row.try_get::<Option<String>, _>("now")?.filter(|_| !is_foreign),
            outages: row.try_get("outages_now")?,
            last_at: row.try_get("last_at_now")?,
            has_loose: before.has_loose,
            version: before.version + 1,
        };
        Ok::<_, sqlx::Error>(Repo { id: row.try_get("id")?, name: row.try_get("full_name")?, before, now })
    };
    Ok(rows.iter().map(repo).collect::<sqlx::Result<_>>()?)
}

/// What is new in a repository since it was scored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Results.
    pub results: u64,
    /// Whether there are results without a run among them.
    pub has_loose: bool,
    /// Whether they are whole runs, later than all others, on commits that no other run was on.
    pub comes_after: bool,
    /// The runs that they belong to.
    pub runs: Vec<i64>,
}

/// What is new in `repo` since `seen`.
pub async fn news(snapshot: &mut Snapshot, repo: &Repo, seen: &str) -> Result<News> {
    let mut sql = QueryBuilder::new(
        "with fresh as (
             select r.ci_run_id, coalesce(r.commit_sha, '') as commit, count(*) as results
             from trust.test_results r where r.repo_id = ",
    );
    sql.push_bind(repo.id);
    push_unseen(&mut sql, seen);
    sql.push(
        "    group by 1, 2
         )
         select coalesce(sum(f.results), 0)::bigint as results, coalesce(bool_or(f.ci_run_id is null), false) as loose,
                array_agg(distinct f.ci_run_id) filter (where f.ci_run_id is not null) as runs,
                coalesce(bool_and(
                    c.commit_sha = f.commit and f.commit <> '' and c.repo_id = ",
    );
    sql.push_bind(repo.id).push(" and coalesce(c.started_at > ").push_bind(repo.before.last_at);
    sql.push(
        ", true)
                    -- No other run was on the commit, and of the run itself nothing was there before.
                    and not exists (select from trust.ci_runs o
                                    where o.repo_id = c.repo_id and o.commit_sha = c.commit_sha
                                      and o.id not in (select ci_run_id from fresh where ci_run_id is not null))
                    and f.results = (select count(*) from trust.test_results a where a.ci_run_id = f.ci_run_id)
                ), true) as comes_after
         from fresh f left join trust.ci_runs c on c.id = f.ci_run_id",
    );
    let row = sql.build().fetch_one(snapshot.connection()).await?;
    let has_loose: bool = row.try_get("loose")?;
    Ok(News {
        results: u64::try_from(row.try_get::<i64, _>("results")?).unwrap_or(0),
        has_loose,
        comes_after: row.try_get::<bool, _>("comes_after")? && !has_loose,
        runs: row.try_get::<Option<Vec<i64>>, _>("runs")?.unwrap_or_default(),
    })
}

/// The tests that new results, or runs that became outages or ceased to be, say something about: at most
/// one more than [`NAMED_MAX`].
pub async fn touched(snapshot: &mut Snapshot, repo: RepoId, seen: &str, runs: &[i64]) -> Result<Vec<String>> {
    let mut sql = QueryBuilder::new("select distinct r.test_id from trust.test_results r where r.repo_id = ");
    sql.push_bind(repo).push(" and r.test_id is not null and (r.ci_run_id = any(").push_bind(runs.to_vec());
    sql.push(") or r.id in (select r.id from trust.test_results r where r.repo_id = ").push_bind(repo);
    push_unseen(&mut sql, seen);
    sql.push(")) limit ").push_bind(NAMED_MAX as i64 + 1);
    Ok(sql.build_query_scalar().fetch_all(snapshot.connection()).await?)
}

/// Whether a repository has results without a run.
pub async fn has_loose(snapshot: &mut Snapshot, repo: RepoId) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select from trust.test_results where ci_run_id is null and repo_id = $1)",
    )
    .bind(repo)
    .fetch_one(snapshot.connection())
    .await?)
}
