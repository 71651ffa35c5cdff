//! `attestor audit`.

mod attend;
mod checkpoint;
mod export;
mod follow;
mod foreign;
mod inspect;
mod known;
mod list;
mod pin;
mod prove;
mod report;
mod show;
mod tell;
mod told;
mod trust;
mod verify;
mod verify_export;
mod verify_proof;
mod worklist;

use super::Global;
use crate::error::Result;

/// What can be done with the audit chain.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List entries of the audit chain, the newest first. What is listed is not verified by that.
    List(list::Options),
    /// Show an entry with its fields recomputed; exit status 3 where one does not hold.
    Show {
        /// Its position in the chain.
        #[arg(value_name = "SEQ")]
        seq: crate::ids::EntrySeq,
    },
    /// Verify the audit chain: recompute every hash and every link.
    ///
    /// Needs nothing but the right to read, and works on a standby and read-only. Where the login may append
    /// entries of verifications, the run is recorded, with its two entries in the chain. Exit status 0 where
    /// no break was found (an empty chain says EMPTY); 3 where one was, where decisions and entries do not
    /// fit, and where a checkpoint that is required is missing; 4 where it stopped before its end, or rows
    /// can't be recomputed. An interrupt stops it with what it has so far.
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
    /// Write entries to files that anyone can check: a day, a range, or every night that is missing.
    ///
    /// Beside the entries as JSON Lines stand their SHA-256, a manifest, the proof of the last entry where a
    /// checkpoint covers it, a signature where --key names a key, and the script that checks all of it with
    /// Python alone. Exit status 3 where a break was found on the way, or a night is no longer what it was.
    Export(export::Options),
    /// Check the files of an export. Needs no database.
    ///
    /// Exit status 0 where nothing is wrong, 3 where something is, 65 where a file is no export.
    VerifyExport(verify_export::Options),
    /// Report which entries of a period support which controls.
    ///
    /// The chain is verified for it, the report is filed in the database where the login may, and an entry
    /// holds its hash. Exit status 3 where the chain is broken; the report says so.
    Report(report::Options),
    /// List the sample of a report as a worklist: which of its entries were inspected, and what was noted.
    ///
    /// Exit status 3 where the chain no longer has an entry as it was drawn.
    Worklist(worklist::Options),
    /// Say that an entry of a report's sample was inspected, and what was seen. Once, for good.
    Inspect(inspect::Options),
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
        Command::List(options) => list::run(options, global).await,
        Command::Show { seq } => show::run(seq, global).await,
        Command::Verify(options) => verify::run(options, global).await,
        Command::Checkpoint(options) => checkpoint::run(options, global).await,
        Command::Prove(options) => prove::run(options, global).await,
        Command::VerifyProof(options) => verify_proof::run(&options, global),
        Command::Export(options) => export::run(options, global).await,
        Command::VerifyExport(options) => verify_export::run(&options, global),
        Command::Report(options) => report::run(options, global).await,
        Command::Worklist(options) => worklist::run(&options, global).await,
        Command::Inspect(options) => inspect::run(options, global).await,
        Command::Trust(options) => trust::run(&options, global),
        Command::Pin(options) => pin::run(options, global).await,
    }
}
