//! Programs of PostgreSQL as processes: who they run as, and what they said last.

use super::layout::{Layout, ServerUser};
use super::within;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// How much of a log is shown with a failure, in bytes.
const LOG_TAIL_MAX: i64 = 2048;

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

/// The end of what the server wrote before it went.
pub fn last_words(layout: &Layout) -> String {
    let log = within(&layout.data(), "log");
    let newest = std::fs::read_dir(log)
        .into_iter()
        .flatten()
        .flatten()
        .max_by_key(|entry| entry.metadata().and_then(|m| m.modified()).ok())
        .map(|entry| entry.path());
    let tails: Vec<String> =
        [Some(layout.start_log()), newest].into_iter().flatten().filter_map(|path| tail(&path)).collect();
    tails.join("\n")
}

fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = i64::try_from(file.metadata().ok()?.len()).ok()?;
    file.seek(SeekFrom::End(-length.min(LOG_TAIL_MAX))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|text| !text.is_empty())
}
