//! Migrations: embedded, one per area, only ever added.

use crate::error::Result;
use sqlx::PgConnection;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Brings the database behind `connection` up to date.
pub async fn migrate(connection: &mut PgConnection) -> Result<()> {
    MIGRATIONS
        .run_direct(None, connection, false)
        .await
        .map_err(|e| crate::error::Error::new(crate::error::Kind::Failed, e.to_string()).because(e))
}
