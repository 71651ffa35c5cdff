//! `attestor findings`.

use super::Global;
use crate::error::Result;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {}

/// Does it; the result is the exit status.
pub async fn run(command: Command, _global: &Global) -> Result<u8> {
    match command {}
}
