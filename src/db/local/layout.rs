//! Where the local cluster lies, and whose it is.

use super::{folder, shown, within};
use crate::error::{Error, Kind, Result};
use nix::unistd::{Gid, Uid, User};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The port that names the socket's file; nothing listens on it over TCP.
pub const PORT: u16 = 5432;

/// The longest path of a socket in bytes: `sun_path` without its closing zero.
const SOCKET_PATH_MAX: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

/// The longest name of a role in bytes: PostgreSQL's NAMEDATALEN without its closing zero.
const ROLE_NAME_MAX: usize = 63;

/// Where everything of one cluster lies.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The folder that holds everything but, for an ordinary user, the socket.
    pub top: PathBuf,
    /// The folder of the socket.
    pub socket: PathBuf,
    /// The role that consoles log in as: the system's user, no superuser.
    pub login: String,
    /// The superuser of the cluster.
    pub superuser: &'static str,
    /// Who owns the folder: the user of this process.
    pub owner: Uid,
}

/// What decides about the layout, as a value, so that every choice can be tested.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// `ATTESTOR_LOCAL_DIR`: the one folder for everything.
    pub local_dir: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// The user's folder for data of programs on this machine.
    pub data_dir: Option<PathBuf>,
    /// Where folders of users with short paths may be made.
    pub temporary: PathBuf,
    /// The user of this process.
    pub uid: Uid,
    /// The name of that user.
    pub user: String,
}

/// The socket in `folder`.
pub fn socket_file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Who the server runs as, where that is not the user of this process.
#[derive(Debug, Clone, Copy)]
pub struct ServerUser {
    /// The user.
    pub uid: Uid,
    /// The user's group.
    pub gid: Gid,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_this_process() -> Result<Surroundings> {
        let folder = |name| std::env::var_os(name).filter(|v: &OsString| !v.is_empty()).map(PathBuf::from);
        let uid = nix::unistd::geteuid();
        let named = User::from_uid(uid).ok().flatten().map(|user| user.name);
        Ok(Surroundings {
            local_dir: folder("ATTESTOR_LOCAL_DIR"),
            runtime_dir: folder("XDG_RUNTIME_DIR"),
            data_dir: directories::ProjectDirs::from("", "", "attestor")
                .map(|dirs| dirs.data_local_dir().to_owned()),
            // Not TMPDIR: on macOS its path is half as long as a socket's path may be.
            temporary: PathBuf::from("/tmp"),
            uid,
            user: named.unwrap_or_else(|| format!("uid{uid}")),
        })
    }
}

impl Layout {
    /// Chooses the places; makes none of them.
    ///
    /// # Errors
    /// [`Kind::Configuration`] where there is no home, or the path of the socket would be too long.
    pub fn choose(from: &Surroundings) -> Result<Layout> {
        let (top, socket) = match &from.local_dir {
            Some(folder) => {
                let top = std::path::absolute(folder)?;
                let socket = within(&top, "socket");
                (top, socket)
            }
            // As root the server runs as somebody else, who can't enter root's own folders.
            None if from.uid.is_root() => ("/var/lib/attestor".into(), "/var/lib/attestor/socket".into()),
            None => {
                let top = home(from)?;
                let socket = socket_folder(from, &top);
                (top, socket)
            }
        };
        let socket_file = socket_file(&socket);
        let length = length(&socket_file);
        if length > SOCKET_PATH_MAX {
            return Err(Error::new(
                Kind::Configuration,
                format!(
                    "the socket {} has a path of {length} bytes; this system takes {SOCKET_PATH_MAX}",
                    shown(&socket_file)
                ),
            )
            .hint("set ATTESTOR_LOCAL_DIR to a folder with a shorter path"));
        }
        let superuser = if from.user == "postgres" { "attestor_superuser" } else { "postgres" };
        Ok(Layout { top, socket, login: login(&from.user), superuser, owner: from.uid })
    }

    /// The data folder of PostgreSQL.
    pub fn data(&self) -> PathBuf {
        within(&self.top, "data")
    }

    /// Where a data folder is made before it gets its name.
    pub fn data_in_the_making(&self) -> PathBuf {
        within(&self.top, "data.new")
    }

    /// What the server says before its own log is open.
    pub fn start_log(&self) -> PathBuf {
        within(&self.top, "start.log")
    }

    pub(super) fn start_lock(&self) -> PathBuf {
        within(&self.top, "start.lock")
    }

    pub(super) fn leases_lock(&self) -> PathBuf {
        within(&self.top, "leases.lock")
    }

    pub(super) fn server_lock(&self) -> PathBuf {
        within(&self.top, "server.lock")
    }

    /// Stands while the server shall outlive its leases.
    pub(super) fn keep_marker(&self) -> PathBuf {
        within(&self.top, "keep")
    }

    /// Stands after a stop under open consoles, which then leave the server alone.
    pub(super) fn stopped_marker(&self) -> PathBuf {
        within(&self.top, "stopped")
    }

    /// Who the server runs as: PostgreSQL refuses to run as root.
    ///
    /// Never `nobody`: whatever else runs under that name could then read and kill the server.
    ///
    /// # Errors
    /// [`Kind::Configuration`] for root on a system without a user `postgres`.
    pub(super) fn server_user(&self) -> Result<Option<ServerUser>> {
        if !self.owner.is_root() {
            return Ok(None);
        }
        match User::from_name("postgres") {
            Ok(Some(user)) => Ok(Some(ServerUser { uid: user.uid, gid: user.gid })),
            _ => Err(Error::new(
                Kind::Configuration,
                "PostgreSQL does not run as root, and this system has no user postgres to run it as",
            )
            .hint("run attestor as an ordinary user, or: useradd --system --user-group postgres")),
        }
    }
}

fn home(from: &Surroundings) -> Result<PathBuf> {
    from.data_dir.as_ref().map(|data| within(data, "local")).ok_or_else(|| {
        Error::new(Kind::Configuration, "there is no home folder to keep a local cluster in")
            .hint("set HOME, or ATTESTOR_LOCAL_DIR to a folder of yours")
    })
}

/// A folder of this cluster's own in the user's runtime folder, where there is one that is really theirs
/// (`su` hands on that of another) and has a path that is short enough; else in one under /tmp.
///
/// Of this cluster's own, because the same user with another HOME has another cluster.
fn socket_folder(from: &Surroundings, top: &Path) -> PathBuf {
    let hash = Sha256::digest(top.as_os_str().as_bytes());
    let own = format!("{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]);
    let runtime = from.runtime_dir.as_ref().filter(|folder| folder::is_private(folder, from.uid));
    let in_runtime = runtime.map(|folder| folder.join("attestor").join(&own));
    in_runtime
        .filter(|folder| length(&socket_file(folder)) <= SOCKET_PATH_MAX)
        .unwrap_or_else(|| from.temporary.join(format!("attestor-{}", from.uid)).join(&own))
}

fn length(path: &Path) -> usize {
    path.as_os_str().as_bytes().len()
}

/// The name of the role for `user`; names that PostgreSQL or attestor keep for themselves get a prefix.
fn login(user: &str) -> String {
    let taken = user.starts_with("pg_")
        || user.starts_with("attestor_")
        || matches!(user, "public" | "none" | "current_user" | "session_user" | "current_role");
    let name = if taken { format!("user_{user}") } else { user.to_owned() };
    let mut end = name.len().min(ROLE_NAME_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}
