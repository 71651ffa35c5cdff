//! Files that appear whole or not at all.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that is being written beside the place where it will stand.
///
/// It has a temporary name until [`NewFile::publish`]: whoever looks sees the old file or the new one,
/// never half. Dropped, it is removed.
pub struct NewFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

/// Who may read a file beside its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Nobody.
    Owner,
    /// Everyone, as far as the umask goes.
    Everyone,
}

/// What happens to a file that stands there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It stays, and publishing fails.
    Kept,
    /// The new one takes its place.
    Replaced,
}

impl NewFile {
    /// Begins a file that will stand at `path`; its folder must be there.
    pub fn create(path: &Path, readers: Readers) -> Result<NewFile> {
        let failed = |error: io::Error| cannot_write(path, error);
        if path.file_name().is_none() {
            return Err(cannot_write(path, io::Error::other("it names no file")));
        }
        let mode = match readers {
            Readers::Owner => 0o600,
            Readers::Everyone => 0o666,
        };
        let temporary = tempfile::Builder::new()
            .prefix(".attestor-")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder_of(path))
            .map_err(failed)?;
        Ok(NewFile { file: BufWriter::with_capacity(1 << 16, temporary), path: path.to_owned() })
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings it to the disk, and then to its place.
    pub fn publish(self, standing: Standing) -> Result<()> {
        let NewFile { file, path } = self;
        let failed = |error: io::Error| cannot_write(&path, error);
        let temporary = file.into_inner().map_err(|error| failed(error.into_error()))?;
        temporary.as_file().sync_all().map_err(failed)?;
        match standing {
            Standing::Kept => temporary.persist_noclobber(&path),
            Standing::Replaced => temporary.persist(&path),
        }
        .map_err(|error| failed(error.error))?;
        // The name is on the disk once the folder is.
        File::open(folder_of(&path)).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes `bytes` as the file at `path`, whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8], readers: Readers, standing: Standing) -> Result<()> {
    let mut file = NewFile::create(path, readers)?;
    file.write_all(bytes).map_err(|error| cannot_write(path, error))?;
    file.publish(standing)
}

/// Reads the whole of a file that holds no more than `bytes_max`.
pub fn read_whole(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let size = fs::metadata(path).map_err(|error| cannot_read(path, error))?.len();
    if size > bytes_max {
        return Err(Error::new(
            Kind::UnreadableInput,
            format!("{} holds {size} bytes; {bytes_max} is the most that is read here", shown(path)),
        ));
    }
    fs::read(path).map_err(|error| cannot_read(path, error))
}

/// The failure of reading a file.
pub fn cannot_read(path: &Path, error: io::Error) -> Error {
    Error::new(Kind::UnreadableInput, format!("cannot read {}", shown(path))).because(error)
}

fn cannot_write(path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "make its folder first",
        io::ErrorKind::AlreadyExists => "it stands there already; name another, or move it away",
        _ => "see that its folder is there, has room, and may be written to",
    };
    Error::new(Kind::Failed, format!("cannot write {}", shown(path))).because(error).hint(hint)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}
