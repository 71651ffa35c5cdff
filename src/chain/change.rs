//! [`Change`]: the only door for writes.

use super::entry::NewEntry;
use crate::db::writers::{Writer, Writers};
use crate::db::{Access, Db};
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use sqlx::{PgConnection, Row};

/// A transaction that can only end with its entry in the chain.
///
/// Store functions that write take `&mut Change`. [`Change::commit`] consumes it; dropped, it rolls
/// back, so a write without its entry cannot be committed. The connection of a change that did not
/// commit is closed, never pooled: the server rolls back, and nothing half-done is handed on.
pub struct Change {
    connection: Option<Writer>,
    writers: Writers,
    key: DeedKey,
}

/// Prepares, once a session, the statement that appends what is staged: to plan it costs as much as to
/// append. The setting lives and dies with the session, as the statement does. Without OFFSET 0 the
/// planner would put the cast in place of each `e`, and the entry would be parsed seven times.
const PREPARE: &str = "
    prepare attestor_append as
        select audit.append_entry(
            category => e->>'category', event_type => e->>'event_type',
            actor_type => e->>'actor_type', payload => e->'payload',
            repo_full_name => e->>'repo_full_name', commit_sha => e->>'commit_sha',
            framework => array(select jsonb_array_elements_text(e->'framework')))
        from (select current_setting('attestor.entry')::jsonb offset 0) as staged (e);
    select set_config('attestor.is_prepared', 'on', false)";

impl Change {
    /// Begins a change under the key of its deed.
    pub async fn begin(db: &Db, key: DeedKey) -> Result<Self> {
        if db.access() == Access::ReadOnly {
            return Err(Error::new(Kind::Denied, "this connection is read-only"));
        }
        let writers = db.write().clone();
        let mut connection = writers.take().await?;
        sqlx::raw_sql("begin isolation level read committed").execute(&mut *connection).await?;
        Ok(Change { connection: Some(connection), writers, key })
    }

    /// The key of the deed; rows that it writes may carry it.
    pub fn key(&self) -> DeedKey {
        self.key
    }

    /// The connection, for the store functions of an area.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("a change keeps its connection until it ends")
    }

    /// Appends `entry` and commits, in one message; nothing comes after.
    ///
    /// The entry is handed over bound, before the lock is asked for. Then a constant text appends it by a
    /// statement that the session has prepared, and commits, in one round trip, so that the chain's lock
    /// is never held while the network carries something: held 5 ms longer, 2,021 appends a second
    /// become 176.
    pub async fn commit(mut self, entry: NewEntry) -> Result<EntrySeq> {
        let mut staged = serde_json::to_value(&entry).map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
        staged["payload"]["idempotency_key"] = self.key.to_string().into();
        let is_prepared: Option<String> = sqlx::query_scalar(
            "select current_setting('attestor.is_prepared', true) from set_config('attestor.entry', $1, true)",
        )
        .bind(staged.to_string())
        .fetch_one(self.connection())
        .await?;
        if is_prepared.as_deref() != Some("on") {
            sqlx::raw_sql(PREPARE).execute(self.connection()).await?;
        }
        // All rows are awaited, so that the answer to COMMIT has come before this returns.
        let rows = sqlx::raw_sql("execute attestor_append; commit").fetch_all(self.connection()).await?;
        let seq = rows.first().ok_or(sqlx::Error::RowNotFound)?.try_get::<i64, _>(0)?;
        // Committed: from here on others may have the connection.
        if let Some(connection) = self.connection.take() {
            self.writers.give(connection);
        }
        Ok(EntrySeq(seq))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}
