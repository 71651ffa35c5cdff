//! Results of tests to score and decide on.

use crate::support::{TestDatabase, database};
use attestor::db::Db;
use attestor::flaky::jobs::{How, Recompute, RecomputeReport, recompute};
use attestor::flaky::store::tests::{self, Query};
use attestor::flaky::test::Test;
use attestor::jobs::JobContext;
use chrono::Utc;
use sqlx::{AssertSqlSafe, PgConnection};

/// A database with results, and a superuser who looks behind the scenes.
pub struct Stage {
    pub database: TestDatabase,
    pub db: Db,
    pub superuser: PgConnection,
}

pub async fn stage() -> Stage {
    let database = database().await;
    let mut stage = Stage { db: database.db(), superuser: database.superuser().await, database };
    stage.run("insert into trust.repositories (full_name) values ('acme/api')").await;
    stage
}

impl Stage {
    pub async fn run(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.superuser).await.unwrap();
    }

    pub async fn one<T>(&mut self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut self.superuser).await.unwrap()
    }

    /// Runs of `test`, a word each, day by day: letters are attempts (p, f, s), `*` repeats. `98*p` are
    /// 98 commits that passed; `2*fp` two that failed and then passed.
    pub async fn history(&mut self, test: &str, words: &str) {
        self.history_in(test, "", words).await;
    }

    pub async fn history_in(&mut self, test: &str, environment: &str, words: &str) {
        for word in words.split_whitespace() {
            let (count, attempts) = word.split_once('*').unwrap_or(("1", word));
            let statuses: Vec<&str> = attempts
                .chars()
                .map(|letter| match letter {
                    'p' => "pass",
                    'f' => "fail",
                    _ => "skip",
                })
                .collect();
            sqlx::query(
                "with next as (
                     select coalesce(max(id), 0) as last from trust.ci_runs
                 ), run as (
                     insert into trust.ci_runs (repo_id, run_key, commit_sha, environment, started_at)
                     select 1, 'run-' || last + n, md5((last + n)::text), $2,
                            timestamptz '2026-01-01 00:00Z' + make_interval(hours => (last + n)::int)
                     from next, generate_series(1, $3) n
                     returning id, commit_sha
                 )
                 insert into trust.test_results
                     (repo_id, ci_run_id, commit_sha, branch, test_suite, test_name, test_id, status, environment,
                      attempt, duration_ms, error_message)
                 select 1, run.id, run.commit_sha, 'main', 'suite', $1, 'id-' || $1, s.status, $2, s.attempt, 12,
                        case s.status when 'fail' then 'timeout after ' || run.id || ' ms' end
                 from run, unnest($4::text[]) with ordinality as s (status, attempt)
                 order by run.id, s.attempt",
            )
            .bind(test)
            .bind(environment)
            .bind(count.parse::<i32>().unwrap())
            .bind(&statuses)
            .execute(&mut self.superuser)
            .await
            .unwrap();
        }
    }

    pub async fn score(&self) -> RecomputeReport {
        self.score_by(How::Incremental).await
    }

    pub async fn score_by(&self, how: How) -> RecomputeReport {
        recompute(&self.db, &Recompute { repo: None, how }, &JobContext::unattended()).await.unwrap()
    }

    /// The test of this name.
    pub async fn test(&self, name: &str) -> Test {
        let page =
            tests::list(&self.db, &Query::first(filter(&format!("name={name}")), 10, Utc::now())).await;
        let mut rows = page.unwrap().rows;
        assert_eq!(rows.len(), 1, "{name}");
        rows.remove(0)
    }

    /// The events of the chain, in order.
    pub async fn entries(&mut self) -> Vec<String> {
        sqlx::query_scalar("select event_type from audit.audit_trail_entries order by seq")
            .fetch_all(&mut self.superuser)
            .await
            .unwrap()
    }
}

pub fn filter(text: &str) -> attestor::filter::Filter {
    attestor::filter::parse(text, &attestor::flaky::store::fields::FIELDS).unwrap()
}
