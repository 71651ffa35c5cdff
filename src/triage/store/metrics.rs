//! The metrics of builds, a row for each scan.

use super::fields::FIELDS;
use crate::chain::change::Change;
use crate::error::{Error, Kind, Result};
use crate::filter::{Filter, sql::push_where};
use crate::ids::ScanId;
use crate::text::{SafeText, visible};
use crate::triage::metrics::intake::Measured;
use crate::triage::metrics::{Build, Pipeline, RepoBuilds, anomalies};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, QueryBuilder, Row};

/// With how many of the newest builds of its repository a build is compared.
pub const BUILDS_MAX: i64 = 1_000;

/// How many repositories are looked at.
pub const REPOS_MAX: i64 = 100;

/// The scans of `rows`, in their order.
///
/// # Errors
/// `NotFound` for a scan that does not exist, `UnreadableInput` where a reference means several or a
/// scan is named twice; all with the line.
pub async fn scans(change: &mut Change, rows: &[Measured]) -> Result<Vec<ScanId>> {
    let found = sqlx::query(
        "select n.position, count(s.id) as scans, min(s.id) as scan_id
         from unnest($1::bigint[], $2::text[]) with ordinality as n (scan_id, reference_id, position)
         left join lateral (
             select c.id from triage.scans c where c.id = n.scan_id
                 and c.reference_id is not distinct from coalesce(n.reference_id, c.reference_id)
             union all
             select c.id from triage.scans c where n.scan_id is null and c.reference_id = n.reference_id
         ) s on true
         group by n.position
         order by n.position",
    )
    .bind(rows.iter().map(|r| r.scan_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.reference_id.as_deref()).collect::<Vec<_>>())
    .fetch_all(change.connection())
    .await?;
    let mut scans = Vec::with_capacity(rows.len());
    let mut lines = std::collections::HashMap::with_capacity(rows.len());
    for (row, found) in rows.iter().zip(&found) {
        let scan = match found.try_get::<i64, _>("scans")? {
            0 => {
                return Err(Error::new(
                    Kind::NotFound,
                    format!("line {}: there is no scan {}", row.line, named(row)),
                ));
            }
            1 => found.try_get::<ScanId, _>("scan_id")?,
            several => {
                let what = format!("line {}: {several} scans have the reference {}", row.line, named(row));
                return Err(Error::new(Kind::UnreadableInput, what).hint("name the scan by scan_id"));
            }
        };
        if let Some(earlier) = lines.insert(scan, row.line) {
            let what = format!("line {}: scan #{scan} stands in line {earlier} already", row.line);
            return Err(Error::new(Kind::UnreadableInput, what));
        }
        scans.push(scan);
    }
    Ok(scans)
}

fn named(row: &Measured) -> String {
    let reference =
        row.reference_id.as_deref().map(|r| visible(r.get(..r.floor_char_boundary(100)).unwrap_or_default()));
    match (row.scan_id, reference) {
        (Some(id), Some(reference)) => format!("#{id} with the reference {reference}"),
        (Some(id), None) => format!("#{id}"),
        (None, reference) => reference.unwrap_or_default().into_owned(),
    }
}

/// Writes the metrics of `scans`, one row each. What a line does not measure stays as it is. Gives the
/// number of rows that were added or changed.
pub async fn keep(change: &mut Change, rows: &[Measured], scans: &[ScanId]) -> Result<u64> {
    let connection = change.connection();
    // The seed has no unique key here, and producers may have written several rows of a scan: the
    // newest one counts, and this lock keeps two imports from adding a row each.
    sqlx::raw_sql("lock table triage.pipeline_metrics in share row exclusive mode")
        .execute(&mut *connection)
        .await?;
    let ids: Vec<i64> = scans.iter().map(|s| s.0).collect();
    let durations: Vec<_> = rows.iter().map(|r| r.build_duration_seconds).collect();
    let sizes: Vec<_> = rows.iter().map(|r| r.artifact_size_bytes).collect();
    let files: Vec<_> = rows.iter().map(|r| r.num_changed_files).collect();
    let changed = sqlx::query(
        "update triage.pipeline_metrics m
         set build_duration_seconds = coalesce(n.duration, m.build_duration_seconds),
             artifact_size_bytes = coalesce(n.size, m.artifact_size_bytes),
             num_changed_files = coalesce(n.files, m.num_changed_files)
         from unnest($1::bigint[], $2::double precision[], $3::bigint[], $4::integer[])
              as n (scan_id, duration, size, files)
         where m.id = (select max(l.id) from triage.pipeline_metrics l where l.scan_id = n.scan_id)
           and (m.build_duration_seconds, m.artifact_size_bytes, m.num_changed_files) is distinct from
               (coalesce(n.duration, m.build_duration_seconds), coalesce(n.size, m.artifact_size_bytes),
                coalesce(n.files, m.num_changed_files))",
    )
    .bind(&ids)
    .bind(&durations)
    .bind(&sizes)
    .bind(&files)
    .execute(&mut *connection)
    .await?;
    let added = sqlx::query(
        "insert into triage.pipeline_metrics (scan_id, build_duration_seconds, artifact_size_bytes, num_changed_files)
         select n.scan_id, n.duration, n.size, n.files
         from unnest($1::bigint[], $2::double precision[], $3::bigint[], $4::integer[])
              as n (scan_id, duration, size, files)
         where not exists (select from triage.pipeline_metrics m where m.scan_id = n.scan_id)
         order by n.scan_id",
    )
    .bind(&ids)
    .bind(&durations)
    .bind(&sizes)
    .bind(&files)
    .execute(&mut *connection)
    .await?;
    Ok(changed.rows_affected() + added.rows_affected())
}

/// The build of `scan`, compared with the newest builds of its repository; none where it was not
/// measured.
pub(super) async fn of_scan(connection: &mut PgConnection, scan: ScanId) -> Result<Option<Pipeline>> {
    let own = sqlx::query(
        "select m.scan_id, m.build_duration_seconds, m.artifact_size_bytes, m.num_changed_files, s.project_name
         from triage.pipeline_metrics m join triage.scans s on s.id = m.scan_id
         where m.scan_id = $1 order by m.id desc limit 1",
    )
    .bind(scan)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(own) = own else { return Ok(None) };
    let build = Build::from_row(&own)?;
    let repo: Option<String> = own.try_get("project_name")?;
    let mut builds = newest(connection, repo.as_deref()).await?;
    if !builds.iter().any(|b| b.scan_id == scan) {
        builds.push(build);
    }
    Ok(Some(Pipeline::of(build, &builds)))
}

/// The newest builds of a repository, one of each scan.
async fn newest(connection: &mut PgConnection, repo: Option<&str>) -> Result<Vec<Build>> {
    Ok(sqlx::query_as(
        "select distinct on (m.scan_id) m.scan_id, m.build_duration_seconds, m.artifact_size_bytes, m.num_changed_files
         from triage.pipeline_metrics m
         join (select s.id from triage.scans s
               where s.project_name is not distinct from $1
                 and exists (select from triage.pipeline_metrics l where l.scan_id = s.id)
               order by s.id desc limit $2) r on r.id = m.scan_id
         order by m.scan_id desc, m.id desc",
    )
    .bind(repo)
    .bind(BUILDS_MAX)
    .fetch_all(connection)
    .await?)
}

/// The unusual builds of each repository with findings that `filter` lets through, by name; of the first
/// [`REPOS_MAX`].
pub(super) async fn by_repo(
    connection: &mut PgConnection,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<Vec<RepoBuilds>> {
    let mut sql = QueryBuilder::new(
        "select distinct s.project_name
         from triage.pipeline_metrics m join triage.scans s on s.id = m.scan_id",
    );
    if !filter.is_empty() {
        sql.push(" where s.project_name in (select f.project_name from triage.findings f where ");
        push_where(&mut sql, filter, &FIELDS, now);
        sql.push(")");
    }
    sql.push(" order by 1 limit ").push_bind(REPOS_MAX);
    let repos: Vec<Option<String>> = sql.build_query_scalar().fetch_all(&mut *connection).await?;
    let mut found = Vec::with_capacity(repos.len());
    for repo in repos {
        let builds = newest(connection, repo.as_deref()).await?;
        found.push(RepoBuilds {
            repo: repo.as_deref().map(SafeText::new),
            builds: builds.len(),
            anomalies: anomalies(&builds),
        });
    }
    Ok(found)
}

impl FromRow<'_, PgRow> for Build {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Build {
            scan_id: row.try_get("scan_id")?,
            build_duration_seconds: row.try_get("build_duration_seconds")?,
            artifact_size_bytes: row.try_get("artifact_size_bytes")?,
            num_changed_files: row.try_get("num_changed_files")?,
        })
    }
}
