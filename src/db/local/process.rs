//! Programs of PostgreSQL as processes: who they run as, and what they said last.

use super::layout::{Layout, ServerUser};
use super::{folder, shown};
use crate::error::{Error, Kind};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// How many lines of a log are shown with a failure.
const LINES_MAX: usize = 3;
/// How much of a log is read for them, in bytes.
const LOG_TAIL_MAX: i64 = 8192;

/// A program of PostgreSQL as it is to be run: as the server's user, out of reach of the terminal's
/// keys (a Ctrl-c there is for the console), and deaf to settings that are meant for clients.
pub fn program(path: &Path, layout: &Layout, user: Option<ServerUser>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(&layout.top).process_group(0);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("PG") || name.starts_with("LC_") || name == "DATABASE_URL" {
            command.env_remove(&*name);
        }
    }
    command.env("LC_ALL", "C");
    if let Some(user) = user {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// Why the server went, in its own words.
pub fn last_words(layout: &Layout) -> String {
    let started = tail(&layout.start_log()).unwrap_or_default();
    // Once its own log is open the server writes nowhere else, and all that it does, failures or not.
    if started.is_empty() || started.contains("redirecting log output") {
        let log = newest_log(layout).unwrap_or(started);
        let fatal: Vec<&str> = log.lines().filter(|l| l.contains("FATAL:") || l.contains("PANIC:")).collect();
        return reason(if fatal.is_empty() { log.lines().collect() } else { fatal });
    }
    reason(started.lines().collect())
}

/// The last of `lines` in one, each without the time and the process before its level.
pub fn reason(lines: Vec<&str>) -> String {
    let levels = ["FATAL:", "PANIC:", "LOG:", "HINT:", "DETAIL:", "error:"];
    let of_level = |line: &str| levels.iter().find_map(|level| line.find(level)).unwrap_or(0);
    let last = &lines[lines.len().saturating_sub(LINES_MAX)..];
    last.iter().map(|line| line[of_level(line)..].trim()).collect::<Vec<_>>().join("; ")
}

/// Why the program at `path` did not even begin.
pub fn not_run(path: &Path, layout: &Layout, user: Option<ServerUser>, error: std::io::Error) -> Error {
    let closed = user.filter(|_| error.kind() == ErrorKind::PermissionDenied);
    match closed.and_then(|user| layout.top.ancestors().find(|folder| !folder::lets_through(folder, user))) {
        None => folder::cannot("run", path, error),
        Some(folder) => Error::new(
            Kind::Configuration,
            format!("the server runs as the user postgres, who cannot enter {}", shown(folder)),
        )
        .because(error)
        .hint("set ATTESTOR_LOCAL_DIR to a folder outside of it"),
    }
}

fn newest_log(layout: &Layout) -> Option<String> {
    let newest = std::fs::read_dir(layout.data().join("log"))
        .ok()?
        .flatten()
        .max_by_key(|entry| entry.metadata().and_then(|m| m.modified()).ok())?;
    tail(&newest.path())
}

fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = i64::try_from(file.metadata().ok()?.len()).ok()?;
    file.seek(SeekFrom::End(-length.min(LOG_TAIL_MAX))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|text| !text.is_empty())
}
