//! `attestor audit verify-proof`.

use super::known::{object, trust_folder};
use super::tell::{FOUND, tell};
use crate::audit::kept;
use crate::audit::proof::{BYTES_MAX, Proof, Unproved};
use crate::audit::trust::key_named;
use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use crate::text::{counted, visible};
use serde_json::json;
use std::path::PathBuf;

/// Which proof, and whose word counts.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The proof, as `audit prove` wrote it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A key that is trusted for this once, besides those of `audit trust`: NAME+ID+KEY, ssh-ed25519 AAAA...,
    /// or a file with one of these.
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// The chain that the entry has to be of.
    #[arg(long, value_name = "NAME")]
    pub origin: Option<ChainId>,
}

/// Checks; the result is the exit status.
pub(super) fn run(options: &Options, global: &Global) -> Result<u8> {
    let shown = visible(&options.file.to_string_lossy()).into_owned();
    let unreadable = |what: String| Error::new(Kind::UnreadableInput, format!("{shown}: {what}"));
    let bytes = kept::get(&options.file, BYTES_MAX)?.ok_or_else(|| unreadable("no such file".to_owned()))?;
    let proof = Proof::parse(&bytes).map_err(|why| unreadable(why.to_string()))?;
    let origin = proof.entry.chain_id.as_str();
    let settings = global.settings()?.audit;
    let expected = options.origin.as_ref().map(ChainId::as_str).or(settings.origin.as_deref());
    let mut trust = trust_folder()?.read(origin)?;
    for named in &options.key {
        trust.add(key_named(named, Some(origin))?)?;
    }
    let judged = match expected {
        Some(expected) if expected != origin => Err(Unproved::Broken(
            crate::audit::verify::verdict::Kind::ChainIdMismatch,
            format!("the entry is of {}", visible(origin)),
        )),
        _ => proof.verify(&trust),
    };
    let seq = proof.entry.seq;
    match judged {
        Ok(signed) => {
            let mut told = object(&signed);
            told["verdict"] = "PROVED".into();
            told["seq"] = seq.into();
            told["chain_id"] = origin.into();
            let lines = [
                format!(
                    "PROVED  #{seq} of {origin}, in the checkpoint over {}",
                    counted(signed.size, "entry")
                ),
                format!("  entry  {}", proof.entry.entry_hash),
                format!("  root   {}", proof.root),
                format!("  key    {}", signed.key),
                format!("  time   {}", signed.time.format("%Y-%m-%dT%H:%M:%SZ")),
            ];
            tell(global, &told, &lines)?;
            Ok(0)
        }
        Err(why) => {
            let told =
                json!({ "verdict": why.word(), "seq": seq, "chain_id": origin, "why": why.to_string() });
            tell(global, &told, &[format!("{}  #{seq}  {why}", why.word())])?;
            Ok(FOUND)
        }
    }
}
