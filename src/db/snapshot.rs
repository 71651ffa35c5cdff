//! One state of the database, looked at for as long as it takes, by several connections at once.

use super::Db;
use crate::error::Result;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

/// What every such connection sets for itself. Policies that would hide rows are errors; names mean what
/// PostgreSQL means by them, whatever others have put in their schemas.
const BEGIN: &str = "
    begin isolation level repeatable read, read only;
    set local row_security = off;
    set local search_path = pg_catalog;
    set local statement_timeout = 0;
    set local idle_in_transaction_session_timeout = 0;
    set local max_parallel_workers_per_gather = 0;
    set local jit = off";

/// A connection of its own in a READ ONLY transaction that sees one state of the database.
///
/// It is never pooled: dropped, it is closed, and the server stops whatever it was doing for it.
pub struct Snapshot {
    connection: PgConnection,
    /// The name by which other connections can see the same; none where the server gives none.
    name: Option<String>,
    /// How it plans at present.
    planned: Option<&'static str>,
}

impl Db {
    /// Looks at the database as it is now.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let mut connection = self.unpooled().await?;
        sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
        let name = sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut connection).await;
        if name.is_err() {
            // Then one connection has to do, in a transaction that has not failed. A savepoint would not
            // serve: nothing is exported from within one.
            sqlx::raw_sql("rollback").execute(&mut connection).await?;
            sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
        }
        let name = name.ok().filter(|name: &String| is_name(name));
        Ok(Snapshot { connection, name, planned: None })
    }

    /// Another connection that sees what the snapshot of that name sees, which has to be open still.
    pub async fn snapshot_named(&self, name: &str) -> Result<Snapshot> {
        let mut connection = self.unpooled().await?;
        let name = Some(name.to_owned()).filter(|name| is_name(name)).unwrap_or_default();
        // Before any query, or the transaction has a snapshot of its own already.
        let begin = BEGIN.replacen(';', &format!("; set transaction snapshot '{name}';"), 1);
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut connection).await?;
        Ok(Snapshot { connection, name: None, planned: None })
    }

    /// A connection for long reads, which no pool waits for.
    async fn unpooled(&self) -> Result<PgConnection> {
        Ok(self.read().connect_options().connect().await?)
    }
}

impl Snapshot {
    /// The name under which [`Db::snapshot_named`] sees the same.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// From here on rows are found by an index, where there is one: in its order, without sorting.
    pub async fn plan_by_index(&mut self) -> Result<()> {
        self.plan(
            "set local enable_seqscan = off; set local enable_bitmapscan = off;
                   set local enable_indexscan = on; set local enable_indexonlyscan = off",
        )
        .await
    }

    /// From here on rows are found in the table itself, whatever its indexes say.
    pub async fn plan_by_table(&mut self) -> Result<()> {
        self.plan(
            "set local enable_seqscan = on; set local enable_bitmapscan = off;
                   set local enable_indexscan = off; set local enable_indexonlyscan = off",
        )
        .await
    }

    /// From here on rows are found as the server thinks best.
    pub async fn plan_freely(&mut self) -> Result<()> {
        self.plan(
            "set local enable_seqscan = on; set local enable_bitmapscan = on;
                   set local enable_indexscan = on; set local enable_indexonlyscan = on",
        )
        .await
    }

    async fn plan(&mut self, settings: &'static str) -> Result<()> {
        if self.planned != Some(settings) {
            // Where it fails, nobody knows how it plans.
            self.planned = None;
            sqlx::raw_sql(settings).execute(&mut self.connection).await?;
            self.planned = Some(settings);
        }
        Ok(())
    }

    /// The connection.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// Names are made of hex digits and dashes.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}
