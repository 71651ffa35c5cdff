//! What the flags, the environment and the file say, read once and handed down.
//!
//! A flag holds before the environment, the environment before the file. With nothing configured at
//! all, [`Config::read`] says so and names the ways out: a forgotten `DATABASE_URL` must never open
//! some other database and find its empty chain in order.

pub mod files;
mod github;
pub mod origin;
pub mod permalink;
mod settings;
pub mod views;

pub use github::GithubSettings;
pub use settings::{AuditSettings, Pace, Settings, Shape};

use crate::db::{Access, Db, local};
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use url::Url;

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The named connection to use.
    pub connect: Option<String>,
    /// The database to use.
    pub database_url: Option<String>,
    /// The file to read instead of the usual one.
    pub file: Option<PathBuf>,
    /// Whether everything that would write is refused.
    pub read_only: bool,
    /// The theme's name.
    pub theme: Option<String>,
    /// Whether little is drawn.
    pub slow: bool,
    /// Whether lines are printed instead.
    pub linear: bool,
}

/// The database of this run.
#[derive(Debug, Clone)]
pub struct Config {
    connection: Connection,
}

/// One database that can be opened, as it is called on screen.
#[derive(Debug, Clone)]
pub struct Connection {
    name: String,
    target: Target,
    access: Access,
    accent: Option<String>,
}

/// Where a connection leads.
#[derive(Clone)]
enum Target {
    Server(Box<PgConnectOptions>),
    Local { database: String },
}

/// Hides everything but the place: options may hold a password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Server(options) => write!(f, "Server({})", place(options)),
            Target::Local { database } => write!(f, "Local({database})"),
        }
    }
}

/// An open database, and what keeps it open.
pub struct Session {
    /// The pools.
    pub db: Db,
    /// How the connection is called on screen.
    pub name: String,
    /// Whether writing is refused.
    pub read_only: bool,
    /// The colour that the connection is to be told by.
    pub accent: Option<String>,
    /// What keeps the private cluster up, where the database lies in it.
    pub lease: Option<local::Lease>,
}

/// The file's own words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    theme: Option<String>,
    slow: Option<bool>,
    linear: Option<bool>,
    #[serde(default)]
    audit: AuditFile,
    #[serde(default)]
    github: github::GithubFile,
    #[serde(default)]
    connections: BTreeMap<String, NamedConnection>,
}

/// The file's words on sealing the chain.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditFile {
    origin: Option<String>,
    key: Option<String>,
    #[serde(default)]
    checkpoints: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedConnection {
    url: String,
    #[serde(default)]
    read_only: bool,
    accent: Option<String>,
}

impl fmt::Debug for NamedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedConnection").field("read_only", &self.read_only).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the flags, the environment and the file.
    pub fn read(flags: &Flags) -> Result<Config> {
        let file = read_file(flags.file.as_deref())?;
        let mut connection = choose(flags, &file)?;
        if flags.read_only || is_set("ATTESTOR_READ_ONLY") {
            connection.access = Access::ReadOnly;
        }
        Ok(Config { connection })
    }

    /// How to connect as the configured login; a private cluster is started for it.
    pub async fn connect_options(&self) -> Result<(PgConnectOptions, Option<local::Lease>)> {
        match &self.connection.target {
            Target::Server(options) => Ok((options.as_ref().clone(), None)),
            Target::Local { database } => {
                let lease = local::Cluster::usual()?.lease().await?;
                let options = lease.prepare_database(database).await?;
                Ok((options, Some(lease)))
            }
        }
    }

    /// How the connection is called on screen.
    pub fn name(&self) -> &str {
        &self.connection.name
    }

    /// Whether the way to the server is a network.
    pub fn is_remote(&self) -> bool {
        match &self.connection.target {
            Target::Server(options) => options.get_socket().is_none() && !options.get_host().starts_with('/'),
            Target::Local { .. } => false,
        }
    }

    /// Uses `password`, which a person typed.
    pub fn with_password(mut self, password: &str) -> Self {
        if let Target::Server(options) = &mut self.connection.target {
            **options = options.as_ref().clone().password(password);
        }
        self
    }

    /// Opens the database. The pools connect when they are first used.
    pub async fn open(self) -> Result<Session> {
        let (options, lease) = self.connect_options().await?;
        let Connection { name, access, accent, .. } = self.connection;
        let read_only = access == Access::ReadOnly;
        Ok(Session { db: Db::lazy(options, access), name, read_only, accent, lease })
    }
}

/// Chooses the connection: flags, then the environment, then the file.
fn choose(flags: &Flags, file: &File) -> Result<Connection> {
    if let Some(url) = &flags.database_url {
        refuse_password(url, Kind::Usage, "--database-url")?;
        return server("--database-url", url);
    }
    if let Some(name) = flags.connect.clone().or_else(|| env("ATTESTOR_CONNECT")) {
        return named(&name, file);
    }
    if let Some(url) = env("DATABASE_URL") {
        return server("DATABASE_URL", &url);
    }
    if ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"].into_iter().any(is_set) {
        let options = PgConnectOptions::new();
        return Ok(Connection::to_server(options));
    }
    match &file.database {
        Some(name) => named(name, file),
        None => Err(nothing_configured()),
    }
}

/// The connection of a name: one of the file's, or the private cluster.
fn named(name: &str, file: &File) -> Result<Connection> {
    if let Some(found) = file.connections.get(name) {
        let place = format!("[connections.{}]", visible(name));
        refuse_password(&found.url, Kind::Configuration, &place)?;
        let mut connection = server(&place, &found.url)?;
        connection.name = name.to_owned();
        connection.accent.clone_from(&found.accent);
        if found.read_only {
            connection.access = Access::ReadOnly;
        }
        return Ok(connection);
    }
    if name == "local" {
        return Ok(Connection {
            name: "local".to_owned(),
            target: Target::Local { database: "attestor".to_owned() },
            access: Access::ReadWrite,
            accent: None,
        });
    }
    let mut known: Vec<&str> = file.connections.keys().map(String::as_str).collect();
    known.push("local");
    Err(Error::new(Kind::Configuration, format!("there is no connection named `{}`", visible(name)))
        .hint(format!("known are {}; more go into [connections.NAME] of config.toml", known.join(", "))))
}

impl Connection {
    fn to_server(options: PgConnectOptions) -> Self {
        let name = options.get_database().unwrap_or(options.get_username()).to_owned();
        Connection {
            name,
            target: Target::Server(Box::new(options)),
            access: Access::ReadWrite,
            accent: None,
        }
    }
}

fn server(place: &str, url: &str) -> Result<Connection> {
    // The text itself is never repeated: it may hold a password.
    let unreadable = |why: String| {
        Error::new(Kind::Configuration, format!("{place} is not the address of a database: {why}"))
            .hint("an address looks like postgresql://user@host:5432/database")
    };
    let parsed = Url::parse(url).map_err(|e| unreadable(e.to_string()))?;
    if !matches!(parsed.scheme(), "postgres" | "postgresql") {
        return Err(unreadable(format!("it begins with {}://", visible(parsed.scheme()))));
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| unreadable("a part cannot be read".into()))?;
    Ok(Connection::to_server(options))
}

/// Refuses an address that carries a password in a place where others can read it.
fn refuse_password(url: &str, kind: Kind, place: &str) -> Result<()> {
    let Ok(parsed) = Url::parse(url) else { return Ok(()) };
    let in_query = parsed.query_pairs().any(|(key, _)| key.eq_ignore_ascii_case("password"));
    if parsed.password().is_some() || in_query {
        return Err(Error::new(kind, format!("{place} holds a password, which others can read")).hint(
            "leave it out there; set PGPASSWORD, use ~/.pgpass, or put the address into DATABASE_URL",
        ));
    }
    Ok(())
}

fn nothing_configured() -> Error {
    Error::new(Kind::Unconfigured, "no database is configured").hint(
        "one of three ways:\n    \
         DATABASE_URL=postgresql://user@host/database attestor   to connect to yours\n    \
         attestor --connect local                                to start a private one\n    \
         attestor demo                                           to look at demo data",
    )
}

/// Reads the file that was named, or the usual one where it is there.
fn read_file(named: Option<&Path>) -> Result<File> {
    let named = named.map(Path::to_owned).or_else(|| env("ATTESTOR_CONFIG").map(PathBuf::from));
    let Some(path) = named.clone().or_else(usual_file) else { return Ok(File::default()) };
    let shown = files::shown(&path);
    match files::read_if_there(&path)? {
        Some(text) => toml::from_str(&text).map_err(|e| files::wrong_toml(&shown, &text, &e)),
        None if named.is_none() => Ok(File::default()),
        None => Err(Error::new(Kind::Configuration, format!("{shown} is not there"))),
    }
}

/// Keeps `url` as the usual database in a new configuration file; one that exists stays untouched.
pub fn keep_connection(url: &str) -> Result<PathBuf> {
    let Some(path) = usual_file() else {
        return Err(Error::new(Kind::Configuration, "this user has no home folder for a configuration"));
    };
    if path.exists() {
        let shown = visible(&path.to_string_lossy()).into_owned();
        return Err(Error::new(Kind::Configuration, format!("{shown} exists already"))
            .hint("add the connection to it by hand: [connections.NAME] url = \"...\""));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let url = toml::Value::String(url.to_owned());
    let text = format!("database = \"usual\"\n\n[connections.usual]\nurl = {url}\n");
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

fn usual_file() -> Option<PathBuf> {
    usual_folder().map(|folder| folder.join("config.toml"))
}

/// Where this user's configuration lies.
fn usual_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "attestor").map(|d| d.config_dir().to_owned())
}

/// The place of a server, without its secrets.
fn place(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or(options.get_host().to_owned(), |s| s.display().to_string());
    format!("{}@{host}/{}", options.get_username(), options.get_database().unwrap_or(""))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn is_set(name: &str) -> bool {
    env(name).is_some_and(|v| v != "0" && v != "false")
}
