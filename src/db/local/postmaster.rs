//! The server as its pid file tells of it.

use super::layout::{Layout, socket_file};
use super::within;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// PostgreSQL's request for TLS: its own length, and a number that is no version.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// How long an answer is waited for.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

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

impl Postmaster {
    /// The one that the pid file names: true of a running server while `server.lock` is taken, else of one
    /// that crashed.
    pub fn of(layout: &Layout) -> Option<Postmaster> {
        parse(&std::fs::read_to_string(pid_file(layout)).ok()?)
    }

    /// Whether it answers on its socket.
    ///
    /// A connection alone proves nothing: a server that was killed this moment may still accept one. Asked whether it speaks TLS, a living one says a byte; one that is
    /// only slow counts as living.
    pub fn answers(&self) -> bool {
        let ask = || {
            let mut stream = UnixStream::connect(socket_file(&self.socket))?;
            stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
            stream.write_all(&SSL_REQUEST)?;
            stream.read_exact(&mut [0])
        };
        match ask() {
            Ok(()) => true,
            Err(e) => matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    /// Whether the process works in the data folder, as a server of it does.
    ///
    /// Known on Linux, unless root lacks the right to look (as in containers). Elsewhere it is believed:
    /// the pid file of a server that we know to live is its own.
    pub fn works_in(&self, data: &Path) -> bool {
        match std::fs::read_link(format!("/proc/{}/cwd", self.pid)) {
            Ok(folder) => std::fs::canonicalize(data).is_ok_and(|data| data == folder),
            Err(e) if e.kind() == ErrorKind::NotFound => !Path::new("/proc/self/cwd").exists(),
            Err(_) => true,
        }
    }
}

/// The file in which a server keeps its pid and state.
pub fn pid_file(layout: &Layout) -> PathBuf {
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
