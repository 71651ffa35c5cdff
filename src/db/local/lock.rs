//! Locks on files, released by the kernel when their holder is gone.

use crate::error::Result;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a start, a stop or a deletion by somebody else is waited for.
pub const START_PATIENCE: Duration = Duration::from_secs(90);

/// How often a state that announces itself to nobody is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Takes the lock alone, waiting at most `patience` for others; `None` where they stay.
pub fn exclusive(path: &Path, patience: Duration) -> Result<Option<File>> {
    wait_for(patience, || try_exclusive(path))
}

/// Takes the lock alone, now or not at all.
pub fn try_exclusive(path: &Path) -> Result<Option<File>> {
    loop {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) if is_still(&file, path)? => return Ok(Some(file)),
            // The cluster was deleted while we opened: the lock is on a file that nobody else sees.
            Ok(()) => continue,
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(e)) => return Err(e.into()),
        }
    }
}

/// Takes the lock together with others who share it.
pub fn shared(path: &Path) -> Result<File> {
    let file = open(path)?;
    file.lock_shared()?;
    Ok(file)
}

/// Asks `probe` again and again, until it has an answer or `patience` ends.
///
/// Neither a lock with a time limit nor a server that gets ready sends word to somebody who waits.
pub fn wait_for<T>(patience: Duration, mut probe: impl FnMut() -> Result<Option<T>>) -> Result<Option<T>> {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = probe()? {
            return Ok(Some(found));
        }
        if Instant::now() >= end {
            return Ok(None);
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}

fn open(path: &Path) -> Result<File> {
    Ok(OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?)
}

fn is_still(file: &File, path: &Path) -> Result<bool> {
    let held = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (held.dev(), held.ino())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e.into()),
    }
}
