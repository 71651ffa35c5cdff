//! Signed checkpoints as the database keeps them. What is read here is judged before it counts.

use crate::audit::place::Published;
use crate::audit::trust::Signed;
use crate::chain::bookkeeping::{Bookkeeping, Note};
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use sqlx::Row;

/// Checkpoints that are read, the largest ones first.
pub const CHECKPOINTS_MAX: i64 = 1_000;

/// The newest checkpoints; none where this login may not read them, or the database has no place for
/// them: to verify a chain takes no right but to read the chain.
pub async fn newest(snapshot: &mut Snapshot) -> Result<Vec<Published>> {
    if !may_read(snapshot, "checkpoints").await? {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "select id, left(note, 262145) as note, left(ssh_signature, 4097) as ssh_signature
         from only audit.checkpoints order by size desc, id desc limit $1",
    )
    .bind(CHECKPOINTS_MAX)
    .fetch_all(snapshot.connection())
    .await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(Published {
            place: format!("audit.checkpoints, id {}", row.try_get::<i64, _>("id")?),
            note: row.try_get::<Option<String>, _>("note")?.unwrap_or_default().into_bytes(),
            ssh: Some(row.try_get::<Option<String>, _>("ssh_signature")?.unwrap_or_default()),
        })
    };
    rows.iter().map(read).collect()
}

/// Keeps a checkpoint. Its entry is in the chain; the same one again changes nothing.
pub async fn keep(books: Bookkeeping<'_>, signed: &Signed, ssh: &str) -> Result<()> {
    let size =
        i64::try_from(signed.size).map_err(|_| Error::new(Kind::Usage, "no chain has so many entries"))?;
    let (root, key) = (crate::audit::note::root_text(&signed.root), signed.key.to_string());
    let (time, note, ssh) = (signed.time, signed.note.to_string(), ssh.to_owned());
    books
        .write(Note::Checkpoint, |statement| {
            statement.bind(size).bind(root).bind(key).bind(time).bind(note).bind(ssh)
        })
        .await?;
    Ok(())
}

/// The newest entry of the chain, where it says "checkpoint" for this key: a checkpoint that was begun.
pub async fn begun(snapshot: &mut Snapshot, key: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "select seq from (select seq, category, event_type, payload from only audit.audit_trail_entries
                          order by seq desc limit 1) newest
         where category = 'checkpoint' and event_type = 'checkpoint' and payload->>'key' = $1",
    )
    .bind(key)
    .fetch_optional(snapshot.connection())
    .await?)
}

/// Whether this login may read a table of the schema, which is there and is a table.
pub(super) async fn may_read(snapshot: &mut Snapshot, table: &str) -> Result<bool> {
    let readable: Option<bool> = sqlx::query_scalar(
        "select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'audit' and c.relname = $1 and c.relkind = 'r'",
    )
    .bind(table)
    .fetch_optional(snapshot.connection())
    .await?;
    Ok(readable.unwrap_or(false))
}
