//! Folders of the cluster: made private, and deleted only where they are ours.

use super::layout::{Layout, ServerUser};
use super::{shown, within};
use crate::error::{Error, Kind, Result};
use nix::unistd::Uid;
use std::fs::{DirBuilder, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

/// Says that a folder was made by attestor; nothing is deleted in a folder without it.
const MARKER: &str = "attestor-local-cluster";
const MARKER_TEXT: &str = "attestor keeps a private PostgreSQL cluster in this folder.\n\
                           `attestor local reset` deletes it.\n";

/// Makes the folder of the cluster where it is missing.
///
/// As root it stays root's, with the data folder and the socket's handed to the server's user: a root
/// process must not write into a folder in which somebody else can plant links.
pub fn make_top(layout: &Layout) -> Result<()> {
    let top = &layout.top;
    if let Some(parent) = top.parent() {
        std::fs::create_dir_all(parent).map_err(|e| cannot("make the folder", parent, e))?;
    }
    let mode = if layout.owner.is_root() { 0o711 } else { 0o700 };
    match DirBuilder::new().mode(mode).create(top) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(cannot("make the folder", top, e)),
        _ => {}
    }
    let metadata = std::fs::metadata(top)?;
    if metadata.uid() != layout.owner.as_raw() {
        return Err(Error::new(
            Kind::Configuration,
            format!("the folder {} belongs to another user (uid {})", shown(top), metadata.uid()),
        )
        .hint("set ATTESTOR_LOCAL_DIR to a folder of yours"));
    }
    if std::fs::read_dir(top)?.next().is_none() {
        // An empty folder that was there before may be open to all.
        std::fs::set_permissions(top, PermissionsExt::from_mode(mode))?;
        std::fs::write(within(top, MARKER), MARKER_TEXT)?;
    }
    require_ours(top)
}

/// Makes the folder of the socket, or checks the one that is there.
///
/// Whoever can open the socket owns the data, so a folder that somebody else could have prepared is
/// refused: in /tmp anybody can make one first.
pub fn make_socket_folder(layout: &Layout, path: &Path, user: Option<ServerUser>) -> Result<()> {
    if let Some(parent) = path.parent().filter(|parent| *parent != layout.top) {
        make_private(parent, None, layout.owner)?;
    }
    make_private(path, user, layout.owner)
}

fn make_private(path: &Path, user: Option<ServerUser>, owner: Uid) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {
            if let Some(user) = user {
                std::os::unix::fs::chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
            }
        }
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
        Err(e) => return Err(cannot("make the folder", path, e)),
    }
    let metadata = std::fs::symlink_metadata(path)?;
    let owner = user.map_or(owner, |user| user.uid);
    let wrong = if metadata.is_symlink() {
        "is a symbolic link"
    } else if !metadata.is_dir() {
        "is not a folder"
    } else if metadata.uid() != owner.as_raw() {
        "belongs to another user"
    } else if !is_closed(&metadata) {
        "is open to other users"
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Denied, format!("{}, where the socket would be, {wrong}", shown(path)))
        .hint("remove it, or set ATTESTOR_LOCAL_DIR to a folder of yours"))
}

/// Whether `path` is a folder of `owner` that nobody else can enter.
pub fn is_private(path: &Path, owner: Uid) -> bool {
    path.is_absolute()
        && std::fs::symlink_metadata(path)
            .is_ok_and(|m| m.is_dir() && m.uid() == owner.as_raw() && is_closed(&m))
}

/// Whether `user` may pass through `path`, as far as its mode tells.
pub fn lets_through(path: &Path, user: ServerUser) -> bool {
    std::fs::metadata(path).is_ok_and(|m| {
        let bit = match m.uid() == user.uid.as_raw() {
            true => 0o100,
            false if m.gid() == user.gid.as_raw() => 0o010,
            false => 0o001,
        };
        m.mode() & bit != 0
    })
}

/// Whether attestor made the folder `top`.
pub fn is_ours(top: &Path) -> bool {
    within(top, MARKER).is_file()
}

/// Refuses a folder that attestor did not make.
pub fn require_ours(top: &Path) -> Result<()> {
    if is_ours(top) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Configuration,
        format!("{} is not a folder of attestor: it has other files in it", shown(top)),
    )
    .hint("set ATTESTOR_LOCAL_DIR to an empty folder, or to none that exists"))
}

/// Deletes everything of the cluster; the locks and the marker last.
pub fn delete(layout: &Layout) -> Result<()> {
    remove_tree(&layout.data())?;
    remove_tree(&layout.data_in_the_making())?;
    remove_tree(&layout.socket)?;
    if let Some(parent) = layout.socket.parent().filter(|parent| **parent != layout.top) {
        // Other clusters of this user may have theirs in it.
        std::fs::remove_dir(parent).ok();
    }
    for file in [layout.start_log(), layout.keep_marker(), layout.stopped_marker()] {
        remove_if_there(&file)?;
    }
    for file in [layout.server_lock(), layout.leases_lock(), layout.start_lock()] {
        remove_if_there(&file)?;
    }
    remove_if_there(&within(&layout.top, MARKER))?;
    match std::fs::remove_dir(&layout.top) {
        // Somebody keeps files of their own here: they stay.
        Err(e) if e.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
        result => result.map_err(|e| cannot("delete", &layout.top, e)),
    }
}

/// Deletes a folder with everything in it; links are deleted, not followed.
pub fn remove_tree(path: &Path) -> Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(cannot("delete", path, e)),
        _ => Ok(()),
    }
}

/// Deletes a file.
pub fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(cannot("delete", path, e)),
        _ => Ok(()),
    }
}

/// The failure to do `deed` with `path`.
pub fn cannot(deed: &str, path: &Path, error: std::io::Error) -> Error {
    Error::new(Kind::Failed, format!("could not {deed} {}: {error}", shown(path))).because(error)
}

fn is_closed(metadata: &Metadata) -> bool {
    metadata.mode() & 0o077 == 0
}
