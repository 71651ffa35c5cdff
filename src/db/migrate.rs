//! Migrations: embedded, one per area, only ever added.

use crate::error::Result;
use sqlx::PgConnection;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Brings the database behind `connection` up to date.
pub async fn migrate(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql(include_str!("../../migrations/roles.sql")).execute(&mut *connection).await?;
    MIGRATIONS
        .run_direct(None, &mut *connection, false)
        .await
        .map_err(|e| crate::error::Error::new(crate::error::Kind::Failed, e.to_string()).because(e))?;
    sqlx::raw_sql(include_str!("../../migrations/rights.sql")).execute(&mut *connection).await?;
    sqlx::query(
        "insert into audit.chain (chain_id, genesis)
         select id, audit.genesis(id) from (select 'attestor.local/' || gen_random_uuid()) as fresh (id)
         on conflict do nothing",
    )
    .execute(connection)
    .await?;
    Ok(())
}
