//! Detached SSH signatures (SSHSIG), as `ssh-keygen -Y sign` makes them and `-Y verify` judges them.
//!
//! Ed25519 keys alone. Judging is strict: the key, the namespace and the form are the expected ones,
//! or the signature is none.

use super::note::Malformed;
use ed25519_dalek::{Signature, VerifyingKey};
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig};

/// What the signature of a checkpoint is for.
pub const CHECKPOINT: &str = "attestor-checkpoint@v1";
/// What the signature of an export is for.
pub const EXPORT: &str = "attestor-export@v1";

/// Characters of a signature's text; one of an Ed25519 key has about 300.
const TEXT_MAX: usize = 4096;

/// The bytes that the key signs for a signature of `message` in `namespace`.
pub fn signed_bytes(namespace: &str, message: &[u8]) -> Result<Vec<u8>, Malformed> {
    SshSig::signed_data(namespace, HashAlg::Sha512, message)
        .map_err(|_| Malformed("an SSH signature has a namespace"))
}

/// The text of the signature whose bytes `key` made over [`signed_bytes`].
pub fn armored(key: &[u8; 32], namespace: &str, signature: &[u8; 64]) -> Result<String, Malformed> {
    let data = KeyData::Ed25519(Ed25519PublicKey(*key));
    ssh_key::Signature::new(Algorithm::Ed25519, signature.to_vec())
        .and_then(|signature| SshSig::new(data, namespace, HashAlg::Sha512, signature))
        .and_then(|signature| signature.to_pem(LineEnding::LF))
        .map_err(|_| Malformed("this is no signature of an Ed25519 key"))
}

/// Judges the text of a signature: the key that made it, if it made it over `message` in `namespace`.
///
/// Whether that key is trusted is for the caller to say.
pub fn signer(text: &str, namespace: &str, message: &[u8]) -> Result<[u8; 32], Malformed> {
    if text.len() > TEXT_MAX {
        return Err(Malformed("the SSH signature is too long"));
    }
    let read = SshSig::from_pem(text.trim_end()).map_err(|_| Malformed("this is no SSH signature"))?;
    // One text for one signature: lengths that contradict each other are not passed over.
    let again = read.to_pem(LineEnding::LF).map_err(|_| Malformed("this is no SSH signature"))?;
    if squeezed(&again) != squeezed(text) {
        return Err(Malformed("the SSH signature is not written in its one form"));
    }
    if read.version() != SshSig::VERSION {
        return Err(Malformed("the SSH signature has another version"));
    }
    if read.namespace() != namespace {
        return Err(Malformed("the SSH signature is for another namespace"));
    }
    if !read.reserved().is_empty() {
        return Err(Malformed("the SSH signature has a part that is not known"));
    }
    let (KeyData::Ed25519(key), Algorithm::Ed25519) = (read.public_key(), read.signature().algorithm())
    else {
        return Err(Malformed("the SSH signature is not of an Ed25519 key"));
    };
    let signed = SshSig::signed_data(namespace, read.hash_alg(), message)
        .map_err(|_| Malformed("an SSH signature has a namespace"))?;
    let holds = VerifyingKey::from_bytes(&key.0).is_ok_and(|key| {
        Signature::from_slice(read.signature_bytes()).is_ok_and(|s| key.verify_strict(&signed, &s).is_ok())
    });
    if holds { Ok(key.0) } else { Err(Malformed("the SSH signature does not hold")) }
}

/// A text without its line breaks, which others set elsewhere.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
