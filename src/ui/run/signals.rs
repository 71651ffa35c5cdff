//! The signals that the console hears.

use crate::error::Result;
use tokio::signal::unix::{SignalKind, signal};

/// What the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// The terminal is gone.
    HungUp,
    /// End soon.
    Terminate,
    /// As Ctrl-c.
    Interrupt,
    /// Go back to the shell.
    Stopped,
    /// The terminal has another size.
    Resized,
    /// Stopped before, running again.
    Continued,
}

pub(super) struct Signals {
    hung_up: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stopped: tokio::signal::unix::Signal,
    resized: tokio::signal::unix::Signal,
    continued: tokio::signal::unix::Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Signals> {
        Ok(Signals {
            hung_up: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            stopped: signal(SignalKind::from_raw(nix::sys::signal::Signal::SIGTSTP as i32))?,
            resized: signal(SignalKind::window_change())?,
            continued: signal(SignalKind::from_raw(nix::sys::signal::Signal::SIGCONT as i32))?,
        })
    }

    /// The next one. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.hung_up.recv() => Signal::HungUp,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
            // Before being continued: of two that wait, the stop is the older.
            _ = self.stopped.recv() => Signal::Stopped,
            _ = self.continued.recv() => Signal::Continued,
            _ = self.resized.recv() => Signal::Resized,
        }
    }
}
