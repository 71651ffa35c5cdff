//! Where the settings of this run come from: files, and the word that decided. For `doctor`.
//!
//! It follows the order of [`Config::read`] step by step, and tells no secret: of an address only the
//! place is kept.

use super::{Config, Flags, Settings, Target, env, is_set, read_file, usual_file};
use crate::error::{Error, Kind, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What decides, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What holds, without secrets.
    pub value: String,
    /// Where that comes from, such as `--connect`.
    pub origin: String,
}

/// Where the database is that the configuration chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A server, as `user@host/database`.
    Server(String),
    /// The private cluster's database of this name.
    Local(String),
}

/// A named connection of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Whether it is marked as read-only.
    pub read_only: bool,
    /// Its place, or what is wrong with it.
    pub place: Result<String, String>,
}

/// All that can be said of the configuration without connecting.
#[derive(Debug)]
pub struct Survey {
    /// The file that is read, if this user can have one.
    pub file: Option<PathBuf>,
    /// The settings that hold.
    pub settings: Vec<Setting>,
    /// The connections of the file.
    pub connections: Vec<Named>,
    /// The settings of this run, or why there are none.
    pub config: Result<Config>,
}

/// Looks at flags, environment and file. Reads, and changes nothing.
pub fn survey(flags: &Flags) -> Survey {
    let file = flags.file.clone().or_else(|| env("ATTESTOR_CONFIG").map(PathBuf::from)).or_else(usual_file);
    let config = Config::read(flags);
    let read = read_file(flags.file.as_deref()).ok();
    let mut settings = Vec::new();
    if let Ok(config) = &config {
        let value = match config.place() {
            Place::Server(place) => place,
            Place::Local(database) => format!("the private cluster, database {database}"),
        };
        settings.push(Setting { name: "database", value, origin: origin_of_database(flags) });
        if config.connection.access == crate::db::Access::ReadOnly {
            let origin = match (flags.read_only, is_set("ATTESTOR_READ_ONLY")) {
                (true, _) => "--read-only".to_owned(),
                (_, true) => "ATTESTOR_READ_ONLY".to_owned(),
                _ => format!("[connections.{}]", config.connection.name),
            };
            settings.push(Setting { name: "read-only", value: "yes".to_owned(), origin });
        }
    }
    if let Ok(Settings { theme: Some(theme), .. }) = Settings::read(flags) {
        let origin = match (&flags.theme, env("ATTESTOR_THEME")) {
            (Some(_), _) => "--theme",
            (None, Some(_)) => "ATTESTOR_THEME",
            (None, None) => "config.toml",
        };
        settings.push(Setting { name: "theme", value: theme, origin: origin.to_owned() });
    }
    let connections = read.map(|file| {
        let one = |(name, connection): (String, super::NamedConnection)| {
            let key = format!("[connections.{name}]");
            let place = super::refuse_password(&connection.url, Kind::Configuration, &key)
                .and_then(|()| super::server(&key, &connection.url))
                .map(|found| found.place().to_string())
                .map_err(|error| error.to_string());
            Named { name, read_only: connection.read_only, place }
        };
        file.connections.into_iter().map(one).collect()
    });
    Survey { file, settings, connections: connections.unwrap_or_default(), config }
}

/// The word that decides on the database: flags, then the environment, then the file.
fn origin_of_database(flags: &Flags) -> String {
    if flags.database_url.is_some() {
        return "--database-url".to_owned();
    }
    if flags.connect.is_some() {
        return "--connect".to_owned();
    }
    let variables = ["ATTESTOR_CONNECT", "DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"];
    let set = variables.into_iter().find(|name| match *name {
        "ATTESTOR_CONNECT" | "DATABASE_URL" => env(name).is_some(),
        _ => is_set(name),
    });
    set.unwrap_or("config.toml").to_owned()
}

impl Config {
    /// Whether attestor was told to write nothing.
    pub fn access(&self) -> crate::db::Access {
        self.connection.access
    }

    /// Where the database is.
    pub fn place(&self) -> Place {
        self.connection.place()
    }
}

impl super::Connection {
    fn place(&self) -> Place {
        match &self.target {
            Target::Server(options) => Place::Server(super::place(options)),
            Target::Local { database } => Place::Local(database.clone()),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Server(place) => f.write_str(place),
            Place::Local(database) => write!(f, "local/{database}"),
        }
    }
}

/// The state folder of this user, `ATTESTOR_STATE_DIR` before the usual one.
pub fn state_folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("ATTESTOR_STATE_DIR").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "attestor")
        .ok_or_else(|| Error::new(Kind::Configuration, "this user has no home folder"))?;
    // macOS has no state folder.
    Ok(folders.state_dir().map_or_else(|| folders.data_local_dir().join("state"), Path::to_owned))
}
