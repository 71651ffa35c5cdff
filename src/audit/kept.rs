//! Files that are there whole or not at all, also after a crash.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// Everyone: what is published.
    Everyone,
}

/// Puts `bytes` at `path`: the old file or the new one stands there at every moment, and the new one
/// for good once this returns.
pub fn put(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    write(path, bytes, readers).map_err(|e| cannot("be written", path, e))
}

/// Makes a folder, and those above it.
pub fn folder(path: &Path, readers: Readers) -> Result<()> {
    let mode = if readers == Readers::Owner { 0o700 } else { 0o755 };
    DirBuilder::new().recursive(true).mode(mode).create(path).map_err(|e| cannot("be made", path, e))
}

/// The bytes of a file, none where there is no such file.
///
/// # Errors
/// [`Kind::UnreadableInput`] where it is longer than `bytes_max`, or cannot be read.
pub fn get(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>> {
    let wrong = |e: io::Error| {
        Error::new(Kind::UnreadableInput, format!("{} cannot be read", shown(path))).because(e)
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(wrong(e)),
    };
    let mut bytes = Vec::new();
    let read = file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if read as u64 > bytes_max {
        return Err(Error::new(Kind::UnreadableInput, format!("{} is too long", shown(path))));
    }
    Ok(Some(bytes))
}

/// A path as a person reads it.
pub fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// The name of a chain as the name of a file: readable, of bounded length, and one for each chain.
pub fn file_name(origin: &str) -> String {
    use sha2::{Digest, Sha256};
    let readable: String = origin
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .take(60)
        .collect();
    let hash = Sha256::digest(origin);
    format!("{readable}-{:02x}{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3], hash[4])
}

fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Made with the rights of its owner alone, in the same folder: renaming within it is atomic.
    let mut unfinished = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
    unfinished.write_all(bytes)?;
    if readers == Readers::Everyone {
        unfinished.as_file().set_permissions(Permissions::from_mode(0o644))?;
    }
    unfinished.as_file().sync_all()?;
    unfinished.persist(path).map_err(|e| e.error)?;
    // The name is for good only when the folder is.
    fs::File::open(folder)?.sync_all()
}

fn cannot(deed: &str, path: &Path, e: io::Error) -> Error {
    Error::new(Kind::Failed, format!("{} cannot {deed}", shown(path))).because(e)
}
