//! Ctrl-z: back to the shell for a while.

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgrp, getsid};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Whether a shell with job control waits for this program.
///
/// Without one (started by `ssh -t host attestor` or as a terminal's only program) the program leads
/// its session; nobody could ever continue it.
pub fn has_shell() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops the whole process group, as the terminal's own Ctrl-z does, and returns when it goes on.
///
/// The group and not this process alone: under `cargo run` the shell waits for cargo.
pub async fn stop() -> std::io::Result<()> {
    let mut continued = signal(SignalKind::from_raw(Signal::SIGCONT as i32))?;
    kill(Pid::from_raw(0), Signal::SIGTSTP)?;
    // The stop may come a moment after kill returns; then this thread goes on for that moment. A group
    // that the kernel does not stop (it has lost its shell) is not waited for.
    let _ = tokio::time::timeout(Duration::from_millis(300), continued.recv()).await;
    Ok(())
}
