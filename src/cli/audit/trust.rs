//! `attestor audit trust`.

use super::known::{object, trust_folder};
use super::tell::tell;
use crate::audit::signer::ssh_text;
use crate::audit::trust::{Trust, key_named};
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use crate::text::{counted, visible};
use serde_json::json;

/// Which keys.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The key: NAME+ID+KEY as `audit checkpoint` prints it, ssh-ed25519 AAAA..., or a file with one of these.
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,
    /// The chain that an SSH key signs for, such as example.com/audit.
    #[arg(long, value_name = "NAME")]
    pub origin: Option<ChainId>,
    /// No longer believe the key. What is pinned stays pinned.
    #[arg(long, requires = "keys")]
    pub remove: bool,
}

/// Changes or lists what is trusted; the result is the exit status.
pub(super) fn run(options: &Options, global: &Global) -> Result<u8> {
    let folder = trust_folder()?;
    if options.keys.is_empty() {
        let mut all = folder.all()?;
        if let Some(origin) = &options.origin {
            all.retain(|trust| trust.origin == origin.as_str());
        }
        list(&all, global)?;
        return Ok(0);
    }
    for named in &options.keys {
        let key = key_named(named, options.origin.as_ref().map(ChainId::as_str))?;
        let changed = folder.change(key.name(), |trust| {
            if options.remove { Ok(trust.remove(&key)) } else { trust.add(key.clone()) }
        })?;
        if options.remove && !changed {
            return Err(Error::new(Kind::NotFound, format!("{} is not trusted", visible(&key.to_string()))));
        }
        let word = match (options.remove, changed) {
            (true, _) => "no longer trusted",
            (false, true) => "trusted",
            (false, false) => "trusted already",
        };
        let object = json!({ "origin": key.name(), "key": key.to_string(), "trusted": !options.remove });
        tell(global, &object, &[format!("{word}  {key}")])?;
    }
    Ok(0)
}

fn list(all: &[Trust], global: &Global) -> Result<()> {
    if all.is_empty() && global.format() != Format::Json {
        eprintln!("no key is trusted yet");
        eprintln!("  try: attestor audit trust KEY");
    }
    for trust in all {
        let mut lines = vec![trust.origin.clone()];
        for key in &trust.keys {
            lines.push(format!("  key     {key}"));
            lines.push(format!("          {}", ssh_text(key.public())));
        }
        lines.push(match &trust.pinned {
            Some(pin) => {
                format!(
                    "  pinned  {}, signed {}",
                    counted(pin.size, "entry"),
                    pin.time.format("%Y-%m-%dT%H:%M:%SZ")
                )
            }
            None => "  pinned  nothing yet".to_owned(),
        });
        let keys: Vec<_> = trust
            .keys
            .iter()
            .map(|key| json!({ "key": key.to_string(), "ssh": ssh_text(key.public()) }))
            .collect();
        let object =
            json!({ "origin": trust.origin, "keys": keys, "pinned": trust.pinned.as_ref().map(object) });
        tell(global, &object, &lines)?;
    }
    Ok(())
}
