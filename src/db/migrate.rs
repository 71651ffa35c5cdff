//! Migrations: embedded, one per area, only ever added; and the rights that stand after them.
//!
//! Everything belongs to `attestor_owner`, who cannot log in: the migrator takes that role on. One
//! migrator works in a database at a time; several databases of a cluster may be migrated at once.

mod roles;
mod routines;
mod standing;

pub use standing::{Difference, Found, differences, repair};

use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, PgConnection};
use std::sync::LazyLock;

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = sqlx::migrate!("./migrations");
    migrations.create_schema("attestor");
    migrations.dangerous_set_table_name("attestor.migrations");
    // A lock of ours is held already; it also covers the rights.
    migrations.set_locking(false);
    migrations
});

/// A migration, and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number.
    pub version: i64,
    /// What it brings.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// How far a database is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// The migrations that this program knows, in their order.
    pub steps: Vec<Step>,
    /// The name of its chain, once it has one.
    pub chain_id: Option<String>,
}

impl Status {
    /// The number of the newest migration that the database has; 0 for none.
    pub fn version(&self) -> i64 {
        self.steps.iter().filter(|s| s.applied).map(|s| s.version).max().unwrap_or(0)
    }

    /// Whether nothing is left to do.
    pub fn is_current(&self) -> bool {
        self.chain_id.is_some() && self.steps.iter().all(|s| s.applied)
    }
}

/// What [`bring_up_to_date`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How far the database was before.
    pub before: Status,
    /// How far it is now.
    pub now: Status,
    /// Rights, owners and triggers of what was there before that are not as they were.
    pub rights: Vec<Difference>,
}

/// Brings the database behind `connection` up to date; a chain without a name gets a random one.
pub async fn migrate(connection: &mut PgConnection) -> Result<()> {
    bring_up_to_date(connection, None).await.map(drop)
}

/// Brings the database up to date, and names its chain.
///
/// # Errors
/// [`Kind::Denied`], with the SQL to ask an administrator for, where the login lacks a right;
/// [`Kind::Conflict`] where the chain has another name already. A migration that fails leaves nothing.
pub async fn bring_up_to_date(connection: &mut PgConnection, chain_id: Option<&ChainId>) -> Result<Outcome> {
    check_server(connection).await?;
    lock(connection).await?;
    let result = migrate_locked(connection, chain_id).await;
    // The role must not outlive this, however it went. What failed first is what is told.
    let released = sqlx::raw_sql(
        "reset role; reset lock_timeout; select pg_advisory_unlock(hashtext('attestor migrate'))",
    )
    .execute(connection)
    .await;
    let outcome = result?;
    released?;
    Ok(outcome)
}

/// How far the database is. Writes nothing.
///
/// # Errors
/// Where the database was migrated by a newer program, or by one whose migrations differ.
pub async fn status(connection: &mut PgConnection) -> Result<Status> {
    let applied: Vec<(i64, Vec<u8>)> = if exists(connection, "attestor.migrations").await? {
        sqlx::query_as("select version, checksum from attestor.migrations where success order by version")
            .fetch_all(&mut *connection)
            .await?
    } else {
        Vec::new()
    };
    let newest = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    if let Some((version, _)) = applied.last().filter(|(version, _)| *version > newest) {
        return Err(Error::new(
            Kind::OtherBuild,
            format!(
                "this database was migrated by a newer attestor (version {version}; this one knows {newest})"
            ),
        )
        .hint("upgrade this program"));
    }
    let mut steps = Vec::new();
    for migration in MIGRATIONS.iter() {
        let found = applied.iter().find(|(version, _)| *version == migration.version);
        if found.is_some_and(|(_, checksum)| *checksum != *migration.checksum) {
            return Err(altered(migration.version));
        }
        let name = migration.description.to_string();
        steps.push(Step { version: migration.version, name, applied: found.is_some() });
    }
    let chain_id = if exists(connection, "audit.chain").await? {
        sqlx::query_scalar("select chain_id from audit.chain").fetch_optional(connection).await?
    } else {
        None
    };
    Ok(Status { steps, chain_id })
}

async fn migrate_locked(connection: &mut PgConnection, chain_id: Option<&ChainId>) -> Result<Outcome> {
    let before = status(connection).await?;
    refuse_another_name(&before, chain_id)?;
    if before.is_current() {
        return Ok(Outcome { now: before.clone(), before, rights: Vec::new() });
    }
    roles::ensure(connection).await?;
    let stood = standing::facts(connection).await?;
    sqlx::raw_sql("set role attestor_owner").execute(&mut *connection).await?;
    MIGRATIONS.run_direct(None, &mut *connection, false).await.map_err(explained)?;
    let rights = standing::apply(connection, &stood).await?;
    name_chain(connection, chain_id).await?;
    let now = status(connection).await?;
    refuse_another_name(&now, chain_id)?;
    Ok(Outcome { before, now, rights })
}

async fn check_server(connection: &mut PgConnection) -> Result<()> {
    let (version, encoding): (i32, String) = sqlx::query_as(
        "select current_setting('server_version_num')::integer, current_setting('server_encoding')",
    )
    .fetch_one(connection)
    .await?;
    if version < 140_000 {
        return Err(Error::new(Kind::Failed, format!("PostgreSQL {} is too old", version / 10_000))
            .hint("use version 14 or newer"));
    }
    super::login::require_utf8(&encoding)
}

/// Waits for other migrators of this database. The lock belongs to the session.
async fn lock(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("set lock_timeout = '30s'; select pg_advisory_lock(hashtext('attestor migrate'))")
        .execute(connection)
        .await?;
    Ok(())
}

async fn exists(connection: &mut PgConnection, table: &str) -> Result<bool> {
    Ok(sqlx::query_scalar("select to_regclass($1) is not null").bind(table).fetch_one(connection).await?)
}

fn refuse_another_name(status: &Status, wanted: Option<&ChainId>) -> Result<()> {
    match (&status.chain_id, wanted) {
        (Some(is), Some(wanted)) if is != wanted.as_str() => Err(Error::new(
            Kind::Conflict,
            format!("the chain of this database is called {is}, not {wanted}"),
        )
        .hint("a chain keeps its name: leave --chain-id out, or use a new database")),
        _ => Ok(()),
    }
}

async fn name_chain(connection: &mut PgConnection, chain_id: Option<&ChainId>) -> Result<()> {
    let name = chain_id.cloned().unwrap_or_else(ChainId::random);
    sqlx::query(
        "insert into audit.chain (chain_id, genesis) values ($1, audit.genesis($1)) on conflict do nothing",
    )
    .bind(name.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

fn altered(version: i64) -> Error {
    Error::new(
        Kind::OtherBuild,
        format!("migration {version} of this program is not the one that this database was made with"),
    )
    .hint("use the released attestor that migrated it, or a newer one; nothing was changed")
}

/// A failure of the migrator in our words. Its own causes stay behind it.
fn explained(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::ExecuteMigration(error, version) => {
            let error = Error::from(error);
            Error::new(error.kind(), format!("migration {version} failed and was rolled back")).because(error)
        }
        MigrateError::VersionMismatch(version) => altered(version),
        other => Error::new(Kind::Failed, "the database could not be migrated").because(other),
    }
}

/// Begins a transaction that waits for nobody longer than a few seconds.
async fn begin(connection: &mut PgConnection) -> Result<sqlx::Transaction<'_, sqlx::Postgres>> {
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql("set local lock_timeout = '10s'").execute(&mut *transaction).await?;
    Ok(transaction)
}
