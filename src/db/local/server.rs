//! The server's process: made, started, watched, stopped. The caller holds `start.lock`.

use super::binaries::Programs;
use super::layout::{Layout, PORT, ServerUser};
use super::{Cluster, Stopped, folder, lock, shown, within};
use crate::error::{Error, Kind, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a start may take; replaying the log after a crash is part of it.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long a stop may take that ends transactions and writes what is in memory.
const FAST_PATIENCE: Duration = Duration::from_secs(30);
/// How long a stop may take that only ends the processes.
const IMMEDIATE_PATIENCE: Duration = Duration::from_secs(10);
/// How much of a log is shown with a failure, in bytes.
const LOG_TAIL_MAX: i64 = 2048;

/// A running server, as its pid file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postmaster {
    /// The process to signal.
    pub pid: i32,
    /// The folder of its socket, which may be that of another session's environment.
    pub socket: PathBuf,
    /// How far it is.
    pub phase: Phase,
}

/// How far a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It takes no connections yet.
    Starting,
    /// It takes connections.
    Ready,
    /// It takes no connections any more.
    Stopping,
}

/// The running server; makes and starts one where none runs.
pub fn ensure(cluster: &Cluster) -> Result<Postmaster> {
    let layout = &cluster.layout;
    let found = lock::wait_for(START_PATIENCE, || {
        if let Some(free) = lock::try_exclusive(&layout.server_lock())? {
            return launch(cluster, free).map(Some);
        }
        match running(layout) {
            Some(postmaster) if postmaster.phase == Phase::Ready => {
                if answers(&postmaster) {
                    return Ok(Some(postmaster));
                }
                // Its socket was swept away, with /run/user at the last logout for one: it serves
                // nobody any more.
                stop(layout).map(|_| None)
            }
            // Its starter was killed, or it is stopping, or its last processes see that they are alone.
            _ => Ok(None),
        }
    })?;
    found.ok_or_else(|| {
        Error::new(Kind::NoDatabase, "processes of an earlier local server are still there")
            .hint(format!("see `ps -ef | grep postgres`; their folder is {}", shown(&layout.data())))
    })
}

/// The server that runs now; only true while `server.lock` is taken.
pub fn running(layout: &Layout) -> Option<Postmaster> {
    parse(&std::fs::read_to_string(pid_file(layout)).ok()?)
}

/// Stops the server, if one runs, and waits until its last process is gone.
pub fn stop(layout: &Layout) -> Result<Stopped> {
    let path = layout.server_lock();
    if lock::try_exclusive(&path)?.is_some() {
        return Ok(Stopped::Already);
    }
    // A server that was started this moment has no pid file yet.
    let found = lock::wait_for(START_PATIENCE, || match running(layout) {
        Some(postmaster) => Ok(Some(Some(postmaster))),
        None => Ok(lock::try_exclusive(&path)?.map(|_| None)),
    })?;
    let Some(Some(postmaster)) = found else { return Ok(Stopped::Already) };
    for (signal, patience) in [(Signal::SIGINT, FAST_PATIENCE), (Signal::SIGQUIT, IMMEDIATE_PATIENCE)] {
        // Where it crashed, only its last processes are left, and the number may be a stranger's.
        if works_in(postmaster.pid, &layout.data()) {
            kill(Pid::from_raw(postmaster.pid), signal).ok();
        }
        if lock::exclusive(&path, patience)?.is_some() {
            return Ok(Stopped::Now);
        }
    }
    Err(Error::new(Kind::Failed, format!("the local server (pid {}) does not stop", postmaster.pid))
        .hint(format!("see its log in {}", shown(&within(&layout.data(), "log")))))
}

/// Whether somebody listens on its socket.
pub fn answers(postmaster: &Postmaster) -> bool {
    UnixStream::connect(postmaster.socket.join(format!(".s.PGSQL.{PORT}"))).is_ok()
}

fn launch(cluster: &Cluster, server_lock: File) -> Result<Postmaster> {
    let layout = &cluster.layout;
    let programs = cluster.find_programs()?;
    let user = layout.server_user()?;
    if !layout.data().try_exists()? {
        make_data(layout, &programs, user)?;
    }
    // A crashed server's socket folder comes first: open consoles go on looking for it there.
    let socket = running(layout)
        .map(|crashed| crashed.socket)
        .filter(|old| folder::make_socket_folder(old, user, layout.owner).is_ok())
        .unwrap_or_else(|| layout.socket.clone());
    folder::make_socket_folder(&socket, user, layout.owner)?;
    // The lock is ours, so no process of a server lives here. PostgreSQL itself asks only whether the
    // pid in this file is alive, and would refuse for a stranger with that number or an uncollected dead.
    folder::remove_if_there(&pid_file(layout))?;

    let mut command = program(&programs.postgres, layout, user);
    command.arg("-D").arg(layout.data()).arg("-k").arg(&socket).args(["-p", &PORT.to_string()]);
    for setting in cluster.tuning.arguments() {
        command.args(["-c", setting]);
    }
    let log = File::create(layout.start_log())?;
    command.stdin(Stdio::from(server_lock)).stdout(log.try_clone()?).stderr(log);
    let mut child = command.spawn().map_err(|e| folder::cannot("run", &programs.postgres, e))?;
    drop(command); // with it our own hold on the server's lock
    let ready = wait_until_ready(layout, &mut child);
    // Collects the server when it ends, however long that takes: a dead child would keep its pid.
    std::thread::spawn(move || child.wait());
    ready
}

fn wait_until_ready(layout: &Layout, child: &mut Child) -> Result<Postmaster> {
    let pid = i32::try_from(child.id()).unwrap_or(0);
    let ready = lock::wait_for(START_PATIENCE, || {
        if let Some(status) = child.try_wait()? {
            return Err(Error::new(Kind::NoDatabase, format!("PostgreSQL did not start ({status})"))
                .because(last_words(layout)));
        }
        Ok(running(layout).filter(|it| it.pid == pid && it.phase == Phase::Ready))
    })?;
    ready.ok_or_else(|| {
        Error::new(Kind::NoDatabase, "PostgreSQL is taking more than a minute to start")
            .because(last_words(layout))
            .hint("it goes on trying; see `attestor local status`")
    })
}

/// Makes the data folder under another name first: one that is named so is whole.
fn make_data(layout: &Layout, programs: &Programs, user: Option<ServerUser>) -> Result<()> {
    let making = layout.data_in_the_making();
    folder::remove_tree(&making)?;
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&making)?;
    if let Some(user) = user {
        std::os::unix::fs::chown(&making, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
    }
    // `trust` on the socket: its folder is the guard. Whoever can open the socket is the user who owns
    // the data folder, or root, and could read and change every file in it without asking the server.
    let output = program(&programs.initdb, layout, user)
        .arg("-D")
        .arg(&making)
        .args(["-U", layout.superuser, "-E", "UTF8", "--locale=C"])
        .args(["--auth-local=trust", "--auth-host=reject"])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| folder::cannot("run", &programs.initdb, e))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let mut error = Error::new(Kind::NoDatabase, "initdb could not make a cluster").because(said);
        if user.is_some() {
            error = error.hint(format!(
                "the server runs as the user postgres, who must be able to enter {}",
                shown(&layout.top)
            ));
        }
        return Err(error);
    }
    std::fs::OpenOptions::new()
        .append(true)
        .custom_flags(nix::libc::O_NOFOLLOW)
        .open(making.join("postgresql.conf"))
        .and_then(|mut conf| conf.write_all(super::settings::CONF.as_bytes()).and_then(|()| conf.sync_all()))
        .map_err(|e| folder::cannot("write", &making.join("postgresql.conf"), e))?;
    std::fs::rename(&making, layout.data())?;
    Ok(File::open(&layout.top)?.sync_all()?)
}

/// A program of PostgreSQL as it is to be run: as the server's user, out of reach of the terminal's
/// keys (a Ctrl-c there is for the console), and deaf to settings that are meant for clients.
fn program(path: &Path, layout: &Layout, user: Option<ServerUser>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(&layout.top).process_group(0);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("PG") || name.starts_with("LC_") || name == "DATABASE_URL" {
            command.env_remove(&*name);
        }
    }
    command.env("LC_ALL", "C");
    if let Some(user) = user {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// The major version that made the data folder, if there is one.
pub fn data_version(data: &Path) -> Result<Option<u32>> {
    match std::fs::read_to_string(data.join("PG_VERSION")) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| {
            Error::new(Kind::NoDatabase, format!("{} holds no version", shown(&data.join("PG_VERSION"))))
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(folder::cannot("read", &data.join("PG_VERSION"), e)),
    }
}

/// Whether the process `pid` works in the data folder, as a server of it does. Known on Linux; elsewhere
/// it is believed, since the pid file of a server that we know to live is its own.
fn works_in(pid: i32, data: &Path) -> bool {
    match std::fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(folder) => std::fs::canonicalize(data).is_ok_and(|data| data == folder),
        Err(_) => !Path::new("/proc/self/cwd").exists(),
    }
}

fn pid_file(layout: &Layout) -> PathBuf {
    within(&layout.data(), "postmaster.pid")
}

/// Reads a pid file: pid, data folder, start time, port, socket's folder, address, memory key, state.
fn parse(text: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let phase = match *lines.get(7).unwrap_or(&"") {
        "ready" | "standby" => Phase::Ready,
        "stopping" => Phase::Stopping,
        _ => Phase::Starting,
    };
    let pid = lines.first()?.parse().ok().filter(|pid| *pid > 1)?;
    Some(Postmaster { pid, socket: PathBuf::from(lines.get(4).unwrap_or(&"")), phase })
}

/// The end of what the server wrote before it went.
fn last_words(layout: &Layout) -> String {
    let log = within(&layout.data(), "log");
    let newest = std::fs::read_dir(log)
        .into_iter()
        .flatten()
        .flatten()
        .max_by_key(|entry| entry.metadata().and_then(|m| m.modified()).ok())
        .map(|entry| entry.path());
    let tails: Vec<String> =
        [Some(layout.start_log()), newest].into_iter().flatten().filter_map(|path| tail(&path)).collect();
    tails.join("\n")
}

fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = i64::try_from(file.metadata().ok()?.len()).ok()?;
    file.seek(SeekFrom::End(-length.min(LOG_TAIL_MAX))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|text| !text.is_empty())
}
