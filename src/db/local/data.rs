//! The data folder of PostgreSQL: made whole or not at all.

use super::binaries::Programs;
use super::layout::{Layout, ServerUser};
use super::process::{not_run, program, reason};
use super::settings::{CONF, Tuning};
use super::{folder, shown};
use crate::error::{Error, Kind, Result};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::path::Path;
use std::process::Stdio;

/// Makes the data folder under another name first: one that is named so is whole.
pub fn make(layout: &Layout, programs: &Programs, user: Option<ServerUser>, tuning: Tuning) -> Result<()> {
    let making = layout.data_in_the_making();
    folder::remove_tree(&making)?;
    DirBuilder::new().mode(0o700).create(&making)?;
    if let Some(user) = user {
        chown(&making, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
    }
    // `trust` on the socket: its folder is the guard. Whoever can open the socket is the user who owns
    // the data folder, or root, and could read and change every file in it without asking the server.
    let output = program(&programs.initdb, layout, user)
        .arg("-D")
        .arg(&making)
        .args(["-U", layout.superuser, "-E", "UTF8", "--locale=C"])
        .args(["--auth-local=trust", "--auth-host=reject"])
        .args(tuning.initdb_arguments())
        .stdin(Stdio::null())
        .output()
        .map_err(|e| not_run(&programs.initdb, layout, user, e))?;
    if !output.status.success() {
        return Err(Error::new(
            Kind::NoDatabase,
            format!("initdb could not make a cluster ({})", output.status),
        )
        .because(reason(String::from_utf8_lossy(&output.stderr).lines().collect())));
    }
    OpenOptions::new()
        .append(true)
        .custom_flags(nix::libc::O_NOFOLLOW)
        .open(making.join("postgresql.conf"))
        .and_then(|mut conf| conf.write_all(CONF.as_bytes()).and_then(|()| conf.sync_all()))
        .map_err(|e| folder::cannot("write", &making.join("postgresql.conf"), e))?;
    std::fs::rename(&making, layout.data())?;
    Ok(File::open(&layout.top)?.sync_all()?)
}

/// The major version that made the data folder, if there is one.
pub fn version(data: &Path) -> Result<Option<u32>> {
    match std::fs::read_to_string(data.join("PG_VERSION")) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| {
            Error::new(Kind::NoDatabase, format!("{} holds no version", shown(&data.join("PG_VERSION"))))
        }),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(folder::cannot("read", &data.join("PG_VERSION"), e)),
    }
}
