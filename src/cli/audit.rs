//! `attestor audit`.

mod verify;

use super::Global;
use crate::error::Result;

/// What can be done with the audit chain.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Verify the audit chain: recompute every hash and every link.
    ///
    /// Needs nothing but the right to read, works on a standby, and changes nothing. Exit status 0 where no
    /// break was found (an empty chain says EMPTY), 3 where one was, 4 where it stopped before its end.
    Verify(verify::Options),
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::Verify(options) => verify::run(options, global).await,
    }
}
