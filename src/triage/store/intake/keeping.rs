//! The writes of an intake, once it is known which finding each row is.

use super::{NewScan, Outcome};
use crate::chain::change::Change;
use crate::error::Result;
use crate::ids::ScanId;
use crate::triage::store::intake::matching::Newest;

/// Inserts the staged rows of a run that are no known finding; says how many. The risk is computed once
/// for all rows that have the same terms, as the trigger would for each. Those of a scan that is
/// not the newest are recorded as gone: the newest did not see them.
pub async fn keep_new(
    change: &mut Change,
    run: i32,
    scan: ScanId,
    of: &NewScan,
    newest: Newest,
) -> Result<u64> {
    let inserted = sqlx::query(
        "with rated as materialized (
             select severity, cve_ids, rank, triage.risk(rank, cve_ids, null, null, null) as risk
             from (select distinct i.severity, i.cve_ids, triage.severity_rank(i.severity) as rank
                   from pg_temp.intake_rows i where i.run = $1) terms),
         inserted as (
             insert into triage.findings (scan_id, tool, rule_id, file, line, severity, project_name, message,
                 snippet, snippet_line, end_line, kind, help_uri, cve_ids, tags, suppressed, suppression,
                 fingerprint, occurrence, state, first_scan_id, first_seen_at, last_seen_at, resolved_at,
                 severity_rank, risk)
             select s.id, $4, i.rule_id, i.file, i.line, i.severity, $3, i.message,
                    i.snippet, i.snippet_line, i.end_line, i.kind, i.help_uri, i.cve_ids, i.tags,
                    i.suppression is not null, i.suppression, i.fingerprint, coalesce(o.occurrence, 1),
                    case when $5 then 'new' else 'absent' end, s.id, s.\"timestamp\", s.\"timestamp\",
                    case when $5 then null else now() end, r.rank, r.risk
             from pg_temp.intake_rows i
             join rated r on r.severity = i.severity and r.cve_ids = i.cve_ids
             join triage.scans s on s.id = $2
             left join pg_temp.intake_order o on o.n = i.n
             left join pg_temp.intake_match m on m.n = i.n
             where i.run = $1 and m.n is null
             order by i.n
             returning id, scan_id, file, line)
         insert into triage.sightings (finding_id, scan_id, outcome, file, line)
         select id, scan_id, 'new', file, line from inserted",
    )
    .bind(run)
    .bind(scan)
    .bind(&of.series.repo)
    .bind(&of.series.tool)
    .bind(newest == Newest::Yes)
    .execute(change.connection())
    .await?;
    Ok(inserted.rows_affected())
}

/// Notes which findings of a series a complete scan did not see: those that a scan of the series was the
/// last to see. What another branch has seen since stays.
pub async fn note_gone(change: &mut Change, run: i32, scan: &NewScan, own: &[ScanId]) -> Result<()> {
    sqlx::query(
        "insert into pg_temp.intake_gone (run, finding_id, scan_id)
         select $1, f.id, f.scan_id
         from triage.scans s join triage.findings f on f.scan_id = s.id
         where s.project_name = $2 and s.tool = $3 and s.branch is not distinct from $4 and s.series = $5
           and s.id <> all($6) and f.resolved_at is null and f.fingerprint is not null
           and not exists (select from pg_temp.intake_match m where m.finding_id = f.id)",
    )
    .bind(run)
    .bind(&scan.series.repo)
    .bind(&scan.series.tool)
    .bind(&scan.series.branch)
    .bind(&scan.series.name)
    .bind(own)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Locks everything that will change, in the order of the ids.
pub async fn lock(change: &mut Change) -> Result<()> {
    sqlx::query(
        "select count(*) from (
             select f.id from triage.findings f
             where f.id in (select finding_id from pg_temp.intake_match
                            union select finding_id from pg_temp.intake_gone)
             order by f.id for update) locked",
    )
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Brings the matched findings of a run up to date and records that the scan saw them. Decisions stay on
/// their rows. A scan that is not the newest changes nothing but what was seen when.
pub async fn keep_matched(change: &mut Change, run: i32, scan: ScanId, newest: Newest) -> Result<Outcome> {
    if newest == Newest::Yes {
        bring_up_to_date(change, run, scan).await?;
    }
    let (unchanged, moved, regressed): (i64, i64, i64) = sqlx::query_as(
        "with seen as (
             insert into triage.sightings (finding_id, scan_id, outcome, file, line)
             select m.finding_id, $2, m.outcome, i.file, i.line
             from pg_temp.intake_match m join pg_temp.intake_rows i on i.n = m.n
             where m.run = $1
             returning outcome)
         select count(*) filter (where outcome = 'unchanged'), count(*) filter (where outcome = 'moved'),
                count(*) filter (where outcome = 'regressed')
         from seen",
    )
    .bind(run)
    .bind(scan)
    .fetch_one(change.connection())
    .await?;
    Ok(Outcome {
        unchanged: unchanged.cast_unsigned(),
        moved: moved.cast_unsigned(),
        regressed: regressed.cast_unsigned(),
        ..Outcome::default()
    })
}

async fn bring_up_to_date(change: &mut Change, run: i32, scan: ScanId) -> Result<()> {
    // What a trigger computes the risk from is touched only where it differs.
    sqlx::query(
        "update triage.findings f
         set severity = i.severity, cve_ids = i.cve_ids
         from pg_temp.intake_match m join pg_temp.intake_rows i on i.n = m.n
         where m.run = $1 and f.id = m.finding_id
           and (f.severity, f.cve_ids) is distinct from (i.severity, i.cve_ids)",
    )
    .bind(run)
    .execute(change.connection())
    .await?;
    // What the search index is computed from, likewise.
    sqlx::query(
        "update triage.findings f
         set rule_id = i.rule_id, file = i.file, message = i.message
         from pg_temp.intake_match m join pg_temp.intake_rows i on i.n = m.n
         where m.run = $1 and f.id = m.finding_id
           and (f.rule_id, f.file, f.message) is distinct from (i.rule_id, i.file, i.message)",
    )
    .bind(run)
    .execute(change.connection())
    .await?;
    sqlx::query(
        "update triage.findings f
         set scan_id = s.id, line = i.line, end_line = i.end_line, snippet = i.snippet,
             snippet_line = i.snippet_line, kind = i.kind, help_uri = i.help_uri, tags = i.tags,
             suppressed = i.suppression is not null, suppression = i.suppression,
             occurrence = coalesce(o.occurrence, 1), state = m.outcome, resolved_at = null,
             last_seen_at = greatest(f.last_seen_at, s.\"timestamp\"),
             regressed_at = case when m.outcome = 'regressed' then s.\"timestamp\" else f.regressed_at end
         from pg_temp.intake_match m
         join pg_temp.intake_rows i on i.n = m.n
         join triage.scans s on s.id = $2
         left join pg_temp.intake_order o on o.n = i.n
         where m.run = $1 and f.id = m.finding_id",
    )
    .bind(run)
    .bind(scan)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Marks as gone what was noted and has not been seen by another scan of the file; says how many.
pub async fn mark_gone(change: &mut Change, run: i32) -> Result<u64> {
    let gone = sqlx::query(
        "update triage.findings f set state = 'absent', resolved_at = now()
         from pg_temp.intake_gone g
         where g.run = $1 and f.id = g.finding_id and f.scan_id = g.scan_id and f.resolved_at is null",
    )
    .bind(run)
    .execute(change.connection())
    .await?;
    Ok(gone.rows_affected())
}
