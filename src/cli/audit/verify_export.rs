//! `attestor audit verify-export`.

use super::known::trust_folder;
use super::tell::{FOUND, line, tell};
use crate::audit::export::judge::{Judged, judge};
use crate::audit::trust::key_named;
use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use crate::text::{counted, visible};
use std::path::PathBuf;

/// Which export, and whose word counts.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The file of the entries, NAME.jsonl; the others stand beside it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A key that is trusted for this once, besides those of `audit trust`: NAME+ID+KEY, ssh-ed25519 AAAA...,
    /// or a file with one of these.
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// The chain that the entries have to be of.
    #[arg(long, value_name = "NAME")]
    pub origin: Option<ChainId>,
}

/// Checks; the result is the exit status.
pub(super) fn run(options: &Options, global: &Global) -> Result<u8> {
    let settings = global.settings()?.audit;
    let judged = judge(&options.file, |chain_id| {
        let mut trust = trust_folder()?.read(chain_id)?;
        for named in &options.key {
            trust.add(key_named(named, Some(chain_id))?)?;
        }
        Ok(trust)
    })?;
    let expected = options.origin.as_ref().map(ChainId::as_str).or(settings.origin.as_deref());
    if let Some(expected) = expected.filter(|expected| *expected != judged.chain_id) {
        let what = format!("the entries are of {}, not of {}", judged.chain_id, visible(expected));
        return Err(Error::new(Kind::UnreadableInput, what).hint("name the chain by --origin"));
    }
    let object = serde_json::to_value(&judged).map_err(std::io::Error::other)?;
    tell(global, &object, &lines(&judged))?;
    Ok(if judged.found_something() { FOUND } else { 0 })
}

fn lines(judged: &Judged) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {} of {}", judged.verdict, counted(judged.entries, "entry"), judged.chain_id),
        format!("  sha256  {}", judged.sha256),
        match &judged.anchored {
            Some(anchored) => format!(
                "  anchor  the checkpoint over {}, {}, {}",
                counted(anchored.size, "entry"),
                anchored.key,
                anchored.time.format("%Y-%m-%dT%H:%M:%SZ")
            ),
            None => "  anchor  none: this proves nothing against a rewrite of everything".to_owned(),
        },
        match judged.signed {
            Some(true) => "  signed  by a key that is trusted".to_owned(),
            Some(false) => "  signed  NOT by a key that is trusted".to_owned(),
            None => "  signed  by nobody".to_owned(),
        },
    ];
    lines.extend(judged.first_break.iter().map(|found| format!("  {}", line(found))));
    lines.extend(judged.flaws.iter().map(|flaw| format!("  {flaw}")));
    lines
}
