//! What one console leaves to the next: the screen that was in front, and what had been seen.
//!
//! It is a file of the state folder that only this user reads. It is a convenience: one that is missing
//! or cannot be read is as good as none.

use super::drafts::create_private;
use crate::ids::{EntrySeq, FindingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Connections, and databases, that are remembered; of the latter those that were seen last.
const REMEMBERED_MAX: usize = 200;
/// Bytes of the file that are read; no console writes more.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The file.
#[derive(Debug, Clone)]
pub struct SessionFile {
    path: PathBuf,
}

/// What there was when a person looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// When, by the server's clock.
    pub at: DateTime<Utc>,
    /// The newest entry of the chain; 0 where there was none.
    pub seq: EntrySeq,
    /// The newest finding; 0 where there was none.
    pub finding: FindingId,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    /// The screen that was in front, by the name of the connection.
    #[serde(default)]
    screens: BTreeMap<String, String>,
    /// The last visits, by the name of the database's chain: no two databases have the same.
    #[serde(default)]
    visits: BTreeMap<String, Visit>,
    /// What was chosen, by its name: the columns of a list.
    #[serde(default)]
    choices: BTreeMap<String, String>,
}

impl SessionFile {
    /// The file below `state`, whether it exists or not.
    pub fn below(state: &Path) -> Self {
        SessionFile { path: state.join("session.json") }
    }

    /// The screen that was in front when the last console on `connection` ended.
    pub fn screen(&self, connection: &str) -> Option<String> {
        self.read().screens.remove(connection)
    }

    /// Remembers which screen is in front; writes nothing where that is known.
    pub fn keep_screen(&self, connection: &str, screen: &str) -> io::Result<()> {
        if self.screen(connection).as_deref() == Some(screen) {
            return Ok(());
        }
        self.change(|content| {
            if content.screens.len() >= REMEMBERED_MAX {
                content.screens.pop_first();
            }
            content.screens.insert(connection.to_owned(), screen.to_owned());
        })
    }

    /// What was chosen, by its name.
    pub fn choices(&self) -> BTreeMap<String, String> {
        self.read().choices
    }

    /// Remembers a choice; an empty one is forgotten.
    pub fn keep_choice(&self, name: &str, value: &str) -> io::Result<()> {
        self.change(|content| {
            if value.is_empty() {
                content.choices.remove(name);
            } else if content.choices.len() < REMEMBERED_MAX || content.choices.contains_key(name) {
                content.choices.insert(name.to_owned(), value.to_owned());
            }
        })
    }

    /// What there was when the person last looked at `database`.
    pub fn visit(&self, database: &str) -> Option<Visit> {
        self.read().visits.remove(database)
    }

    /// Remembers a visit.
    pub fn keep_visit(&self, database: &str, visit: Visit) -> io::Result<()> {
        self.change(|content| {
            let oldest =
                content.visits.iter().min_by_key(|(_, visit)| visit.at).map(|(name, _)| name.clone());
            if let Some(oldest) = oldest.filter(|_| content.visits.len() >= REMEMBERED_MAX) {
                content.visits.remove(&oldest);
            }
            content.visits.insert(database.to_owned(), visit);
        })
    }

    fn read(&self) -> Content {
        let read = || {
            let mut text = String::new();
            File::open(&self.path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
            Ok::<_, io::Error>(serde_json::from_str(&text)?)
        };
        read().unwrap_or_default()
    }

    /// Changes the file, whole or not at all; two consoles that do so at once wait for each other.
    fn change(&self, change: impl FnOnce(&mut Content)) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        create_private(folder)?;
        let private = |path: &Path| {
            let mut options = File::options();
            options.write(true).create(true).truncate(true).mode(0o600).open(path)
        };
        let lock = private(&self.path.with_extension("lock"))?;
        lock.lock()?;
        let mut content = self.read();
        change(&mut content);
        let unfinished = self.path.with_extension("tmp");
        let mut file = private(&unfinished)?;
        serde_json::to_writer(&mut file, &content)?;
        file.sync_all()?;
        fs::rename(unfinished, &self.path)
    }
}
