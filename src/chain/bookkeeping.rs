//! [`Bookkeeping`]: the second door for writes, and a narrow one.
//!
//! What says how far work is, and what can be computed again from what stands, needs no entry in the
//! chain. [`Note`] lists every such statement: nothing else can be written through this door, and what
//! is added to the list is seen in one place. It decides nothing and deletes nothing.

use crate::db::{Access, Db};
use crate::error::{Error, Kind, Result};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{Postgres, Row};

/// Everything that may be written without an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Note {
    /// Begins a run of a flow ($1) with its context ($2), identity ($3) and lease in seconds ($4), unless
    /// one of that identity is active. Gives its number.
    RunBegun,
    /// Renews the lease of a running run ($1) by so many seconds ($2), and says how far it is ($3). The
    /// time is the server's. No row is written where the run has ended, or was taken for dead.
    RunProgress,
    /// Completes a run ($1) that has not ended: outcome ($2), counts ($3), failure ($4), and what its
    /// context gains ($5).
    RunEnded,
    /// The same for a run whose lease is past.
    RunLost,
    /// Keeps roots of whole subtrees of the chain's Merkle tree: levels ($1), positions ($2), hashes ($3).
    /// A cache: whoever reads it holds what comes out of it against a root that is signed.
    MerkleTiles,
    /// Keeps a signed checkpoint: size ($1), root ($2), key ($3), time ($4), note ($5) and SSH signature
    /// ($6). Its entry is in the chain already, covered by it; the same checkpoint again is no row.
    Checkpoint,
}

impl Note {
    /// All of them.
    pub const ALL: &[Note] = &[
        Note::RunBegun,
        Note::RunProgress,
        Note::RunEnded,
        Note::RunLost,
        Note::MerkleTiles,
        Note::Checkpoint,
    ];

    /// The statement.
    pub fn sql(self) -> &'static str {
        match self {
            // An insert of the same by somebody else is waited for until it is committed or not.
            Note::RunBegun => {
                "insert into operations.operation_runs
                     (user_id, type, status, outcome, context, run_identity_hash, started_at, lease_until)
                 values (session_user, $1, 'running', 'pending', $2, $3, clock_timestamp(),
                         clock_timestamp() + make_interval(secs => $4))
                 on conflict (tenant_id, run_identity_hash) where status in ('queued', 'running') do nothing
                 returning id"
            }
            Note::RunProgress => {
                "update operations.operation_runs
                 set lease_until = clock_timestamp() + make_interval(secs => $2), updated_at = clock_timestamp(),
                     context = coalesce(context, '{}') || jsonb_build_object('progress', $3::jsonb)
                 where id = $1 and status = 'running'"
            }
            Note::RunEnded => {
                "update operations.operation_runs
                 set status = 'completed', outcome = $2, summary_counts = $3, failure_summary = $4,
                     context = coalesce(context, '{}') - 'progress' || $5,
                     completed_at = clock_timestamp(), updated_at = clock_timestamp(), lease_until = null
                 where id = $1 and status in ('queued', 'running')"
            }
            Note::RunLost => {
                "update operations.operation_runs
                 set status = 'completed', outcome = $2, summary_counts = $3, failure_summary = $4,
                     context = coalesce(context, '{}') - 'progress' || $5,
                     completed_at = clock_timestamp(), updated_at = clock_timestamp(), lease_until = null
                 where id = $1 and status in ('queued', 'running') and lease_until < clock_timestamp()"
            }
            Note::MerkleTiles => {
                "insert into audit.merkle_tiles (level, position, hash)
                 select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
                 on conflict (level, position) do update set hash = excluded.hash
                 where merkle_tiles.hash <> excluded.hash"
            }
            Note::Checkpoint => {
                "insert into audit.checkpoints (size, root, key, signed_at, note, ssh_signature)
                 values ($1, $2, $3, $4, $5, $6) on conflict (size, root, key) do nothing"
            }
        }
    }
}

/// A statement of [`Note`], as values are bound to it.
pub type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// Writes what needs no entry.
#[derive(Debug, Clone, Copy)]
pub struct Bookkeeping<'a> {
    db: &'a Db,
}

impl<'a> Bookkeeping<'a> {
    /// The books of `db`.
    ///
    /// # Errors
    /// [`Kind::Denied`] where the connection is read-only.
    pub fn of(db: &'a Db) -> Result<Self> {
        if db.access() == Access::ReadOnly {
            return Err(Error::new(Kind::Denied, "this connection is read-only"));
        }
        Ok(Bookkeeping { db })
    }

    /// Writes `note` with the values that `bind` gives it; the result is how many rows that were. It is a
    /// transaction of its own.
    pub async fn write<'q>(
        &self,
        note: Note,
        bind: impl FnOnce(Statement<'q>) -> Statement<'q>,
    ) -> Result<u64> {
        let done = bind(sqlx::query(note.sql())).execute(self.db.write().pool()).await?;
        Ok(done.rows_affected())
    }

    /// Writes `note`, and gives the number that it returns for the row; none where it wrote none.
    pub async fn number<'q>(
        &self,
        note: Note,
        bind: impl FnOnce(Statement<'q>) -> Statement<'q>,
    ) -> Result<Option<i64>> {
        let row = bind(sqlx::query(note.sql())).fetch_optional(self.db.write().pool()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}
