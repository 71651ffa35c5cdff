//! EPSS and KEV on their way in, and the risks that follow from them.
//!
//! The whole file first arrives in a temporary table, since that takes as long as the file is large.
//! Then the table that others read is locked against other imports, and only the rows that differ are
//! written: the same file again writes none.

use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::triage::epss::Score;
use crate::triage::kev::Exploited;
use crate::triage::threat::{Feed, Taken};
use chrono::NaiveDate;
use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;

/// The scores of a file, on their way into the database by COPY.
pub struct Arrival<'c> {
    copy: PgCopyIn<&'c mut PgConnection>,
    to: Destination,
}

/// Where scores arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The table itself: it was empty, so there is nothing to compare with.
    Table,
    /// A temporary table that [`keep_scores`] takes them over from.
    Temporary,
}

/// What comes before the rows in PostgreSQL's binary COPY: a signature, flags and an extension, both
/// empty.
const COPY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What comes after them.
const COPY_END: &[u8] = &[0xff, 0xff];

impl<'c> Arrival<'c> {
    /// Opens the way; a temporary table is gone with the change.
    pub async fn open(change: &'c mut Change) -> Result<Self> {
        let connection = change.connection();
        let to = destination(connection).await?;
        let statement = match to {
            Destination::Table => {
                "copy triage.epss_data (cve_id, probability, percentile) from stdin (format binary)"
            }
            Destination::Temporary => {
                sqlx::raw_sql(
                    "create temp table epss_arrived (
                         cve_id text not null, probability double precision not null,
                         percentile double precision not null
                     ) on commit drop",
                )
                .execute(&mut *connection)
                .await?;
                "copy pg_temp.epss_arrived from stdin (format binary)"
            }
        };
        let mut copy = connection.copy_in_raw(statement).await?;
        copy.send(COPY_HEAD).await?;
        Ok(Arrival { copy, to })
    }

    /// Sends scores that [`encode`] has written.
    pub async fn put(&mut self, rows: &[u8]) -> Result<()> {
        self.copy.send(rows).await?;
        Ok(())
    }

    /// Ends the sending; gives where they are.
    pub async fn close(mut self) -> Result<Destination> {
        self.copy.send(COPY_END).await?;
        self.copy.finish().await?;
        Ok(self.to)
    }
}

/// The table itself where it is empty, locked then, so that it stays so for others.
async fn destination(connection: &mut PgConnection) -> Result<Destination> {
    let is_empty = "select not exists (select from triage.epss_data)";
    if sqlx::query_scalar(is_empty).fetch_one(&mut *connection).await? {
        sqlx::raw_sql("lock table triage.epss_data in share row exclusive mode")
            .execute(&mut *connection)
            .await?;
        if sqlx::query_scalar(is_empty).fetch_one(connection).await? {
            return Ok(Destination::Table);
        }
    }
    Ok(Destination::Temporary)
}

/// Writes a score as a row of a binary COPY.
pub fn encode(score: &Score, rows: &mut Vec<u8>) {
    rows.extend(3_i16.to_be_bytes());
    // An id has at most 28 bytes.
    rows.extend((score.cve_id.len() as i32).to_be_bytes());
    rows.extend(score.cve_id.as_bytes());
    for number in [score.probability, score.percentile] {
        rows.extend(8_i32.to_be_bytes());
        rows.extend(number.to_be_bytes());
    }
}

/// Takes over the scores that arrived in the temporary table. CVEs that the file no longer names keep what was known of them.
/// Gives the number of rows that were added or changed.
pub async fn keep_scores(change: &mut Change) -> Result<u64> {
    wait_for_turn(change).await?;
    let connection = change.connection();
    // Whoever is scored anew; a join, so that the same file again reads and writes nothing more.
    let changed = sqlx::query(
        "update triage.epss_data e
         set probability = a.probability, percentile = a.percentile
         from pg_temp.epss_arrived a
         where e.cve_id = a.cve_id
           and (e.probability, e.percentile) is distinct from (a.probability, a.percentile)",
    )
    .execute(&mut *connection)
    .await?;
    let added = sqlx::query(
        "insert into triage.epss_data (cve_id, probability, percentile)
         select a.cve_id, a.probability, a.percentile
         from pg_temp.epss_arrived a
         where not exists (select from triage.epss_data e where e.cve_id = a.cve_id)",
    )
    .execute(&mut *connection)
    .await?;
    Ok(changed.rows_affected() + added.rows_affected())
}

/// Replaces the catalogue of KEV. Gives the number of rows that were added, changed or taken out.
pub async fn keep_catalogue(change: &mut Change, rows: &[Exploited]) -> Result<u64> {
    wait_for_turn(change).await?;
    let connection = change.connection();
    let ids: Vec<&str> = rows.iter().map(|r| r.cve_id.as_str()).collect();
    let gone = sqlx::query("delete from triage.kev where not (cve_id = any($1))")
        .bind(&ids)
        .execute(&mut *connection)
        .await?;
    let kept = sqlx::query(
        "insert into triage.kev as k (cve_id, vendor, product, name, date_added, due_date, ransomware)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::boolean[])
         on conflict (cve_id) do update
         set vendor = excluded.vendor, product = excluded.product, name = excluded.name,
             date_added = excluded.date_added, due_date = excluded.due_date, ransomware = excluded.ransomware
         where (k.vendor, k.product, k.name, k.date_added, k.due_date, k.ransomware)
               is distinct from (excluded.vendor, excluded.product, excluded.name, excluded.date_added,
                                 excluded.due_date, excluded.ransomware)",
    )
    .bind(&ids)
    .bind(rows.iter().map(|r| r.vendor.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.product.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.name.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.date_added).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.due_date).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.ransomware).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    Ok(gone.rows_affected() + kept.rows_affected())
}

/// Computes the risk of every finding that names a CVE again, and writes those that differ. Gives how
/// many did. Nobody decided anything: the findings' versions stay.
pub async fn rescore(change: &mut Change) -> Result<u64> {
    // Where the scores went straight into their empty table, this is the first time that it waits.
    wait_for_turn(change).await?;
    let done = sqlx::query(
        "with threat as (
             select n.id, max(case when c.kev then 1 else coalesce(c.epss, 0.5) end) as threat,
                    max(case when c.kev and c.ransomware then 1.1 when c.kev then 1.05 else 1 end) as boost
             from (select f.id, unnest(f.cve_ids) as cve_id
                   from triage.findings f where cardinality(f.cve_ids) > 0) n
             left join triage.cve_threat c on c.cve_id = n.cve_id
             where n.cve_id is not null
             group by n.id
         ), changed as (
             -- Locked in the order of the ids, as everybody locks.
             select f.id, triage.risk_of(f.severity_rank, t.threat, t.boost, f.red_team_success,
                                         f.ai_verdict, f.ai_confidence) as risk
             from threat t join triage.findings f on f.id = t.id
             where f.risk is distinct from triage.risk_of(f.severity_rank, t.threat, t.boost,
                                                          f.red_team_success, f.ai_verdict, f.ai_confidence)
             order by f.id for update of f
         )
         update triage.findings f set risk = c.risk from changed c where f.id = c.id",
    )
    .execute(change.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Keeps what is known of CVEs from changing until the end of the change: what is scored from now on is
/// scored with what stands when it is committed. Intakes of scans do not wait for each other here, but for
/// an edition that is being taken in, however long that takes, so the usual limit does not hold.
///
/// Asked for before any finding is locked. A producer that writes findings by itself does not ask: what it
/// commits while an edition is taken in keeps the older scores until the next one.
pub async fn hold_still(change: &mut Change) -> Result<()> {
    wait_for(change, "lock table triage.epss_data, triage.kev in row exclusive mode").await
}

/// Waits until no other edition and no scan is being taken in, and keeps both waiting until the end of the
/// change: the scores of findings that are not committed yet could not be computed again.
async fn wait_for_turn(change: &mut Change) -> Result<()> {
    wait_for(change, "lock table triage.epss_data, triage.kev in share row exclusive mode").await
}

async fn wait_for(change: &mut Change, lock: &'static str) -> Result<()> {
    let connection = change.connection();
    let limit: String =
        sqlx::query_scalar("select current_setting('lock_timeout')").fetch_one(&mut *connection).await?;
    sqlx::raw_sql("set local lock_timeout = 0").execute(&mut *connection).await?;
    sqlx::raw_sql(lock).execute(&mut *connection).await?;
    sqlx::query("select set_config('lock_timeout', $1, true)").bind(limit).execute(connection).await?;
    Ok(())
}

/// The edition of `feed` that was taken in last, for showing what stands.
pub async fn standing(db: &Db, feed: Feed) -> Result<Option<Taken>> {
    let mut connection = db.read().acquire().await?;
    newest(&mut connection, feed).await
}

/// The same, as the change sees it.
pub async fn standing_before(change: &mut Change, feed: Feed) -> Result<Option<Taken>> {
    newest(change.connection(), feed).await
}

pub(super) async fn newest(connection: &mut PgConnection, feed: Feed) -> Result<Option<Taken>> {
    Ok(sqlx::query_as(
        "select left(file_name, 1000) as file_name, edition_date, left(model_version, 200) as model_version,
                row_count, imported_at
         from triage.threat_editions where feed = $1 order by id desc limit 1",
    )
    .bind(feed.word())
    .fetch_optional(connection)
    .await?)
}

/// An edition, as it is recorded.
pub struct NewEdition<'a> {
    /// Of which feed.
    pub feed: Feed,
    /// The name of its file, without its folder.
    pub file_name: &'a str,
    /// SHA-256 of the bytes of the file.
    pub sha256: &'a str,
    /// The day that it holds for.
    pub date: Option<NaiveDate>,
    /// The version of the model or of the catalogue.
    pub model_version: Option<&'a str>,
    /// CVEs in it.
    pub rows: u64,
}

/// Records an edition.
pub async fn record(change: &mut Change, edition: &NewEdition<'_>) -> Result<()> {
    sqlx::query(
        "insert into triage.threat_editions (feed, file_name, file_sha256, edition_date, model_version, row_count)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(edition.feed.word())
    .bind(edition.file_name)
    .bind(edition.sha256)
    .bind(edition.date)
    .bind(edition.model_version)
    .bind(i32::try_from(edition.rows).unwrap_or(i32::MAX))
    .execute(change.connection())
    .await?;
    Ok(())
}
