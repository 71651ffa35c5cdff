//! `attestor audit`.

mod checkpoint;
mod known;
mod pin;
mod prove;
mod tell;
mod trust;
mod verify;
mod verify_proof;

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
    /// Seal the chain: sign a checkpoint over all of its entries, and publish it.
    ///
    /// What came since the last checkpoint is read again and recomputed, and that the chain only grew is
    /// proved, before anything is signed. The key is an Ed25519 key of an ssh-agent, or a key file. Exit
    /// status 3, and nothing signed, where the chain is broken or contradicts an earlier checkpoint.
    Checkpoint(checkpoint::Options),
    /// Prove that an entry is in the chain, as a file that anybody can check.
    Prove(prove::Options),
    /// Check the proof of an entry. Needs no database.
    ///
    /// Exit status 0 where it holds under a key that is trusted, 3 where it does not, 65 where the file is no
    /// proof.
    VerifyProof(verify_proof::Options),
    /// Say which keys are believed when they sign checkpoints; without a key, list them.
    ///
    /// What is trusted is kept in the state folder of this user. The database has no say in it.
    Trust(trust::Options),
    /// Pin a checkpoint: from then on a chain that is shorter, or has another root there, is a break.
    ///
    /// A successful `audit verify` pins the checkpoint that it was held against by itself. Exit status 3
    /// where the checkpoint is not believed, or contradicts the one that is pinned.
    Pin(pin::Options),
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::Verify(options) => verify::run(options, global).await,
        Command::Checkpoint(options) => checkpoint::run(options, global).await,
        Command::Prove(options) => prove::run(options, global).await,
        Command::VerifyProof(options) => verify_proof::run(&options, global),
        Command::Trust(options) => trust::run(&options, global),
        Command::Pin(options) => pin::run(options, global).await,
    }
}
