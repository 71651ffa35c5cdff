//! Scores as they are written: the tests of a repository, and how far its results are scored.

use super::evidence::{Reached, Repo};
use crate::chain::change::Change;
use crate::error::{Error, Kind, Result};
use crate::flaky::evidence::Evidence;
use crate::flaky::scoring::{Scored, Standing};
use crate::flaky::state::State;
use crate::ids::RepoId;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

/// Holds the scoring of a repository against others until `change` ends.
///
/// # Errors
/// `Conflict` where somebody scored it since it was read.
pub async fn hold(change: &mut Change, repo: &Repo) -> Result<()> {
    sqlx::query("insert into trust.test_scorings (repo_id, version) values ($1, 0) on conflict do nothing")
        .bind(repo.id)
        .execute(change.connection())
        .await?;
    let version: i64 =
        sqlx::query_scalar("select version from trust.test_scorings where repo_id = $1 for update")
            .bind(repo.id)
            .fetch_one(change.connection())
            .await?;
    if version == repo.before.version {
        return Ok(());
    }
    let what = format!("{} was scored by somebody else meanwhile", crate::text::visible(&repo.name));
    Err(Error::new(Kind::Conflict, what).hint("ask again"))
}

/// Says how far a repository is scored now.
pub async fn reach(change: &mut Change, repo: RepoId, reached: &Reached) -> Result<()> {
    sqlx::query(
        "update trust.test_scorings
         set snapshot = $2::pg_snapshot, outages = $3, last_at = $4, has_loose = $5, version = $6,
             scored_at = clock_timestamp()
         where repo_id = $1",
    )
    .bind(repo)
    .bind(&reached.snapshot)
    .bind(&reached.outages)
    .bind(reached.last_at)
    .bind(reached.has_loose)
    .bind(reached.version)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Locks the tests of a repository in the order of their ids, those of these names or all, and reads what
/// stands about them.
pub async fn lock(change: &mut Change, repo: RepoId, tests: Option<&[String]>) -> Result<Vec<Standing>> {
    let locked = sqlx::query_scalar::<_, i64>(
        "select id from trust.flaky_tests
         where repo_id = $1 and ($2::text[] is null or test_id = any($2))
         order by id for update",
    )
    .bind(repo)
    .bind(tests)
    .fetch_all(change.connection())
    .await?;
    // A statement of its own: it sees what others committed while the locks were waited for.
    Ok(sqlx::query_as("select * from trust.flaky_tests where id = any($1)")
        .bind(locked)
        .fetch_all(change.connection())
        .await?)
}

impl FromRow<'_, PgRow> for Standing {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let count = |column| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i32, _>(column)?).unwrap_or(0));
        let maybe = |column| Ok::<_, sqlx::Error>(row.try_get::<Option<i32>, _>(column)?.map(i64::from));
        let counted = |column| {
            let value: Option<i32> = row.try_get(column)?;
            Ok::<_, sqlx::Error>(value.map(|value| u64::try_from(value).unwrap_or(0)))
        };
        Ok(Standing {
            test_id: row.try_get::<Option<String>, _>("test_id")?.unwrap_or_default(),
            environment: row.try_get("environment")?,
            state: State::of_word(row.try_get("state")?),
            suggested: row.try_get("suggested")?,
            // A row of a producer counts nothing of ours: it begins anew.
            is_scored: row.try_get::<Option<DateTime<Utc>>, _>("scored_at")?.is_some(),
            evidence: Evidence {
                first_try: count("first_try")?,
                flaked: count("flaked")?,
                never_passed: count("never_passed")?,
                isolated: count("isolated")?,
                failing_streak: count("failing_streak")?,
                retried: row.try_get("retried")?,
                strip: row.try_get("strip")?,
            },
            passes: maybe("pass_count")?.unwrap_or(0),
            fails: maybe("fail_count")?.unwrap_or(0),
            skips: i64::from(row.try_get::<i32, _>("skip_count")?),
            outages: i64::from(row.try_get::<i32, _>("outage_count")?),
            first_at: row.try_get("first_run_at")?,
            last_at: row.try_get("last_run_at")?,
            last_failed_at: row.try_get("last_failed_at")?,
            quarantined: row.try_get::<Option<bool>, _>("quarantined")?.unwrap_or(false),
            quarantined_at: row.try_get("quarantined_at")?,
            clean_runs: count("clean_runs")?,
            graduated_flaked: counted("graduated_flaked")?,
            dismissed_flaked: counted("dismissed_flaked")?,
        })
    }
}

/// Writes scores. Decisions of people are not touched.
pub async fn write(change: &mut Change, repo: RepoId, scored: &[Scored]) -> Result<()> {
    let whole = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
    let small = |value: u64| i32::try_from(value).unwrap_or(i32::MAX);
    let each = |of: &dyn Fn(&Scored) -> i32| scored.iter().map(of).collect::<Vec<i32>>();
    sqlx::query(
        "insert into trust.flaky_tests as t
             (repo_id, test_id, environment, test_suite, test_name, state, suggested, basis, flakiness_score,
              severity, failure_rate, first_try, flaked, never_passed, isolated, failing_streak, retried, strip,
              run_count, pass_count, fail_count, skip_count, outage_count, clean_runs,
              first_run_at, last_run_at, last_failed_at, scored_at)
         select $1, n.test_id, n.environment, said.test_suite, said.test_name, n.state, n.suggested, n.basis, n.score,
                n.severity, coalesce(n.fails::float8 / nullif(n.passes + n.fails, 0), 0), n.first_try, n.flaked,
                n.never_passed, n.isolated, n.streak, n.retried, n.strip, n.passes + n.fails, n.passes, n.fails,
                n.skips, n.outages, n.clean_runs, n.first_at, n.last_at, n.last_failed_at, clock_timestamp()
         from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::real[], $8::float8[],
                     $9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::boolean[],
                     $15::text[], $16::integer[], $17::integer[], $18::integer[], $19::integer[], $20::integer[],
                     $21::timestamptz[], $22::timestamptz[], $23::timestamptz[], $24::boolean[])
              as n (test_id, environment, state, suggested, basis, score, severity, first_try, flaked, never_passed,
                    isolated, streak, retried, strip, passes, fails, skips, outages, clean_runs, first_at, last_at,
                    last_failed_at, is_new)
         -- What a test is called does not change: its id is made of it.
         left join lateral (
             select left(r.test_suite, 4000) as test_suite, left(r.test_name, 8000) as test_name
             from trust.test_results r
             where r.repo_id = $1 and r.test_id = n.test_id and r.environment = n.environment
             order by r.id limit 1
         ) said on n.is_new
         on conflict (repo_id, test_id, environment) do update
         set test_suite = coalesce(t.test_suite, excluded.test_suite),
             test_name = coalesce(t.test_name, excluded.test_name),
             state = excluded.state, suggested = excluded.suggested, basis = excluded.basis,
             flakiness_score = excluded.flakiness_score, severity = excluded.severity,
             failure_rate = excluded.failure_rate, first_try = excluded.first_try, flaked = excluded.flaked,
             never_passed = excluded.never_passed, isolated = excluded.isolated,
             failing_streak = excluded.failing_streak, retried = excluded.retried, strip = excluded.strip,
             run_count = excluded.run_count, pass_count = excluded.pass_count, fail_count = excluded.fail_count,
             skip_count = excluded.skip_count, outage_count = excluded.outage_count,
             clean_runs = excluded.clean_runs, first_run_at = excluded.first_run_at,
             last_run_at = excluded.last_run_at, last_failed_at = excluded.last_failed_at,
             scored_at = excluded.scored_at",
    )
    .bind(repo)
    .bind(scored.iter().map(|s| s.test_id.as_str()).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.environment.as_str()).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.state.word()).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.suggested).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.evidence.basis().word()).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.score as f32).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.evidence.severity()).collect::<Vec<_>>())
    .bind(each(&|s| small(s.evidence.first_try)))
    .bind(each(&|s| small(s.evidence.flaked)))
    .bind(each(&|s| small(s.evidence.never_passed)))
    .bind(each(&|s| small(s.evidence.isolated)))
    .bind(each(&|s| small(s.evidence.failing_streak)))
    .bind(scored.iter().map(|s| s.evidence.retried).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.evidence.strip.as_str()).collect::<Vec<_>>())
    .bind(each(&|s| whole(s.passes)))
    .bind(each(&|s| whole(s.fails)))
    .bind(each(&|s| whole(s.skips)))
    .bind(each(&|s| whole(s.outages)))
    .bind(each(&|s| small(s.clean_runs)))
    .bind(scored.iter().map(|s| s.first_at).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.last_at).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.last_failed_at).collect::<Vec<_>>())
    .bind(scored.iter().map(|s| s.is_new).collect::<Vec<_>>())
    .execute(change.connection())
    .await?;
    Ok(())
}
