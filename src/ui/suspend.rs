//! Ctrl-z and SIGTSTP: back to the shell for a while.

use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::{Pid, getpgrp, getppid, getsid};

/// Whether a shell with job control waits for this program.
///
/// Without one (started by `ssh -t host attestor` or as a terminal's only program) the program leads
/// its session; with its parent gone it belongs to nobody. Then nobody could ever continue it.
pub fn has_shell() -> bool {
    let Ok(session) = getsid(None) else { return false };
    session != getpgrp() && getsid(Some(getppid())) == Ok(session)
}

/// Asks the whole process group to stop, as the terminal's own Ctrl-z does.
///
/// The group and not this process alone: under `cargo run` the shell waits for cargo. This process hears
/// it as a signal like any other, and stops itself once its terminal is given back.
pub fn stop_group() -> std::io::Result<()> {
    Ok(kill(Pid::from_raw(0), Signal::SIGTSTP)?)
}

/// Stops this process until it is continued. Only with a shell: nothing else would ever do that.
pub fn stop_here() -> std::io::Result<()> {
    Ok(raise(Signal::SIGSTOP)?)
}
