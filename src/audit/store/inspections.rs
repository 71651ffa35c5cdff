//! Reports that were filed, their samples, and who has looked at what in these.

use crate::audit::entry::Listed;
use crate::audit::inspection::{FiledReport, Inspection, Item, Note, Standing, Worklist};
use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{EntrySeq, ReportId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;

/// The newest reports, at most `limit`.
pub async fn reports(db: &Db, limit: u16) -> Result<Vec<FiledReport>> {
    Ok(sqlx::query_as(
        "select id, left(report_type, 100) as report_type, period_start, period_end, created_at,
                left(created_by, 200) as created_by
         from audit.compliance_reports order by id desc limit $1",
    )
    .bind(i64::from(limit))
    .fetch_all(db.read())
    .await?)
}

/// The sample of a report; none where there is no such report.
pub async fn worklist(db: &Db, id: ReportId) -> Result<Option<Worklist>> {
    let report: Option<FiledReport> = sqlx::query_as(
        "select id, left(report_type, 100) as report_type, period_start, period_end, created_at,
                left(created_by, 200) as created_by
         from audit.compliance_reports where id = $1",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await?;
    let Some(report) = report else { return Ok(None) };
    let items = items(db, id).await?;
    Ok(Some(Worklist { report, items }))
}

/// The sample as it was filed, beside what the chain has and what was inspected. At most as many entries as
/// a sample can have; a position that is none is passed over.
async fn items(db: &Db, id: ReportId) -> Result<Vec<Item>> {
    let rows = sqlx::query(
        "with drawn (place, seq, entry) as (
             select s.place, (s.entry->>'seq')::bigint, s.entry
             from audit.compliance_reports r
                  cross join lateral jsonb_array_elements(
                      case when jsonb_typeof(r.summary #> '{sample,entries}') = 'array'
                           then r.summary #> '{sample,entries}' else '[]' end)
                  with ordinality as s (entry, place)
             where r.id = $1 and s.entry->>'seq' ~ '^[1-9][0-9]{0,17}$'
             order by s.place limit 1000)
         select d.seq, left(d.entry->>'occurred_at', 40) as occurred_at,
                left(coalesce(d.entry->>'category', ''), 200) as category,
                left(coalesce(d.entry->>'event_type', ''), 200) as event_type,
                left(coalesce(d.entry->>'actor', ''), 200) as actor,
                left(coalesce(d.entry->>'db_user', ''), 200) as db_user,
                left(d.entry->>'repo_full_name', 500) as repo_full_name,
                exists (select from audit.audit_trail_entries e where e.seq = d.seq) as is_there,
                -- A superuser can let two rows bear one position: each of them has to be what was drawn.
                coalesce((select bool_and(e.entry_hash is not distinct from d.entry->>'entry_hash')
                          from audit.audit_trail_entries e where e.seq = d.seq), false) as is_same,
                i.note, left(i.inspected_by, 200) as inspected_by, i.inspected_at
         from drawn d left join audit.inspections i on i.report_id = $1 and i.seq = d.seq
         order by d.place",
    )
    .bind(id)
    .fetch_all(db.read())
    .await?;
    Ok(rows.iter().map(item).collect::<sqlx::Result<_>>()?)
}

fn item(row: &PgRow) -> sqlx::Result<Item> {
    let occurred_at: Option<String> = row.try_get("occurred_at")?;
    let occurred_at = occurred_at.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
    let standing = match (row.try_get("is_there")?, row.try_get("is_same")?) {
        (true, true) => Standing::Same,
        (true, false) => Standing::Changed,
        (false, _) => Standing::Gone,
    };
    let note: Option<SafeText> = row.try_get("note")?;
    let inspection = match note {
        Some(note) => {
            Some(Inspection { note, by: row.try_get("inspected_by")?, at: row.try_get("inspected_at")? })
        }
        None => None,
    };
    Ok(Item {
        listed: Listed {
            seq: row.try_get("seq")?,
            occurred_at: occurred_at.map(|at| at.with_timezone(&Utc)),
            category: row.try_get("category")?,
            event_type: row.try_get("event_type")?,
            actor: row.try_get("actor")?,
            db_user: row.try_get("db_user")?,
            repo_full_name: row.try_get("repo_full_name")?,
        },
        standing,
        inspection,
    })
}

/// The hash under which a report drew the entry at `seq`: none where there is no such report, and within
/// none where the entry is not of its sample. What was filed changes no more, so that no row needs a lock.
pub async fn drawn(change: &mut Change, id: ReportId, seq: EntrySeq) -> Result<Option<Option<String>>> {
    Ok(sqlx::query_scalar(
        "select (select left(s.entry->>'entry_hash', 64)
                 from jsonb_array_elements(
                     case when jsonb_typeof(r.summary #> '{sample,entries}') = 'array'
                          then r.summary #> '{sample,entries}' else '[]' end) as s (entry)
                 where s.entry->>'seq' = $2::bigint::text limit 1)
         from audit.compliance_reports r where r.id = $1",
    )
    .bind(id)
    .bind(seq)
    .fetch_optional(change.connection())
    .await?)
}

/// Writes down that an entry was inspected; false where it was before.
pub async fn insert(change: &mut Change, id: ReportId, seq: EntrySeq, note: &Note) -> Result<bool> {
    let done = sqlx::query(
        "insert into audit.inspections (report_id, seq, note) values ($1, $2, $3)
         on conflict (report_id, seq) do nothing",
    )
    .bind(id)
    .bind(seq)
    .bind(note.as_str())
    .execute(change.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What stands about one entry.
pub async fn standing(change: &mut Change, id: ReportId, seq: EntrySeq) -> Result<Option<Inspection>> {
    let row = sqlx::query(
        "select note, left(inspected_by, 200) as inspected_by, inspected_at
         from audit.inspections where report_id = $1 and seq = $2",
    )
    .bind(id)
    .bind(seq)
    .fetch_optional(change.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Inspection {
        note: row.try_get("note")?,
        by: row.try_get("inspected_by")?,
        at: row.try_get("inspected_at")?,
    }))
}
