//! The intake of test results: one transaction a file.
//!
//! The row of the run is locked first, so that files of one run come one after the other: each counts the
//! attempts on that the earlier ones left. Results go by COPY straight into their table.

use crate::chain::change::Change;
use crate::db::Db;
use crate::db::copy::{push, push_number};
use crate::error::{Error, Kind, Result};
use crate::flaky::import::Target;
use crate::flaky::junit::case::{Attempt, Case, Status};
use crate::flaky::junit::read::NAME_BYTES_MAX;
use crate::flaky::tally::{TESTS_MAX, Tally, is_outage};
use crate::flaky::test_hash::TestHash;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;

/// A file that was taken in before.
#[derive(Debug, sqlx::FromRow)]
pub struct Imported {
    /// What it came to.
    pub counts: Value,
    /// What deviated.
    pub deviations: Vec<String>,
    /// Tests that ran in its run, over all files.
    pub tests: i32,
    /// Those of them that never passed.
    pub failed: i32,
    /// Whether the run is an outage.
    pub outage: bool,
}

/// The intake of these bytes for this run, if it has been.
pub async fn find_import(db: &Db, target: &Target, sha256: &str) -> Result<Option<Imported>> {
    Ok(sqlx::query_as(
        "select i.counts, i.deviations, r.tests, r.failed, r.outage
         from trust.test_imports i
         join trust.ci_runs r on r.id = i.ci_run_id
         join trust.repositories p on p.id = r.repo_id
         where p.full_name = $1 and r.run_key = $2 and r.environment = $3 and i.file_sha256 = $4",
    )
    .bind(&target.repo)
    .bind(&target.run_key)
    .bind(&target.environment)
    .bind(sha256)
    .fetch_optional(db.read())
    .await?)
}

/// A run whose files wait for us.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CiRun {
    /// Its identifier.
    pub id: i64,
    /// The repository's.
    pub repo_id: i64,
    /// The commit, or what stands for it.
    pub commit_sha: String,
    /// The branch, or empty.
    pub branch: String,
    /// The workflow, or empty.
    pub workflow_name: String,
}

/// Finds or makes the run, and holds it until the end of the change.
///
/// The wait for another file of the run is as long as that is large, so the usual limit does not hold.
///
/// # Errors
/// [`Kind::Conflict`] where the run is known to be of another commit.
pub async fn begin_run(change: &mut Change, target: &Target) -> Result<CiRun> {
    let connection = change.connection();
    let limit: String =
        sqlx::query_scalar("select current_setting('lock_timeout')").fetch_one(&mut *connection).await?;
    set_lock_timeout(connection, "0").await?;
    sqlx::query("insert into trust.repositories (full_name) values ($1) on conflict (full_name) do nothing")
        .bind(&target.repo)
        .execute(&mut *connection)
        .await?;
    let run: CiRun = sqlx::query_as(
        "insert into trust.ci_runs as r (repo_id, run_key, commit_sha, branch, environment, workflow_name)
         select p.id, $2, $3, $4, $5, $6 from trust.repositories p where p.full_name = $1
         on conflict (repo_id, run_key, environment) do update
             set branch = coalesce(nullif(r.branch, ''), excluded.branch),
                 workflow_name = coalesce(nullif(r.workflow_name, ''), excluded.workflow_name)
         returning r.id, r.repo_id, r.commit_sha, r.branch, r.workflow_name",
    )
    .bind(&target.repo)
    .bind(&target.run_key)
    .bind(target.commit_or_run())
    .bind(&target.branch)
    .bind(&target.environment)
    .bind(&target.workflow)
    .fetch_one(&mut *connection)
    .await?;
    set_lock_timeout(connection, &limit).await?;
    match &target.commit {
        Some(commit) if *commit != run.commit_sha => {
            let what = format!(
                "the run {} of {} is of commit {}, not {commit}",
                target.run_key, target.repo, run.commit_sha
            );
            Err(Error::new(Kind::Conflict, what)
                .hint("name the run as the CI system does, or another commit"))
        }
        _ => Ok(run),
    }
}

async fn set_lock_timeout(connection: &mut PgConnection, limit: &str) -> Result<()> {
    sqlx::query("select set_config('lock_timeout', $1, true)").bind(limit).execute(connection).await?;
    Ok(())
}

/// Records the file; none where these bytes were taken in for this run already.
pub async fn begin_import(
    change: &mut Change,
    run: &CiRun,
    sha256: &str,
    file_name: &str,
) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "insert into trust.test_imports (ci_run_id, file_sha256, file_name) values ($1, $2, $3)
         on conflict (ci_run_id, file_sha256) do nothing
         returning id",
    )
    .bind(run.id)
    .bind(sha256)
    .bind(file_name)
    .fetch_optional(change.connection())
    .await?)
}

/// What earlier files of the run said of its tests.
///
/// # Errors
/// [`Kind::Failed`] where they are more than can be held.
pub async fn known(change: &mut Change, run: &CiRun) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut rows = sqlx::query_as::<_, (String, i32, bool, bool)>(
        "select test_id, max(attempt), bool_or(status in ('pass', 'passed')), bool_or(status in ('fail', 'failed'))
         from trust.test_results
         where ci_run_id = $1 and test_id is not null
         group by test_id",
    )
    .bind(run.id)
    .fetch(change.connection());
    while let Some((test_id, attempts, passed, failed)) = rows.try_next().await? {
        // Another producer may identify tests in its own way; those are no attempts of ours.
        let Some(test) = TestHash::read(&test_id) else { continue };
        if tally.is_full() {
            let what = format!("this run has more than {TESTS_MAX} tests");
            return Err(Error::new(Kind::Failed, what).hint("give its files runs of their own"));
        }
        let came_of_them = match (passed, failed) {
            (true, true) => &[Status::Pass, Status::Fail][..],
            (true, false) => &[Status::Pass],
            (false, true) => &[Status::Fail],
            (false, false) => &[],
        };
        tally.known(test, u32::try_from(attempts).unwrap_or(0), came_of_them);
    }
    Ok(tally)
}

/// The results of one file on their way, open for rows. Dropped before it is closed, it spoils the
/// connection, which the change then closes.
pub struct Arrival<'c>(PgCopyIn<&'c mut PgConnection>);

impl<'c> Arrival<'c> {
    /// Opens the table.
    pub async fn open(change: &'c mut Change) -> Result<Self> {
        let copy = change.connection().copy_in_raw(
            "copy trust.test_results (repo_id, ci_run_id, import_id, commit_sha, branch, workflow_name,
                 environment, test_suite, test_name, test_id, status, duration_ms, error_message, attempt)
             from stdin",
        );
        Ok(Arrival(copy.await?))
    }

    /// Sends encoded rows.
    pub async fn put(&mut self, rows: &[u8]) -> Result<()> {
        self.0.send(rows).await?;
        Ok(())
    }

    /// Ends the rows.
    pub async fn close(self) -> Result<()> {
        self.0.finish().await?;
        Ok(())
    }
}

/// Encodes the rows of one file.
pub struct Encoder {
    /// What all rows begin with.
    head: Vec<u8>,
}

impl Encoder {
    /// An encoder for the file `import` of `run`.
    pub fn new(run: &CiRun, import: i64, environment: &str) -> Self {
        let mut head = format!("{}\t{}\t{import}", run.repo_id, run.id).into_bytes();
        for text in [&*run.commit_sha, &*run.branch, &*run.workflow_name, environment] {
            push(&mut head, Some(text));
        }
        Encoder { head }
    }

    /// Appends the attempts of a case, counted on from `before`.
    pub fn encode(&self, test: TestHash, case: &Case, before: u32, rows: &mut Vec<u8>) {
        let (test, mut attempt) = (test.to_string(), before);
        for Attempt { status, duration_ms, message } in &case.attempts {
            attempt = attempt.saturating_add(1);
            rows.extend_from_slice(&self.head);
            push(rows, Some(cut(&case.suite)));
            push(rows, Some(cut(&case.name)));
            push(rows, Some(&test));
            push(rows, Some(status.word()));
            push_number(rows, *duration_ms);
            push(rows, message.as_deref());
            push_number(rows, Some(i32::try_from(attempt).unwrap_or(i32::MAX)));
            rows.push(b'\n');
        }
    }
}

fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME_BYTES_MAX)]
}

/// Keeps what a run comes to, over all of its files; `started_at` is the earliest time that the new one
/// tells.
pub async fn end_run(
    change: &mut Change,
    run: &CiRun,
    tests: u64,
    failed: u64,
    started_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let small = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query(
        "update trust.ci_runs
         set tests = $2, failed = $3, outage = $4, started_at = least(started_at, coalesce($5, started_at))
         where id = $1",
    )
    .bind(run.id)
    .bind(small(tests))
    .bind(small(failed))
    .bind(is_outage(tests, failed))
    .bind(started_at)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Keeps what a file came to.
pub async fn end_import(
    change: &mut Change,
    import: i64,
    counts: &Value,
    deviations: &[String],
) -> Result<()> {
    sqlx::query("update trust.test_imports set counts = $2, deviations = $3 where id = $1")
        .bind(import)
        .bind(counts)
        .bind(deviations)
        .execute(change.connection())
        .await?;
    Ok(())
}
