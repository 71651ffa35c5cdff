//! Which known findings the staged rows are. What is at its old place is paired by the database; only
//! the rest comes here, in bounded batches, to [`pair`].

use super::NewScan;
use crate::chain::change::Change;
use crate::error::Result;
use crate::ids::{FindingId, ScanId};
use crate::triage::identity::{Known, Presence, Seen, pair};
use sqlx::Row;
use std::collections::BTreeMap;

/// Rows of one fingerprint that are still compared. A larger group says nothing: its rows are new.
pub const GROUP_ROWS_MAX: i64 = 10_000;
/// Rows that are compared at a time.
const BATCH_ROWS_MAX: i64 = 20_000;
/// Fingerprints that are looked at together.
const PAGE_GROUPS: i64 = 2_000;

/// What one scan is matched against.
pub struct Matching<'a> {
    /// The position of the run.
    pub run: i32,
    /// The scan.
    pub scan: &'a NewScan,
    /// Runs of the same file and series: what they have seen is taken.
    pub taken_runs: &'a [i32],
    /// Their scans: what they have inserted is taken too.
    pub taken_scans: &'a [ScanId],
    /// Whether findings that were gone come back by this scan, or it is older than what is known.
    pub newest: Newest,
}

/// Whether a scan is the newest of its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// It is.
    Yes,
    /// One that ended later was taken in before.
    No,
}

/// Matches the staged rows of a run; says how many fingerprints were too common to compare.
pub async fn match_known(change: &mut Change, matching: &Matching<'_>) -> Result<u64> {
    match_same_place(change, matching).await?;
    collect_residue(change, matching).await?;
    let mut too_common = 0;
    let mut after = String::new();
    loop {
        let groups: Vec<(String, i64)> = sqlx::query_as(
            "select fingerprint, size from pg_temp.intake_residue where fingerprint > $1
             order by fingerprint limit $2",
        )
        .bind(&after)
        .bind(PAGE_GROUPS)
        .fetch_all(change.connection())
        .await?;
        let Some((last, _)) = groups.last() else { break };
        after.clone_from(last);
        let mut batch = Vec::new();
        let mut rows = 0;
        for (fingerprint, size) in groups {
            if size > GROUP_ROWS_MAX {
                too_common += 1;
                continue;
            }
            if rows + size > BATCH_ROWS_MAX {
                match_batch(change, matching, &std::mem::take(&mut batch)).await?;
                rows = 0;
            }
            rows += size;
            batch.push(fingerprint);
        }
        match_batch(change, matching, &batch).await?;
    }
    sqlx::raw_sql("truncate pg_temp.intake_residue").execute(change.connection()).await?;
    Ok(too_common)
}

/// The n-th known at a place is the n-th seen there.
async fn match_same_place(change: &mut Change, matching: &Matching<'_>) -> Result<()> {
    sqlx::query(
        "insert into pg_temp.intake_match (run, n, finding_id, outcome)
         select $1, seen.n, known.id, case when known.gone and $6 then 'regressed' else 'unchanged' end
         from (select i.n, i.fingerprint, i.file, coalesce(i.line, 0) as line,
                      row_number() over (partition by i.fingerprint, i.file, i.line order by i.n) as nth
               from pg_temp.intake_rows i where i.run = $1) seen
         join (select f.id, f.fingerprint, coalesce(f.file, '') as file, coalesce(f.line, 0) as line,
                      f.resolved_at is not null as gone,
                      row_number() over (partition by f.fingerprint, f.file, f.line
                                         order by f.resolved_at is not null, f.occurrence, f.id) as nth
               from triage.findings f
               where f.project_name = $2 and f.tool = $3
                 and f.fingerprint in (select i.fingerprint from pg_temp.intake_rows i where i.run = $1)
                 -- Another run of this file and series has seen these: they are not seen twice.
                 and f.scan_id <> all($5)
                 and not exists (select from pg_temp.intake_match m
                                 where m.run = any($4) and m.finding_id = f.id)) known
             using (fingerprint, file, line, nth)",
    )
    .bind(matching.run)
    .bind(&matching.scan.series.repo)
    .bind(&matching.scan.series.tool)
    .bind(matching.taken_runs)
    .bind(matching.taken_scans)
    .bind(matching.newest == Newest::Yes)
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Fingerprints that are left on both sides, with the number of rows on both.
async fn collect_residue(change: &mut Change, matching: &Matching<'_>) -> Result<()> {
    sqlx::query(
        "insert into pg_temp.intake_residue (fingerprint, size)
         select seen.fingerprint, seen.size + known.size
         from (select i.fingerprint, count(*) as size
               from pg_temp.intake_rows i
               left join pg_temp.intake_match m on m.n = i.n
               where i.run = $1 and m.n is null
               group by i.fingerprint) seen
         join (select f.fingerprint, count(*) as size
               from triage.findings f
               where f.project_name = $2 and f.tool = $3
                 and f.fingerprint in (select i.fingerprint from pg_temp.intake_rows i where i.run = $1)
                 and f.scan_id <> all($5)
                 and not exists (select from pg_temp.intake_match m
                                 where (m.run = any($4) or m.run = $1) and m.finding_id = f.id)
               group by f.fingerprint) known using (fingerprint)",
    )
    .bind(matching.run)
    .bind(&matching.scan.series.repo)
    .bind(&matching.scan.series.tool)
    .bind(matching.taken_runs)
    .bind(matching.taken_scans)
    .execute(change.connection())
    .await?;
    Ok(())
}

async fn match_batch(change: &mut Change, matching: &Matching<'_>, fingerprints: &[String]) -> Result<()> {
    if fingerprints.is_empty() {
        return Ok(());
    }
    let mut groups: BTreeMap<String, (Vec<Known>, Vec<Seen>)> = BTreeMap::new();
    for row in seen_rows(change, matching, fingerprints).await? {
        let seen = Seen { number: row.try_get("n")?, file: row.try_get("file")?, line: row.try_get("line")? };
        groups.entry(row.try_get("fingerprint")?).or_default().1.push(seen);
    }
    for row in known_rows(change, matching, fingerprints).await? {
        let gone: bool = row.try_get("gone")?;
        let known = Known {
            id: row.try_get("id")?,
            file: row.try_get("file")?,
            line: row.try_get("line")?,
            occurrence: row.try_get("occurrence")?,
            presence: if gone { Presence::Gone } else { Presence::Open },
        };
        groups.entry(row.try_get("fingerprint")?).or_default().0.push(known);
    }
    let pairs: Vec<_> = groups.values().flat_map(|(known, seen)| pair(known, seen)).collect();
    let numbers: Vec<i64> = pairs.iter().map(|pair| pair.seen).collect();
    let ids: Vec<FindingId> = pairs.iter().map(|pair| pair.known).collect();
    sqlx::query(
        "insert into pg_temp.intake_match (run, n, finding_id, outcome)
         select $1, p.n, p.id, case when f.resolved_at is not null and $4 then 'regressed' else 'moved' end
         from unnest($2::bigint[], $3::bigint[]) as p (n, id) join triage.findings f on f.id = p.id",
    )
    .bind(matching.run)
    .bind(numbers)
    .bind(ids)
    .bind(matching.newest == Newest::Yes)
    .execute(change.connection())
    .await?;
    Ok(())
}

async fn seen_rows(
    change: &mut Change,
    matching: &Matching<'_>,
    fingerprints: &[String],
) -> Result<Vec<sqlx::postgres::PgRow>> {
    Ok(sqlx::query(
        "select i.fingerprint, i.n, i.file, i.line
         from pg_temp.intake_rows i left join pg_temp.intake_match m on m.n = i.n
         where i.run = $1 and i.fingerprint = any($2) and m.n is null",
    )
    .bind(matching.run)
    .bind(fingerprints)
    .fetch_all(change.connection())
    .await?)
}

async fn known_rows(
    change: &mut Change,
    matching: &Matching<'_>,
    fingerprints: &[String],
) -> Result<Vec<sqlx::postgres::PgRow>> {
    Ok(sqlx::query(
        "select f.fingerprint, f.id, coalesce(f.file, '') as file, f.line, f.occurrence,
                f.resolved_at is not null as gone
         from triage.findings f
         where f.project_name = $3 and f.tool = $4 and f.fingerprint = any($2) and f.scan_id <> all($6)
           and not exists (select from pg_temp.intake_match m
                           where (m.run = any($5) or m.run = $1) and m.finding_id = f.id)",
    )
    .bind(matching.run)
    .bind(fingerprints)
    .bind(&matching.scan.series.repo)
    .bind(&matching.scan.series.tool)
    .bind(matching.taken_runs)
    .bind(matching.taken_scans)
    .fetch_all(change.connection())
    .await?)
}
