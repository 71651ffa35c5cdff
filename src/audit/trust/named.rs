//! Keys as a person names them.

use crate::audit::kept;
use crate::audit::note::{Seal, VerifierKey};
use crate::audit::signer::ssh_public;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::path::Path;

/// Bytes of a file with a public key.
const BYTES_MAX: u64 = 64 << 10;

/// The key that `named` names: a verifier key (`NAME+ID+KEY`), a public key as OpenSSH writes it, or a file
/// with one of these. An SSH key has no name of its own: it signs for `origin`.
pub fn key_named(named: &str, origin: Option<&str>) -> Result<VerifierKey> {
    let unknown = |what: String| {
        Error::new(Kind::Usage, what)
            .hint("name a key as NAME+ID+KEY, as ssh-ed25519 AAAA..., or the file that it stands in")
    };
    let named = named.trim();
    if let Ok(key) = named.parse::<VerifierKey>() {
        return match origin {
            Some(origin) if origin != key.name() => Err(unknown(format!(
                "the key signs for {}, not for {}",
                visible(key.name()),
                visible(origin)
            ))),
            _ => Ok(key),
        };
    }
    if named.starts_with("ssh-") {
        let public = ssh_public(named).map_err(|e| unknown(e.to_string()))?;
        let Some(origin) = origin else {
            return Err(Error::new(Kind::Usage, "an SSH key does not say for which chain it signs")
                .hint("--origin NAME, such as example.com/audit"));
        };
        return VerifierKey::new(origin, Seal::Cosignature, &public).map_err(|e| unknown(e.to_string()));
    }
    let Some(bytes) = kept::get(Path::new(named), BYTES_MAX)? else {
        return Err(unknown(format!("{} is neither a key nor a file", visible(named))));
    };
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    match line {
        // One step only: a file that names a file is none.
        Some(line) if line.starts_with("ssh-") || line.parse::<VerifierKey>().is_ok() => {
            key_named(line, origin)
        }
        _ => Err(unknown(format!("{} holds no key that is known here", visible(named)))),
    }
}
