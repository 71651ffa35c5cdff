//! The facts, as this process finds them.

use super::check::Standing;
use super::configuration::Found;
use super::database::{Problem, Reached};
use super::{configuration, database, local, terminal};
use crate::config::origin::{Place, Survey, state_folder};
use crate::config::views::{Origin, View, ViewFile};
use crate::db::local::layout::PORT;
use crate::db::local::{Cluster, State, Status};
use crate::db::{Access, Db, health, migrate};
use crate::error::{Error, Kind, Result};
use nix::unistd::geteuid;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::future::Future;
use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a connection, and each question to it, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long tmux is waited for.
const TMUX_PATIENCE: Duration = Duration::from_secs(1);
/// Files of the state folder that are looked at, and processes that this one runs in.
const FILES_MAX: usize = 1_000;
const ANCESTORS_MAX: usize = 32;

pub async fn terminal() -> terminal::Facts {
    let environment: std::collections::BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
        .collect();
    let in_tmux = environment.get("TMUX").is_some_and(|v| !v.is_empty());
    let (mut tmux_clipboard, mut tmux_passthrough) = (None, None);
    if in_tmux {
        tmux_clipboard = tmux(&["show-options", "-sv", "set-clipboard"]).await;
        tmux_passthrough = tmux(&["show-options", "-Awv", "allow-passthrough"]).await;
    }
    let term_known = environment.get("TERM").and_then(|term| known(term, &terminfo_folders(&environment)));
    terminal::Facts {
        input: std::io::stdin().is_terminal(),
        output: std::io::stdout().is_terminal(),
        size: crossterm::terminal::size().ok().filter(|(columns, lines)| *columns > 0 && *lines > 0),
        environment,
        term_known,
        ancestors: ancestors(),
        tmux_clipboard,
        tmux_passthrough,
    }
}

async fn tmux(arguments: &[&str]) -> Option<String> {
    let asked = tokio::process::Command::new("tmux")
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(TMUX_PATIENCE, asked).await.ok()?.ok()?;
    let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !said.is_empty()).then_some(said)
}

fn terminfo_folders(environment: &std::collections::BTreeMap<String, String>) -> Vec<PathBuf> {
    let named = |name: &str| environment.get(name).filter(|v| !v.is_empty());
    let mut folders: Vec<PathBuf> = named("TERMINFO").map(PathBuf::from).into_iter().collect();
    folders.extend(named("HOME").map(|home| Path::new(home).join(".terminfo")));
    folders.extend(named("TERMINFO_DIRS").into_iter().flat_map(std::env::split_paths));
    folders.extend(
        ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/local/share/terminfo"]
            .map(PathBuf::from),
    );
    folders.retain(|folder| folder.is_dir());
    folders
}

/// Whether a database of terminals has `term`: a file below its first letter, or that letter's number.
fn known(term: &str, folders: &[PathBuf]) -> Option<bool> {
    let first = term.chars().next().filter(|_| !term.contains('/'))?;
    let below = [first.to_string(), format!("{:x}", u32::from(first))];
    let has = |folder: &PathBuf| below.iter().any(|letter| folder.join(letter).join(term).is_file());
    (!folders.is_empty()).then(|| folders.iter().any(has))
}

/// The names of the programs that this process runs in; only Linux tells them in files.
fn ancestors() -> Vec<String> {
    let mut names = Vec::new();
    let mut pid = std::os::unix::process::parent_id();
    while pid > 1 && names.len() < ANCESTORS_MAX {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { break };
        // "pid (name) state parent ...", and the name may hold anything.
        let Some((before, after)) = stat.rsplit_once(')') else { break };
        names.extend(before.split_once('(').map(|(_, name)| name.to_owned()));
        let Some(parent) = after.split_whitespace().nth(1).and_then(|p| p.parse().ok()) else { break };
        pid = parent;
    }
    names
}

/// What is in the file of the views; it holds nothing up but the views themselves.
fn views() -> configuration::Look {
    let own = |view: &View| view.origin == Origin::Own;
    let said = ViewFile::usual().all().map(|views| match views.iter().filter(|view| own(view)).count() {
        0 => "none saved".to_owned(),
        count => format!("{count} saved"),
    });
    configuration::Look::new("views", Standing::Warning, said)
}

pub fn configuration(survey: &Survey, console: Vec<configuration::Look>) -> configuration::Facts {
    let error = survey.config.as_ref().err();
    let state = state_folder().ok();
    configuration::Facts {
        file: survey.file.clone().map(|path| (path.clone(), found(&path))),
        problem: error.map(|e| (e.to_string(), e.hint_text().map(str::to_owned))),
        unconfigured: error.is_some_and(|e| e.kind() == Kind::Unconfigured),
        settings: survey.settings.clone(),
        connections: survey.connections.clone(),
        console: console.into_iter().chain([views()]).collect(),
        open_to_others: state.as_deref().map(open_to_others).unwrap_or_default(),
        state: state.map(|path| (path.clone(), found(&path))),
    }
}

fn found(path: &Path) -> Found {
    match std::fs::metadata(path) {
        Err(_) => Found::Nothing,
        Ok(it) if it.uid() != geteuid().as_raw() && !geteuid().is_root() => Found::Foreign,
        Ok(it) => Found::Mine { mode: it.mode() & 0o7777 },
    }
}

/// What lies below `folder` and has rights for others.
fn open_to_others(folder: &Path) -> Vec<PathBuf> {
    let mut open = Vec::new();
    let mut left = vec![folder.to_owned()];
    let mut seen = 0;
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            seen += 1;
            if seen > FILES_MAX {
                return open;
            }
            // Of the thing itself: links are not followed.
            let Ok(it) = entry.metadata() else { continue };
            if it.is_dir() {
                left.push(entry.path());
            }
            if !it.is_symlink() && it.mode() & 0o077 != 0 {
                open.push(entry.path());
            }
        }
    }
    open
}

pub async fn local(needed: bool) -> local::Facts {
    let cluster = match Cluster::usual() {
        Ok(cluster) => cluster,
        Err(error) => {
            let again = Error::new(error.kind(), error.to_string());
            return local::Facts { needed, programs: Err(error), status: Err(again) };
        }
    };
    let programs = cluster.find_programs();
    local::Facts { needed, programs, status: cluster.status().await }
}

/// The database's facts, and whether it lies in the private cluster.
pub async fn database(survey: &Survey) -> (database::Facts, bool) {
    let config = match &survey.config {
        Ok(config) => config,
        Err(error) if error.kind() == Kind::Unconfigured => {
            return (database::Facts::Unconfigured(error.hint_text().unwrap_or_default().to_owned()), false);
        }
        Err(_) => {
            let why = "not tried: the configuration has to be mended first".to_owned();
            return (database::Facts::Unreachable(why, Some("see the settings above".to_owned())), false);
        }
    };
    let local = matches!(config.place(), Place::Local(_));
    let access = config.access();
    let facts = match addresses(config).await {
        Ok(None) => database::Facts::Asleep,
        Ok(Some((login, admin))) => match reached(&login, admin.as_ref(), access).await {
            Ok(reached) => database::Facts::Reached(Box::new(reached)),
            Err(error) => unreachable_by(error),
        },
        Err(error) => unreachable_by(error),
    };
    (facts, local)
}

fn unreachable_by(error: Error) -> database::Facts {
    let Problem { what, hint } = problem(error);
    database::Facts::Unreachable(what, hint)
}

fn problem(error: Error) -> Problem {
    Problem { what: error.to_string(), hint: error.hint_text().map(str::to_owned) }
}

/// The login's, and that of the private cluster's superuser.
type Addresses = (PgConnectOptions, Option<PgConnectOptions>);

/// How to connect as the login and, on the private cluster, as the one who looks after it; none where
/// that does not run or has no such database. Unlike opening it, this starts and makes nothing.
async fn addresses(config: &crate::config::Config) -> Result<Option<Addresses>> {
    let Place::Local(database) = config.place() else {
        return Ok(Some((config.connect_options().await?.0, None)));
    };
    let Status { state, databases, socket, login, superuser, .. } = Cluster::usual()?.status().await?;
    if state != State::Running || !databases.contains(&database) {
        return Ok(None);
    }
    let options = |role: &str| {
        PgConnectOptions::new_without_pgpass()
            .socket(&socket)
            .port(PORT)
            .username(role)
            .database(&database)
            .ssl_mode(PgSslMode::Disable)
    };
    Ok(Some((options(&login), Some(options(&superuser)))))
}

async fn reached(
    login: &PgConnectOptions,
    admin: Option<&PgConnectOptions>,
    access: Access,
) -> Result<Reached> {
    let mut connection = connect(login).await?;
    let server = patiently(health::server(&mut connection)).await?;
    let latency = patiently(health::latency(&mut connection)).await.ok();
    let skew = patiently(health::skew(&mut connection)).await.ok();
    let migrated = patiently(migrate::status(&mut connection)).await.map_err(problem);
    let rights = patiently(health::rights(&mut connection)).await?;
    let differences = match &migrated {
        Ok(status) if status.is_current() => differences(&mut connection, admin, &server, access).await,
        _ => Err(Problem {
            what: "not looked at: migrate first".to_owned(),
            hint: Some("attestor migrate".to_owned()),
        }),
    };
    connection.close().await.ok();
    // The console's pools ask for settings of their own, which a server or a pooler can refuse.
    let pools = Db::lazy(login.clone(), access);
    let console = patiently(pools.login()).await.err().map(problem);
    pools.close().await;
    Ok(Reached {
        server,
        latency,
        skew,
        migrated,
        rights,
        differences,
        console,
        told_read_only: access == Access::ReadOnly,
    })
}

/// What differs is found by mending and rolling back, so it is left where nothing may be written.
async fn differences(
    connection: &mut PgConnection,
    admin: Option<&PgConnectOptions>,
    server: &health::Server,
    access: Access,
) -> Result<Vec<migrate::Difference>, Problem> {
    if access == Access::ReadOnly || server.in_recovery || server.read_only {
        return Err(Problem {
            what: "not looked at, since nothing may be written here".to_owned(),
            hint: Some("attestor migrate --check, on the primary".to_owned()),
        });
    }
    let looked = match admin {
        Some(admin) => {
            let mut connection = connect(admin).await.map_err(problem)?;
            patiently(migrate::differences(&mut connection)).await
        }
        None => patiently(migrate::differences(connection)).await,
    };
    looked.map_err(problem)
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    let options = options.clone().application_name("attestor doctor");
    patiently(async move { Ok(options.connect().await?) }).await
}

/// Waits for an answer, but not without end.
async fn patiently<T>(question: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PATIENCE, question).await.unwrap_or_else(|_| {
        Err(Error::new(Kind::NoDatabase, format!("no answer within {} s", PATIENCE.as_secs()))
            .hint("is a firewall in between, or the server overloaded?"))
    })
}
