//! Who this connection is, and to which database.

use super::Db;
use crate::error::Result;
use crate::text::SafeText;

/// The login of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The role that is logged in.
    pub role: SafeText,
    /// What tells this database from every other: its chain's name, or else its own.
    pub database: String,
}

/// Asks who is logged in, and where.
pub async fn login(db: &Db) -> Result<Login> {
    let (role, database) =
        sqlx::query_as::<_, (SafeText, String)>("select current_user::text, current_database()::text")
            .fetch_one(db.read())
            .await?;
    // A database that has not been migrated has no chain yet.
    let chain = sqlx::query_scalar::<_, String>("select chain_id from audit.chain")
        .fetch_optional(db.read())
        .await
        .ok()
        .flatten();
    Ok(Login { role, database: chain.unwrap_or(database) })
}
