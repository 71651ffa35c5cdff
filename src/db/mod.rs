//! The database: pools for reading and for writing, migrations, pages, news and the local cluster.

pub mod copy;
mod error;
pub mod health;
pub mod listen;
pub mod local;
pub mod login;
pub mod migrate;
pub mod page;
pub mod relation;
pub mod series;
pub mod snapshot;
pub(crate) mod writers;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::time::Duration;
use writers::Writers;

/// After how long a connection is asked whether it lives still.
const RESTED: Duration = Duration::from_secs(1);

/// The two pools of one database.
///
/// Reads run READ ONLY with a time limit, on connections that notice a client that has gone: dropping
/// a read closes its connection, and the server stops the query. Writes go through
/// [`Change`](crate::chain::change::Change) alone.
#[derive(Clone)]
pub struct Db {
    read: PgPool,
    write: Writers,
    access: Access,
}

/// Whether attestor may write on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes, as far as the login's rights go.
    ReadWrite,
    /// Reads alone, whatever the login may do.
    ReadOnly,
}

/// Hides how it connects: options may hold a password.
impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("access", &self.access).finish_non_exhaustive()
    }
}

impl Db {
    /// Pools that connect when they are first used.
    pub fn lazy(options: PgConnectOptions, access: Access) -> Self {
        let options = options.application_name("attestor");
        let read = options.clone().options([
            ("default_transaction_read_only", "on"),
            ("statement_timeout", "30s"),
            ("client_connection_check_interval", "500ms"),
        ]);
        let write = options.options([
            ("default_transaction_isolation", "read committed"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ]);
        let pool = |max| {
            PgPoolOptions::new()
                .max_connections(max)
                .acquire_timeout(Duration::from_secs(5))
                // Whether it lives still is asked of a connection that rested, not of one in the midst of
                // work: a round trip less for each of many deeds.
                .test_before_acquire(false)
                .before_acquire(|connection, kept| {
                    Box::pin(async move {
                        if kept.idle_for >= RESTED {
                            connection.ping().await?;
                        }
                        Ok(true)
                    })
                })
        };
        Db {
            read: pool(4).connect_lazy_with(read),
            write: Writers::of(pool(4).connect_lazy_with(write)),
            access,
        }
    }

    /// Whether attestor may write here.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The pool that can only read.
    pub fn read(&self) -> &PgPool {
        &self.read
    }

    /// Closes both pools, and waits until their connections are gone.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }

    /// The connections that write; only [`Change`](crate::chain::change::Change) begins a transaction on
    /// one.
    pub(crate) fn write(&self) -> &Writers {
        &self.write
    }
}
