//! A finding's life: every scan of its series since it was first seen there, and what each made of it.

use super::query::PAGE_ROWS_MAX;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::Result;
use crate::ids::{FindingId, ScanId};
use crate::triage::detail::Sighting;
use sqlx::PgConnection;

/// The scans that saw a finding and those of the same series that did not, newest first; the next page
/// starts after `after`. What a scan did not see has the outcome `not seen`: whether it was gone, or the
/// scan did not finish, the finding's own state tells.
pub async fn life(db: &Db, id: FindingId, after: Option<ScanId>, limit: usize) -> Result<Page<Sighting>> {
    let limit = limit.min(PAGE_ROWS_MAX);
    let rows = sqlx::query_as(
        "with series as (
             select s.project_name, s.tool, s.branch, s.series, min(s.id) as first_id
             from triage.sightings g join triage.scans s on s.id = g.scan_id
             where g.finding_id = $1
             group by s.project_name, s.tool, s.branch, s.series)
         select s.id as scan_id, s.timestamp, left(s.commit_sha, 200) as commit_sha,
                left(s.branch, 500) as branch, coalesce(g.outcome, 'not seen') as outcome,
                left(g.file, 2000) as file, g.line
         from series r
         join triage.scans s on s.project_name is not distinct from r.project_name
             and s.tool is not distinct from r.tool and s.branch is not distinct from r.branch
             and s.series = r.series and s.id >= r.first_id
         left join triage.sightings g on g.finding_id = $1 and g.scan_id = s.id
         where s.id < coalesce($2, 9223372036854775807)
         order by s.id desc
         limit $3",
    )
    .bind(id)
    .bind(after)
    .bind(limit as i64 + 1)
    .fetch_all(db.read())
    .await?;
    Ok(Page::cut(rows, limit))
}

/// How often scans of its series did not see a finding after one did, and how often it came back.
pub(super) async fn gaps(connection: &mut PgConnection, id: FindingId) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "with series as (
             select s.project_name, s.tool, s.branch, s.series, min(s.id) as first_id
             from triage.sightings g join triage.scans s on s.id = g.scan_id
             where g.finding_id = $1
             group by s.project_name, s.tool, s.branch, s.series)
         select count(*) filter (where g.scan_id is null), count(*) filter (where g.outcome = 'regressed')
         from series r
         join triage.scans s on s.project_name is not distinct from r.project_name
             and s.tool is not distinct from r.tool and s.branch is not distinct from r.branch
             and s.series = r.series and s.id >= r.first_id
         left join triage.sightings g on g.finding_id = $1 and g.scan_id = s.id",
    )
    .bind(id)
    .fetch_one(connection)
    .await?)
}
