//! The programs of PostgreSQL: where they are, and which version.

use super::{install, shown, within};
use crate::error::{Error, Kind, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest major version that attestor runs.
pub const OLDEST: u32 = 14;

/// Where to look, as a value, so that every place can be tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// `ATTESTOR_PG_BIN`: the one folder to use, instead of all others.
    pub chosen: Option<PathBuf>,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
    /// The root of the file system, under which packages put their programs.
    pub root: PathBuf,
}

/// The programs of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// Makes a data folder.
    pub initdb: PathBuf,
    /// The server.
    pub postgres: PathBuf,
    /// The major version.
    pub version: u32,
}

impl Search {
    /// Where this process is to look.
    pub fn of_this_process() -> Search {
        Search {
            chosen: std::env::var_os("ATTESTOR_PG_BIN").filter(|v| !v.is_empty()).map(PathBuf::from),
            path: std::env::var_os("PATH").map(|v| std::env::split_paths(&v).collect()).unwrap_or_default(),
            root: PathBuf::from("/"),
        }
    }

    /// The first installation that is new enough or, for an existing data folder, of its `version`.
    ///
    /// # Errors
    /// [`Kind::NoDatabase`] where there is none; the hint is the command that installs one.
    pub fn find(&self, version: Option<u32>) -> Result<Programs> {
        if let Some(chosen) = &self.chosen {
            let programs = Programs::in_folder(chosen).ok_or_else(|| {
                missing(format!("ATTESTOR_PG_BIN is {}, which holds no initdb and postgres", shown(chosen)))
            })?;
            return programs.fit(version).map_err(missing);
        }
        let mut refused: Option<String> = None;
        for folder in self.folders() {
            match Programs::in_folder(&folder).map(|programs| programs.fit(version)) {
                Some(Ok(programs)) => return Ok(programs),
                Some(Err(why)) => refused = refused.or(Some(why)),
                None => {}
            }
        }
        Err(missing(refused.unwrap_or_else(|| "PostgreSQL is not installed here".to_owned())))
    }

    /// The folders, in the order in which they count.
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = self.path.iter().filter(|p| p.is_absolute()).cloned().collect();
        folders.extend(self.path.iter().filter_map(|folder| bindir(&within(folder, "pg_config"))));
        // Debian; openSUSE; Alpine; the packages of postgresql.org for Fedora and RHEL.
        folders.extend(self.versions("usr/lib/postgresql", "", "bin"));
        folders.extend(self.versions("usr/lib", "postgresql", "bin"));
        folders.extend(self.versions("usr/libexec", "postgresql", ""));
        folders.extend(self.versions("usr", "pgsql-", "bin"));
        // Homebrew on both kinds of Mac and on Linux; versioned formulas are in no PATH.
        for prefix in ["opt/homebrew", "usr/local", "home/linuxbrew/.linuxbrew"] {
            folders.push(self.root.join(prefix).join("bin"));
            folders.extend(self.versions(&format!("{prefix}/opt"), "postgresql@", "bin"));
            folders.push(self.root.join(prefix).join("opt/postgresql/bin"));
        }
        folders.extend(self.versions("Applications/Postgres.app/Contents/Versions", "", "bin"));
        folders
    }

    /// The folders `parent/prefixN/inner`, the highest N first.
    fn versions(&self, parent: &str, prefix: &str, inner: &str) -> Vec<PathBuf> {
        let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(self.root.join(parent))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some((name.strip_prefix(prefix)?.parse().ok()?, entry.path().join(inner)))
            })
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, folder)| folder).collect()
    }
}

impl Programs {
    /// The installation in `folder`, if both programs are there and tell their version.
    fn in_folder(folder: &Path) -> Option<Programs> {
        // A link in a PATH folder may stand alone there; the programs find their files beside its target.
        let initdb = std::fs::canonicalize(within(folder, "initdb")).ok()?;
        let beside = [initdb.with_file_name("postgres"), within(folder, "postgres")];
        let postgres = beside.into_iter().find(|path| path.is_file())?;
        let version = major(&said_by(&postgres, "--version")?)?;
        Some(Programs { initdb, postgres, version })
    }

    /// This installation, or why it will not do.
    fn fit(self, version: Option<u32>) -> Result<Programs, String> {
        let place = shown(&self.postgres);
        match version {
            Some(wanted) if wanted != self.version => Err(format!(
                "the local cluster was made by PostgreSQL {wanted}, and only {} is here ({place})",
                self.version
            )),
            _ if self.version < OLDEST => Err(format!(
                "PostgreSQL {} is too old, attestor needs {OLDEST} or newer ({place})",
                self.version
            )),
            _ => Ok(self),
        }
    }
}

/// The major version in `postgres (PostgreSQL) 15.14 (Debian 15.14-1)`, also of a beta.
fn major(said: &str) -> Option<u32> {
    let version = said.split_once("(PostgreSQL)")?.1.trim_start();
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn bindir(pg_config: &Path) -> Option<PathBuf> {
    said_by(pg_config, "--bindir").map(|said| PathBuf::from(said.trim()))
}

fn said_by(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(argument)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

fn missing(what: String) -> Error {
    Error::new(Kind::NoDatabase, what).hint(install::advice())
}
