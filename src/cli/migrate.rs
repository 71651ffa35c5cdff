//! `attestor migrate`.

use super::Global;
use crate::error::Result;

/// How it is done.
#[derive(Debug, clap::Args)]
pub struct Options {}

/// Does it; the result is the exit status.
pub async fn run(_options: Options, _global: &Global) -> Result<u8> {
    Ok(0)
}
