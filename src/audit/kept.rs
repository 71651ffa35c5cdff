//! Files that are there whole or not at all, also after a crash.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

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
    let mut file = Unfinished::begin(path)?;
    file.write(bytes)?;
    file.finish(readers)
}

/// A file that is being written beside the place where it will stand. Dropped, it is gone.
pub struct Unfinished {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Unfinished {
    /// Begins a file that will stand at `path`; its folder must be there.
    pub fn begin(path: &Path) -> Result<Unfinished> {
        // Made with the rights of its owner alone, in the same folder: renaming within it is atomic.
        let file = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder_of(path));
        let file = BufWriter::new(file.map_err(|e| cannot("be written", path, e))?);
        Ok(Unfinished { file, path: path.to_owned() })
    }

    /// Writes more of it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| cannot("be written", &self.path, e))
    }

    /// Brings it to the disk, and then to its place.
    pub fn finish(self, readers: Readers) -> Result<()> {
        let Unfinished { file, path } = self;
        finish(file, &path, readers).map_err(|e| cannot("be written", &path, e))
    }
}

fn finish(file: BufWriter<NamedTempFile>, path: &Path, readers: Readers) -> io::Result<()> {
    let unfinished = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    if readers == Readers::Everyone {
        unfinished.as_file().set_permissions(Permissions::from_mode(0o644))?;
    }
    unfinished.as_file().sync_all()?;
    unfinished.persist(path).map_err(|e| e.error)?;
    // The name is for good only when the folder is.
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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

fn cannot(deed: &str, path: &Path, e: io::Error) -> Error {
    Error::new(Kind::Failed, format!("{} cannot {deed}", shown(path))).because(e)
}
