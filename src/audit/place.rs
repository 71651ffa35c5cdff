//! A place outside the database where checkpoints are published: a folder, such as a git checkout.
//!
//! Each checkpoint is three files named after its size and root: `.checkpoint` is its text,
//! `.checkpoint.sig` the SSH signature of that text as `ssh-keygen -Y sign` names it, and `.note` the
//! signed note. The note is written last: what has one is whole.

use super::kept::{self, Readers, shown};
use super::note::Note;
use crate::chain::hash::Digest;
use crate::error::{Error, Kind, Result};
use std::path::{Path, PathBuf};

/// Bytes of a file that are read.
const BYTES_MAX: u64 = 256 << 10;
/// Files of a folder that are looked at, and notes that are read, the largest sizes first.
const FILES_MAX: usize = 100_000;
const NOTES_MAX: usize = 1_000;

/// A checkpoint as it was found somewhere; not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where it was found.
    pub place: String,
    /// The note.
    pub note: Vec<u8>,
    /// The SSH signature of the note's text, where there is one.
    pub ssh: Option<String>,
}

/// Publishes a checkpoint in a folder, which is made if need be; the path of its note. The same
/// checkpoint again is written again, whole.
pub fn publish(folder: &Path, size: u64, root: &Digest, note: &Note, ssh: &str) -> Result<PathBuf> {
    kept::folder(folder, Readers::Everyone)?;
    // Sizes in a fixed width: the newest is the last by name.
    let name = format!("{size:020}-{}", &root.to_string()[..16]);
    let path = |extension: &str| folder.join(format!("{name}.{extension}"));
    kept::put(&path("checkpoint"), note.text().as_bytes(), Readers::Everyone)?;
    kept::put(&path("checkpoint.sig"), ssh.as_bytes(), Readers::Everyone)?;
    let note_path = path("note");
    kept::put(&note_path, note.to_string().as_bytes(), Readers::Everyone)?;
    Ok(note_path)
}

/// The checkpoints of a folder, the largest ones first; none where there is no such folder.
pub fn published(folder: &Path) -> Result<Vec<Published>> {
    let cannot = |e: std::io::Error| {
        Error::new(Kind::UnreadableInput, format!("{} cannot be read", shown(folder))).because(e)
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(cannot(e)),
    };
    let mut names = Vec::new();
    for entry in entries.take(FILES_MAX) {
        let name = entry.map_err(cannot)?.file_name();
        names.extend(name.to_str().filter(|name| name.ends_with(".note")).map(str::to_owned));
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.iter().take(NOTES_MAX).filter_map(|name| at(&folder.join(name)).transpose()).collect()
}

/// The checkpoint of a note's file, with the SSH signature beside it; none where there is no such file.
pub fn at(path: &Path) -> Result<Option<Published>> {
    let Some(note) = kept::get(path, BYTES_MAX)? else { return Ok(None) };
    let ssh = kept::get(&path.with_extension("checkpoint.sig"), BYTES_MAX)?;
    let ssh = ssh.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Some(Published { place: shown(path), note, ssh }))
}
