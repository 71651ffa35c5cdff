//! Key files in the form of OpenSSH.

use super::ssh_public;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use ed25519_dalek::SigningKey;
use nix::unistd::geteuid;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Bytes of a key file.
const BYTES_MAX: u64 = 64 << 10;

/// What a name led to.
pub(super) enum Found {
    /// A private key.
    Private(Box<SigningKey>),
    /// A public key, whose private half is elsewhere.
    Public([u8; 32]),
}

/// Reads what `named` names: the text of a public key, or a file with either half.
pub(super) fn read(named: &str, ask: impl FnOnce(&str) -> Result<String>) -> Result<Found> {
    if named.starts_with("ssh-") {
        return public(named, named);
    }
    let shown = visible(named).into_owned();
    let unreadable =
        |e: std::io::Error| Error::new(Kind::Configuration, format!("the key file {shown}: {e}")).because(e);
    // Opened without waiting: a pipe in its place would otherwise hold us up for ever.
    let file = std::fs::File::options()
        .read(true)
        .custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits())
        .open(Path::new(named))
        .map_err(unreadable)?;
    // Looked at through the open file: what was looked at is what is read.
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(Error::new(Kind::Configuration, format!("{shown} is not a file")));
    }
    let mut text = zeroized();
    file.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > BYTES_MAX {
        return Err(Error::new(Kind::Configuration, format!("{shown} is too long for a key")));
    }
    if text.starts_with("ssh-") {
        return public(&text, &shown);
    }
    if about.mode() & 0o077 != 0 {
        return Err(Error::new(Kind::Configuration, format!("others may read the key file {shown}"))
            .hint(format!("chmod 600 {shown}; if others have read it, make a new key")));
    }
    if about.uid() != geteuid().as_raw() && about.uid() != 0 {
        return Err(Error::new(
            Kind::Configuration,
            format!("the key file {shown} belongs to somebody else"),
        ));
    }
    private(&text, &shown, ask)
}

fn private(text: &str, shown: &str, ask: impl FnOnce(&str) -> Result<String>) -> Result<Found> {
    let mut key = ssh_key::PrivateKey::from_openssh(text).map_err(|e| {
        Error::new(Kind::Configuration, format!("{shown} is not a private key in the form of OpenSSH"))
            .hint("ssh-keygen -p -f FILE writes older forms anew")
            .because(e)
    })?;
    if key.is_encrypted() {
        let passphrase = ssh_key::private::PrivateKey::decrypt(&key, ask(shown)?);
        key = passphrase
            .map_err(|_| Error::new(Kind::Denied, format!("the passphrase of {shown} is wrong")))?;
    }
    let pair = key.key_data().ed25519().ok_or_else(|| {
        Error::new(Kind::Configuration, format!("{shown} is not an Ed25519 key"))
            .hint("ssh-keygen -t ed25519 makes one")
    })?;
    Ok(Found::Private(Box::new(SigningKey::from_bytes(&pair.private.to_bytes()))))
}

fn public(text: &str, shown: &str) -> Result<Found> {
    ssh_public(text)
        .map(Found::Public)
        .map_err(|e| Error::new(Kind::Configuration, format!("{}: {e}", visible(shown))))
}

/// Room for a secret that does not move while it is read, and is wiped when it goes.
fn zeroized() -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(String::with_capacity(BYTES_MAX as usize + 1))
}
