//! What the file, the environment and the flags say, read once and handed down.

use crate::cli::Global;
use crate::db::Db;
use crate::error::Result;

/// The settings of this run.
#[derive(Debug)]
pub struct Config {}

/// An open database, and what keeps it open.
pub struct Session {
    /// The pools.
    pub db: Db,
    /// How the connection is called on screen.
    pub name: String,
    /// Whether writing is refused.
    pub read_only: bool,
}

impl Config {
    /// Reads the settings.
    pub fn read(_global: &Global) -> Result<Config> {
        Ok(Config {})
    }

    /// Opens the database.
    pub async fn open(&self) -> Result<Session> {
        Err(crate::error::Error::new(crate::error::Kind::Configuration, "no database is configured"))
    }
}
