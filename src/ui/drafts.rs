//! What has been typed and not saved, kept in files of the state folder.
//!
//! Each console has a file of its own and holds the lock beside it, so that two never overwrite each
//! other. A file whose lock is free belongs to a console that has ended: the next one takes its drafts
//! over. Drafts belong to a database: what was typed about a finding of one never comes up on another.

use super::screen::Draft;
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files of ended consoles that are looked at.
const ORPHANS_MAX: usize = 100;
/// Bytes of a file that are read; no console writes more.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// The file of this console.
#[derive(Debug)]
pub struct DraftFile {
    path: PathBuf,
    saved: Vec<Draft>,
    /// Held as long as this console lives; the kernel lets go of it however it ends.
    _lock: File,
}

/// What ended consoles have left.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Their drafts, one a slot: of several the newest.
    pub drafts: Vec<Draft>,
    /// How many files could not be read; they were set aside.
    pub set_aside: usize,
}

#[derive(Serialize, Deserialize)]
struct Content {
    drafts: BTreeMap<String, String>,
}

pub use crate::config::origin::state_folder;

/// Makes a folder that only this user reads.
pub fn create_private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

impl DraftFile {
    /// Opens a file for the drafts on `database` below `state`, and takes over what is left there.
    pub fn open(state: &Path, database: &str) -> Result<(DraftFile, Recovered)> {
        let folder = state.join("drafts").join(file_name(database));
        let opened = Self::open_in(&folder);
        opened.map_err(|e| {
            let what =
                format!("drafts cannot be kept in {}", crate::text::visible(&folder.to_string_lossy()));
            Error::new(Kind::Failed, what).hint("see the rights of that folder").because(e)
        })
    }

    fn open_in(folder: &Path) -> std::io::Result<(DraftFile, Recovered)> {
        create_private(folder)?;
        let name = format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
        let path = folder.join(&name).with_extension("json");
        let lock =
            File::options().write(true).create_new(true).mode(0o600).open(path.with_extension("lock"))?;
        lock.lock()?;
        let mut file = DraftFile { path, saved: Vec::new(), _lock: lock };
        let (recovered, orphans) = file.recover(folder)?;
        // In our own file first; only then may the files of the ended go.
        file.save(&recovered.drafts)?;
        for orphan in orphans {
            for extension in ["json", "tmp", "lock"] {
                fs::remove_file(orphan.with_extension(extension)).or_else(missing_is_fine)?;
            }
        }
        Ok((file, recovered))
    }

    /// Writes `drafts` where they differ from what the file holds: whole or not at all.
    pub fn save(&mut self, drafts: &[Draft]) -> std::io::Result<()> {
        if drafts == self.saved {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if drafts.is_empty() {
            fs::remove_file(&self.path).or_else(missing_is_fine)?;
        } else {
            let drafts = drafts.iter().map(|draft| (draft.slot.clone(), draft.text.clone())).collect();
            let unfinished = self.path.with_extension("tmp");
            let mut options = File::options();
            let mut written =
                options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
            serde_json::to_writer(&mut written, &Content { drafts })?;
            written.sync_all()?;
            fs::rename(unfinished, &self.path)?;
        }
        File::open(folder)?.sync_all()?;
        self.saved = drafts.to_vec();
        Ok(())
    }

    /// Whether `drafts` differ from what the file holds.
    pub fn differs_from(&self, drafts: &[Draft]) -> bool {
        drafts != self.saved
    }

    /// Reads the files whose consoles have ended, and locks them against other consoles that start.
    fn recover(&self, folder: &Path) -> std::io::Result<(Recovered, Vec<PathBuf>)> {
        let mut recovered = Recovered::default();
        let mut found: BTreeMap<String, (SystemTime, String)> = BTreeMap::new();
        let mut orphans = Vec::new();
        let mut locks = Vec::new();
        for entry in fs::read_dir(folder)?.take(ORPHANS_MAX * 2).flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|ext| ext != "lock") || path.with_extension("json") == self.path {
                continue;
            }
            let Ok(lock) = File::options().write(true).open(&path) else { continue };
            if lock.try_lock().is_err() {
                continue;
            }
            locks.push(lock);
            match read(&path.with_extension("json")) {
                Ok(None) => {}
                Ok(Some((at, content))) => {
                    for (slot, text) in content.drafts {
                        if found.get(&slot).is_none_or(|(known, _)| *known < at) {
                            found.insert(slot, (at, text));
                        }
                    }
                }
                Err(_) => {
                    recovered.set_aside += 1;
                    fs::rename(path.with_extension("json"), path.with_extension("unreadable"))?;
                }
            }
            orphans.push(path);
        }
        recovered.drafts = found.into_iter().map(|(slot, (_, text))| Draft { slot, text }).collect();
        Ok((recovered, orphans))
    }
}

/// A console that ends in order leaves no lock behind; the drafts stay where there are any.
impl Drop for DraftFile {
    fn drop(&mut self) {
        if self.saved.is_empty() {
            let _ = fs::remove_file(self.path.with_extension("lock"));
        }
    }
}

fn read(path: &Path) -> std::io::Result<Option<(SystemTime, Content)>> {
    let file = match File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let about = file.metadata()?;
    if about.len() > FILE_BYTES_MAX {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(Some((about.modified()?, serde_json::from_reader(file)?)))
}

fn missing_is_fine(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// A name for files that stands for `database`: readable, and never two for one.
fn file_name(database: &str) -> String {
    use sha2::{Digest, Sha256};
    let readable: String = database.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    let hash = Sha256::digest(database.as_bytes());
    let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{readable}-{hash}")
}
