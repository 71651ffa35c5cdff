//! `attestor audit prove`.

use super::known::{Place, trust_folder};
use super::tell::{FOUND, tell};
use crate::audit::actions;
use crate::audit::kept::{self, Readers};
use crate::cli::Global;
use crate::error::Result;
use crate::ids::EntrySeq;
use crate::text::counted;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

/// Which entry, and where the proof goes.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The position of the entry in the chain.
    #[arg(long, value_name = "N")]
    pub seq: EntrySeq,
    /// The file that the proof is written to; standard output, where none is named.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where checkpoints lie.
    #[command(flatten)]
    pub place: Place,
}

/// Proves; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let places = options.place.places(&global.settings()?.audit)?;
    let session = global.open().await?;
    let proof = match actions::prove(&session.db, &trust_folder()?, &places, options.seq).await? {
        Ok(proof) => proof,
        Err(why) => {
            let told = json!({ "verdict": why.word(), "seq": options.seq, "why": why.to_string() });
            tell(global, &told, &[format!("{}  #{}  {why}", why.word(), options.seq)])?;
            return Ok(FOUND);
        }
    };
    let text = serde_json::to_string_pretty(&proof).map_err(io::Error::other)? + "\n";
    match &options.out {
        None => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
        Some(path) => {
            kept::put(path, text.as_bytes(), Readers::Everyone)?;
            let told = json!({ "seq": options.seq, "size": proof.tree_size, "root": proof.root,
                               "file": path.to_string_lossy() });
            let line =
                format!("#{} in the checkpoint over {}", options.seq, counted(proof.tree_size, "entry"));
            tell(global, &told, &[line, format!("  at    {}", path.display())])?;
        }
    }
    Ok(0)
}
