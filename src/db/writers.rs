//! Connections that write, of which one stays at hand.
//!
//! A pool asks each connection that comes back whether it lives still: a round trip, and for the next
//! deed a wait. One that has just committed has shown it. It is kept beside the pool for whoever writes
//! next, and is asked only when it has rested.

use super::RESTED;
use crate::error::Result;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPool;
use sqlx::{Connection, Postgres};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A connection that writes.
pub(crate) type Writer = PoolConnection<Postgres>;

/// The pool of them.
#[derive(Clone)]
pub(crate) struct Writers {
    pool: PgPool,
    at_hand: Arc<AtHand>,
}

/// The connection that waits, and since when.
#[derive(Default)]
struct AtHand(Mutex<Option<(Writer, Instant)>>);

impl AtHand {
    fn swap(&self, writer: Option<(Writer, Instant)>) -> Option<(Writer, Instant)> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), writer)
    }
}

/// The pool would take it back in a task, for which it may be too late.
impl Drop for AtHand {
    fn drop(&mut self) {
        if let Some((writer, _)) = self.swap(None) {
            drop(writer.detach());
        }
    }
}

impl Writers {
    /// Those of a pool.
    pub fn of(pool: PgPool) -> Self {
        Writers { pool, at_hand: Arc::default() }
    }

    /// The pool, for single statements.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The connection at hand, else one of the pool.
    pub async fn take(&self) -> Result<Writer> {
        if let Some((mut writer, since)) = self.at_hand.swap(None) {
            if since.elapsed() < RESTED || writer.ping().await.is_ok() {
                return Ok(writer);
            }
            // Lost while it rested: it makes room for another.
            drop(writer.detach());
        }
        Ok(self.pool.acquire().await?)
    }

    /// Takes a connection back whose transaction has ended.
    pub fn give(&self, writer: Writer) {
        drop(self.at_hand.swap(Some((writer, Instant::now()))));
    }

    /// Closes them all, and waits until they are gone.
    pub async fn close(&self) {
        drop(self.at_hand.swap(None));
        self.pool.close().await;
    }
}
