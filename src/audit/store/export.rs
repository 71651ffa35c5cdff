//! Entries on their way into a file, and the rows that say which files there are.

use super::day::{self, Found, Place};
use crate::audit::export::name::Which;
use crate::chain::change::Change;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use crate::text::SafeText;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// Waits until every append that has begun is through. The lock ends with the statement.
pub async fn await_appends(db: &Db) -> Result<()> {
    sqlx::query("select audit.await_appends()").execute(db.read()).await?;
    Ok(())
}

/// What time it is where the entries are stamped.
pub async fn server_time(db: &Db) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select clock_timestamp()").fetch_one(db.read()).await?)
}

/// Where the entries of `which` stand.
pub async fn place(snapshot: &mut Snapshot, which: Which) -> Result<Place> {
    match (which, which.period()) {
        (Which::Range(first, last), _) => {
            let ends = day::ends_between(snapshot, first.0, last.0).await?;
            Ok(Place { ends, found: Found::BySearch })
        }
        (_, Some((from, to))) => day::place(snapshot, from, to).await,
        (_, None) => Ok(Place { ends: None, found: Found::BySearch }),
    }
}

/// An export that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Exported {
    /// Its number.
    pub id: i64,
    /// Its sort.
    pub export_type: Option<SafeText>,
    /// The day.
    pub date_covered: Option<NaiveDate>,
    /// How many entries it holds.
    pub entry_count: Option<i32>,
    /// Where it was put.
    pub file_path: Option<SafeText>,
    /// The SHA-256 of its file.
    pub file_hash: Option<SafeText>,
    /// Whether it was signed, by its own word; verification looks at the bytes.
    pub signed: Option<bool>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// The nightly export of a day, where it was made.
pub async fn nightly(db: &Db, day: NaiveDate) -> Result<Option<Exported>> {
    Ok(sqlx::query_as(
        "select id, export_type, date_covered, entry_count, file_path, file_hash, signed, created_at
         from audit.audit_exports where export_type = 'nightly' and date_covered = $1",
    )
    .bind(day)
    .fetch_optional(db.read())
    .await?)
}

/// The first day that has an entry. A first entry with a time that none can have is passed over.
pub async fn first_day(db: &Db) -> Result<Option<NaiveDate>> {
    Ok(sqlx::query_scalar(
        "select (occurred_at at time zone 'UTC')::date from only audit.audit_trail_entries
         where occurred_at >= '0001-01-01 00:00:00+00' and occurred_at < '10000-01-01 00:00:00+00'
         order by seq limit 1",
    )
    .fetch_optional(db.read())
    .await?)
}

/// The last day that was exported at night.
pub async fn last_night(db: &Db) -> Result<Option<NaiveDate>> {
    Ok(sqlx::query_scalar("select max(date_covered) from audit.audit_exports where export_type = 'nightly'")
        .fetch_one(db.read())
        .await?)
}

/// An export that is made.
pub struct NewExport<'a> {
    /// What it holds.
    pub which: Which,
    /// Of which chain.
    pub chain_id: &'a str,
    /// The first and the last entry.
    pub bounds: Option<(EntrySeq, EntrySeq)>,
    /// How many entries.
    pub entries: u64,
    /// Where it is put.
    pub file_path: &'a str,
    /// The SHA-256 of its file.
    pub file_hash: &'a str,
    /// Whether it is signed.
    pub signed: bool,
}

/// Writes down an export; its number is the result.
pub async fn keep(change: &mut Change, export: &NewExport<'_>) -> Result<i64> {
    let entries = i32::try_from(export.entries)
        .map_err(|_| Error::new(Kind::Failed, "more entries than an export's row can count"))?;
    Ok(sqlx::query_scalar(
        "insert into audit.audit_exports
             (export_type, date_covered, entry_count, file_path, file_hash, signed, chain_id, first_seq, last_seq)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(export.which.export_type().word())
    .bind(export.which.day())
    .bind(entries)
    .bind(export.file_path)
    .bind(export.file_hash)
    .bind(export.signed)
    .bind(export.chain_id)
    .bind(export.bounds.map(|(first, _)| first))
    .bind(export.bounds.map(|(_, last)| last))
    .fetch_one(change.connection())
    .await?)
}
