//! Where what is trusted is kept: a file for each chain, in the state folder of whoever audits.

use super::{Signed, Trust};
use crate::audit::kept::{self, Readers, file_name, shown};
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bytes of a file; a note alone may have 256 KiB, escaped.
const BYTES_MAX: u64 = 2 << 20;
/// Chains whose files are listed.
const CHAINS_MAX: usize = 1_000;

/// The folder of what is trusted.
#[derive(Debug, Clone)]
pub struct TrustFolder {
    folder: PathBuf,
}

impl TrustFolder {
    /// The one in a state folder.
    pub fn below(state: &Path) -> Self {
        TrustFolder { folder: state.join("trust") }
    }

    /// What is trusted about a chain.
    ///
    /// # Errors
    /// [`Kind::Configuration`] where the file is there and cannot be read: nothing is taken for trusted,
    /// and nothing for unpinned, on the word of a file that is damaged.
    pub fn read(&self, origin: &str) -> Result<Trust> {
        let path = self.path(origin);
        let Some(bytes) = kept::get(&path, BYTES_MAX)? else { return Ok(Trust::nothing(origin)) };
        let trust = Trust::from_json(&bytes).map_err(|why| damaged(&path, &why))?;
        if trust.origin != origin {
            return Err(damaged(&path, "it is of another chain"));
        }
        Ok(trust)
    }

    /// What is trusted about every chain, by name.
    pub fn all(&self) -> Result<Vec<Trust>> {
        let mut all = Vec::new();
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(all),
            Err(e) => {
                let what = format!("{} cannot be read", shown(&self.folder));
                return Err(Error::new(Kind::Configuration, what).because(e));
            }
        };
        for entry in entries.flatten().take(CHAINS_MAX) {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "json")
                && let Some(bytes) = kept::get(&path, BYTES_MAX)?
            {
                all.push(Trust::from_json(&bytes).map_err(|why| damaged(&path, &why))?);
            }
        }
        all.sort_by(|a, b| a.origin.cmp(&b.origin));
        Ok(all)
    }

    /// Changes what is trusted about a chain. Two who change it at once take turns.
    pub fn change<T>(&self, origin: &str, change: impl FnOnce(&mut Trust) -> Result<T>) -> Result<T> {
        kept::folder(&self.folder, Readers::Owner)?;
        let path = self.path(origin);
        let locked = || -> std::io::Result<File> {
            let mut options = File::options();
            let lock = options.write(true).create(true).truncate(false).mode(0o600);
            let lock = lock.open(path.with_extension("lock"))?;
            lock.lock()?;
            Ok(lock)
        };
        let _lock = locked().map_err(|e| {
            Error::new(Kind::Configuration, format!("{} cannot be locked", shown(&path))).because(e)
        })?;
        let before = self.read(origin)?;
        let mut trust = before.clone();
        let done = change(&mut trust)?;
        // Whatever the caller did: what is pinned does not go back.
        if trust.pinned.as_ref().map_or(0, |pin| pin.size) < before.pinned.as_ref().map_or(0, |pin| pin.size)
        {
            return Err(Error::new(Kind::Conflict, "what is pinned never covers less than before"));
        }
        if trust != before {
            kept::put(&path, trust.to_json().as_bytes(), Readers::Owner)?;
        }
        Ok(done)
    }

    /// Keeps signed checkpoints of one size and different roots, as evidence; where they lie then.
    pub fn keep_fork<'a>(&self, origin: &str, notes: impl Iterator<Item = &'a Signed>) -> Result<PathBuf> {
        let folder = self.folder.join(format!("{}.fork", file_name(origin)));
        kept::folder(&folder, Readers::Owner)?;
        for signed in notes {
            let name = format!("{}-{}.note", signed.size, &signed.root.to_string()[..16]);
            kept::put(&folder.join(name), signed.note.to_string().as_bytes(), Readers::Owner)?;
        }
        Ok(folder)
    }

    fn path(&self, origin: &str) -> PathBuf {
        self.folder.join(format!("{}.json", file_name(origin)))
    }
}

fn damaged(path: &Path, why: &str) -> Error {
    let what = format!("what is trusted cannot be read from {}: {}", shown(path), crate::text::visible(why));
    Error::new(Kind::Configuration, what).hint("restore the file; deleting it forgets what was pinned")
}
