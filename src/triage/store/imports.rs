//! What was taken in last, and which scans are under way.

use crate::db::Db;
use crate::error::Result;
use crate::ids::ScanId;
use crate::text::SafeText;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::Row;

/// How many of the newest scans are looked at.
const SCANS_MAX: i64 = 1_000;
/// How many scans of an import are named.
const NAMED_MAX: i64 = 20;

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Its number.
    pub id: i64,
    /// The file's name.
    pub file_name: SafeText,
    /// The repository that it speaks of.
    pub project_name: SafeText,
    /// When it was taken in.
    pub imported_at: DateTime<Utc>,
    /// How many of what, as far as the intake kept it: `inserted`, `moved`, `absent` …
    pub counts: Vec<(&'static str, u64)>,
    /// Its scans, the first few.
    pub scans: Vec<ScanId>,
}

/// How scans of the last day stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scans {
    /// Under way, by the word of their producer.
    pub under_way: Vec<(SafeText, u64)>,
    /// Failed.
    pub failed: u64,
}

/// The counts of an intake that are worth a word, and the word.
const COUNTED: [(&str, &str); 4] =
    [("inserted", "new"), ("moved", "moved"), ("regressed", "came back"), ("absent", "gone")];

/// The newest imports, newest first.
pub async fn newest(db: &Db, limit: u32) -> Result<Vec<Import>> {
    let rows = sqlx::query(
        "select i.id, left(i.file_name, 1000) as file_name, left(i.project_name, 1000) as project_name,
                i.imported_at, i.counts,
                array(select s.id from triage.scans s where s.import_id = i.id order by s.id limit $2) as scans
         from triage.imports i
         order by i.id desc limit $1",
    )
    .bind(i64::from(limit))
    .bind(NAMED_MAX)
    .fetch_all(db.read())
    .await?;
    let imports = rows.iter().map(|row| {
        Ok(Import {
            id: row.try_get("id")?,
            file_name: row.try_get("file_name")?,
            project_name: row.try_get("project_name")?,
            imported_at: row.try_get("imported_at")?,
            counts: counts(&row.try_get("counts")?),
            scans: row.try_get("scans")?,
        })
    });
    Ok(imports.collect::<sqlx::Result<_>>()?)
}

fn counts(kept: &Value) -> Vec<(&'static str, u64)> {
    let count = |(key, word): (&str, &'static str)| Some((word, kept.get(key)?.as_u64().filter(|n| *n > 0)?));
    COUNTED.into_iter().filter_map(count).collect()
}

/// How the scans stand that began in the last 24 hours: one that began before and never ended is
/// not under way, its producer is gone.
pub async fn scans(db: &Db, now: DateTime<Utc>) -> Result<Scans> {
    let rows: Vec<(SafeText, i64)> = sqlx::query_as(
        "select s.status, count(*)
         from (select left(lower(coalesce(status, 'pending')), 40) as status, \"timestamp\"
               from triage.scans order by id desc limit $2) s
         where s.\"timestamp\" > $1 and s.status <> 'completed'
         group by s.status order by count(*) desc, s.status limit 20",
    )
    .bind(now - TimeDelta::hours(24))
    .bind(SCANS_MAX)
    .fetch_all(db.read())
    .await?;
    let mut scans = Scans::default();
    for (status, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        if status.as_str() == "failed" { scans.failed = count } else { scans.under_way.push((status, count)) }
    }
    Ok(scans)
}
