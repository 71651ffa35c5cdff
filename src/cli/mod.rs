//! The command line: the same deeds as the console, as nouns and verbs. One file per area.

pub mod audit;
pub mod confirm;
pub mod demo;
pub mod doctor;
pub mod drift;
pub mod findings;
pub mod import;
pub mod keys;
pub mod local;
pub mod manual;
pub mod migrate;
pub mod open;
pub mod output;
pub mod policy;
pub mod runs;
pub mod tests;
pub mod welcome;

use crate::config::{Config, Flags, Session, Settings};
use crate::error::{Kind, Result};
use crate::text::visible;
use clap::{Args, Parser, Subcommand};
use std::io::{self, IsTerminal};
use std::path::PathBuf;

/// What stands below the long help, and at the end of the manual.
const AFTER: &str = "\
Where the database comes from, the first that is set: --database-url; --connect or ATTESTOR_CONNECT; \
DATABASE_URL; PGHOST, PGDATABASE and their like; database = \"NAME\" in config.toml. `attestor doctor` \
tells which it was.

Environment: ATTESTOR_CONFIG, ATTESTOR_READ_ONLY, ATTESTOR_THEME, ATTESTOR_STATE_DIR, \
ATTESTOR_LOCAL_DIR and ATTESTOR_PG_BIN; ATTESTOR_GITHUB_TOKEN (or GITHUB_TOKEN), \
ATTESTOR_GITHUB_TOKEN_FILE and ATTESTOR_GITHUB_API_URL; HTTPS_PROXY, ALL_PROXY and NO_PROXY; NO_COLOR, VISUAL, EDITOR and TZ.

Exit status: 0 done; 1 failed; 2 usage; 3 a check found something; 4 incomplete; 65 unreadable input; \
69 no database; 77 denied; 78 missing or wrong configuration; 128+n ended by signal n.";

/// A console over PostgreSQL for people who decide what can be trusted.
///
/// Without a command it opens the console. Every decision lands, in the same transaction, in an audit
/// chain that anyone can check without this program.
#[derive(Debug, Parser)]
#[command(name = "attestor", version, propagate_version = true, max_term_width = 100, after_long_help = AFTER)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the console, where nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The named connection of the configuration file to use.
    #[arg(long, global = true, value_name = "NAME", help_heading = "Connection")]
    pub connect: Option<String>,
    /// The address of the database: postgresql://user@host/database.
    ///
    /// Refused with a password in it, which others could read: set PGPASSWORD, or use ~/.pgpass.
    #[arg(long, global = true, value_name = "URL", help_heading = "Connection")]
    pub database_url: Option<String>,
    /// The configuration file to read instead of the usual one.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
    pub config: Option<PathBuf>,
    /// Refuse everything that would write.
    #[arg(long, global = true, help_heading = "Connection")]
    pub read_only: bool,
    /// Print JSON, one line a row.
    #[arg(long, global = true, conflicts_with_all = ["csv", "plain"], help_heading = "Output")]
    pub json: bool,
    /// Print CSV with a header.
    #[arg(long, global = true, conflicts_with = "plain", help_heading = "Output")]
    pub csv: bool,
    /// Print bare tab-separated columns, without a header or colours.
    #[arg(long, global = true, help_heading = "Output")]
    pub plain: bool,
    /// The theme of the console: dark, light, high-contrast, mono, or a name in the themes folder.
    #[arg(long, global = true, value_name = "NAME", help_heading = "Console")]
    pub theme: Option<String>,
    /// Draw little, for slow links: the detail on Enter only.
    #[arg(long, global = true, help_heading = "Console")]
    pub slow: bool,
    /// Print lines instead of drawing, for screen readers and braille.
    #[arg(long, global = true, help_heading = "Console")]
    pub linear: bool,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value = "auto", help_heading = "Output")]
    pub color: Color,
    /// Answer every confirmation with yes; installing PostgreSQL is never one of them.
    #[arg(long, global = true)]
    pub yes: bool,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Global {
    /// The form in which rows are printed.
    pub fn format(&self) -> output::Format {
        match (self.json, self.csv, self.plain) {
            (true, ..) => output::Format::Json,
            (_, true, _) => output::Format::Csv,
            (_, _, true) => output::Format::Plain,
            _ => output::Format::Table,
        }
    }

    /// Opens the database that the flags, the environment and the configuration name; asks for a
    /// password where the server wants one and somebody can be asked.
    pub async fn open(&self) -> Result<Session> {
        let config = self.config()?;
        if config.is_remote() && io::stdin().is_terminal() {
            let session = config.clone().open().await?;
            return match session.db.login().await {
                Err(error) if error.kind() == Kind::WrongPassword => {
                    let question = format!("Password for {}: ", visible(&session.name));
                    config.with_password(&rpassword::prompt_password(question)?).open().await
                }
                // Whatever else is wrong is told where it matters.
                _ => Ok(session),
            };
        }
        config.open().await
    }

    /// What the flags, the environment and the configuration file say.
    pub fn config(&self) -> Result<Config> {
        Config::read(&self.flags())
    }

    /// What they say about the console itself.
    pub fn settings(&self) -> Result<Settings> {
        Settings::read(&self.flags())
    }

    /// The part of it that the configuration is read with.
    pub fn flags(&self) -> Flags {
        Flags {
            connect: self.connect.clone(),
            database_url: self.database_url.clone(),
            file: self.config.clone(),
            read_only: self.read_only,
            theme: self.theme.clone(),
            slow: self.slow,
            linear: self.linear,
        }
    }
}

/// What attestor can do from the command line.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, show and decide findings.
    #[command(subcommand)]
    Findings(findings::Command),
    /// Verify the audit chain.
    #[command(subcommand)]
    Audit(audit::Command),
    /// List and score tests, and keep those that lie out of the verdict of builds.
    #[command(subcommand)]
    Tests(tests::Command),
    /// Take in what scanners have found.
    #[command(subcommand)]
    Import(import::Command),
    /// Hold repositories against policies: list, show and decide what differs.
    #[command(subcommand)]
    Drift(drift::Command),
    /// Check and load policies: what repositories should be.
    #[command(subcommand)]
    Policy(policy::Command),
    /// List and show runs, and say that a check has been seen.
    ///
    /// A run is recorded work: a verification, an import. What it checked is its report.
    #[command(subcommand)]
    Runs(runs::Command),
    /// Bring the database up to date.
    ///
    /// Creates what is missing, never changes what is there, and then compares rights, owners and
    /// triggers with what they should be. Exit status 3 where these differ.
    Migrate(migrate::Options),
    /// Run a private PostgreSQL of this user.
    #[command(subcommand)]
    Local(local::Command),
    /// Open the console on demo data.
    ///
    /// The data lies in a database of its own on the private PostgreSQL of this user, which is started
    /// when needed. What is decided in it concerns nobody.
    Demo(demo::Options),
    /// Open the console on the finding that a link leads to.
    ///
    /// The link names the connection, unless --connect or --database-url names another. `attestor LINK`
    /// does the same. Without a terminal, the finding is printed as by `findings show`.
    Open(open::Options),
    /// Look at terminal, configuration and database, and say what to do about what is wrong.
    ///
    /// Looking starts and changes nothing. Works without a database and without a terminal. Exit status 1
    /// where something would not work.
    Doctor,
    /// List everything that the console can do, with its keys.
    Keys,
    /// Print the script that lets a shell complete attestor's commands.
    Completions(manual::Completions),
    /// Write the manual: a page for each command.
    Man(manual::Man),
}

/// What the command line asks of the console, which it does not know itself.
pub trait Console {
    /// The table of its deeds.
    fn deeds(&self) -> Result<Vec<keys::Row>>;
    /// What is in the files that it reads: themes and keys.
    fn looks(&self) -> Vec<doctor::configuration::Look>;
}

/// Does what `command` says; the result is the exit status.
pub async fn run(command: Command, global: &Global, console: &impl Console) -> Result<u8> {
    match command {
        Command::Findings(command) => findings::run(command, global).await,
        Command::Audit(command) => audit::run(command, global).await,
        Command::Tests(command) => tests::run(command, global).await,
        Command::Import(command) => import::run(command, global).await,
        Command::Drift(command) => drift::run(command, global).await,
        Command::Policy(command) => policy::run(command, global).await,
        Command::Runs(command) => runs::run(command, global).await,
        Command::Migrate(options) => migrate::run(options, global).await,
        Command::Local(command) => local::run(command, global).await,
        Command::Demo(options) => demo::run(options, global).await,
        Command::Open(options) => open::run(options, global).await,
        Command::Completions(options) => manual::completions(&options),
        Command::Man(options) => manual::man(&options),
        Command::Doctor => doctor::run(global, console.looks()).await,
        Command::Keys => keys::run(&console.deeds()?, global),
    }
}
