//! The intake of scans: one transaction a file.
//!
//! The order matters. Rows are staged first, since that takes as long as the file is large; known
//! findings are matched without locking them; then everything that will change is locked at once, in
//! the order of the ids, as everybody locks; the writes come last and are quick. A person who decides
//! meanwhile waits for the writes alone.

mod keeping;
mod matching;
mod staging;

pub use keeping::{keep_matched, keep_new, lock, mark_gone, note_gone};
pub use matching::{GROUP_ROWS_MAX, Matching, Newest, match_known};
pub use staging::{Stage, count_occurrences, encode};

use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::ids::ScanId;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Where a scan belongs: scans of one series replace each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Series {
    /// The repository.
    pub repo: String,
    /// The scanner.
    pub tool: String,
    /// The branch.
    pub branch: Option<String>,
    /// What kind of scan it is, where a scanner does several.
    pub name: String,
}

/// A scan that is being taken in.
#[derive(Debug, Clone)]
pub struct NewScan {
    /// Where it belongs.
    pub series: Series,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// The repository's address.
    pub repo_url: Option<String>,
    /// The repository's host, in a word.
    pub platform: Option<String>,
    /// The scanner's version.
    pub tool_version: Option<String>,
    /// When the scan ended, where the file says it.
    pub scanned_at: Option<DateTime<Utc>>,
    /// How many results it has.
    pub results: i32,
}

/// A file that was taken in before.
#[derive(Debug)]
pub struct Imported {
    /// Its scans.
    pub scan_ids: Vec<ScanId>,
    /// What it came to.
    pub counts: Value,
    /// What deviated.
    pub deviations: Vec<String>,
}

/// The intake of these bytes for this repository and commit, if it has been.
pub async fn find_import(db: &Db, sha256: &str, repo: &str, commit: &str) -> Result<Option<Imported>> {
    let import: Option<(i64, Value, Vec<String>)> = sqlx::query_as(
        "select id, counts, deviations from triage.imports
         where file_sha256 = $1 and project_name = $2 and commit_sha = $3",
    )
    .bind(sha256)
    .bind(repo)
    .bind(commit)
    .fetch_optional(db.read())
    .await?;
    let Some((id, counts, deviations)) = import else { return Ok(None) };
    let scan_ids = sqlx::query_scalar("select id from triage.scans where import_id = $1 order by id")
        .bind(id)
        .fetch_all(db.read())
        .await?;
    Ok(Some(Imported { scan_ids, counts, deviations }))
}

/// Waits until no other intake works on these groups of series, and keeps others waiting until the end
/// of the change. Without it two imports at once would both find a finding unknown and insert it twice.
///
/// The wait is as long as the other file is large, so the usual limit does not hold for it.
pub async fn wait_for_turn(change: &mut Change, groups: &[i32]) -> Result<()> {
    let connection = change.connection();
    let limit: String =
        sqlx::query_scalar("select current_setting('lock_timeout')").fetch_one(&mut *connection).await?;
    set_lock_timeout(connection, "0").await?;
    for group in groups {
        sqlx::query("select pg_advisory_xact_lock(hashtext('attestor intake'), $1)")
            .bind(group)
            .execute(&mut *connection)
            .await?;
    }
    set_lock_timeout(connection, &limit).await
}

async fn set_lock_timeout(connection: &mut sqlx::PgConnection, limit: &str) -> Result<()> {
    sqlx::query("select set_config('lock_timeout', $1, true)").bind(limit).execute(connection).await?;
    Ok(())
}

/// Records the file; none where these bytes were taken in for this repository and commit already.
pub async fn begin_import(
    change: &mut Change,
    sha256: &str,
    file_name: &str,
    repo: &str,
    commit: &str,
) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "insert into triage.imports (file_sha256, file_name, project_name, commit_sha)
         values ($1, $2, $3, $4)
         on conflict (file_sha256, triage.import_target(project_name, commit_sha)) do nothing
         returning id",
    )
    .bind(sha256)
    .bind(file_name)
    .bind(repo)
    .bind(commit)
    .fetch_optional(change.connection())
    .await?)
}

/// Keeps what the intake of a file came to.
pub async fn end_import(
    change: &mut Change,
    import: i64,
    counts: &Value,
    deviations: &[String],
) -> Result<()> {
    sqlx::query("update triage.imports set counts = $2, deviations = $3 where id = $1")
        .bind(import)
        .bind(counts)
        .bind(deviations)
        .execute(change.connection())
        .await?;
    Ok(())
}

/// Records a scan.
pub async fn begin_scan(change: &mut Change, import: i64, scan: &NewScan) -> Result<ScanId> {
    Ok(sqlx::query_scalar(
        "insert into triage.scans (project_name, commit_sha, \"timestamp\", reference_id, status,
             source_platform, repo_url, branch, import_id, tool, tool_version, series, results)
         values ($1, $2, coalesce($3, now()), gen_random_uuid(), 'completed', $4, $5, $6, $7, $8, $9, $10, $11)
         returning id",
    )
    .bind(&scan.series.repo)
    .bind(&scan.commit)
    .bind(scan.scanned_at)
    .bind(&scan.platform)
    .bind(&scan.repo_url)
    .bind(&scan.series.branch)
    .bind(import)
    .bind(&scan.series.tool)
    .bind(&scan.tool_version)
    .bind(&scan.series.name)
    .bind(scan.results)
    .fetch_one(change.connection())
    .await?)
}

/// What a scan made of the findings of its series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Seen for the first time.
    pub inserted: u64,
    /// Seen where they were.
    pub unchanged: u64,
    /// Seen at another place.
    pub moved: u64,
    /// Seen again after they were gone.
    pub regressed: u64,
    /// No longer seen.
    pub absent: u64,
}

/// Keeps what a scan came to. Findings that came back have no column: its sightings tell them.
pub async fn end_scan(change: &mut Change, scan: ScanId, run: i32, outcome: &Outcome) -> Result<()> {
    sqlx::query(
        "update triage.scans set inserted = $2, unchanged = $3, moved = $4, absent = $5,
             suppressed = (select count(*) from pg_temp.intake_rows i
                           where i.run = $6 and i.suppression is not null)
         where id = $1",
    )
    .bind(scan)
    .bind(small(outcome.inserted))
    .bind(small(outcome.unchanged))
    .bind(small(outcome.moved))
    .bind(small(outcome.absent))
    .bind(run)
    .execute(change.connection())
    .await?;
    Ok(())
}

fn small(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Whether a scan of this series that ended later was taken in before. Only times that files state are
/// compared: without one a scan is as new as its intake.
pub async fn is_outdated(change: &mut Change, scan: &NewScan, own: &[ScanId]) -> Result<bool> {
    let Some(scanned_at) = scan.scanned_at else { return Ok(false) };
    Ok(sqlx::query_scalar(
        "select exists (
             select from triage.scans s join triage.imports i on i.id = s.import_id
             where s.project_name = $1 and s.tool = $2 and s.branch is not distinct from $3 and s.series = $4
               and s.\"timestamp\" > $5 and s.\"timestamp\" <> i.imported_at and s.id <> all($6))",
    )
    .bind(&scan.series.repo)
    .bind(&scan.series.tool)
    .bind(&scan.series.branch)
    .bind(&scan.series.name)
    .bind(scanned_at)
    .bind(own)
    .fetch_one(change.connection())
    .await?)
}
