//! The public keys that notes are judged by, and their text form (a vkey).

use super::{Malformed, SignatureLine, cosigned_text, is_key_name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// What a key signs of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seal {
    /// The text (signature type 0x01).
    Text,
    /// The text of a checkpoint together with the time: cosignature/v1 (signature type 0x04).
    Cosignature,
}

/// An Ed25519 key that may be trusted, with the name that it signs under.
///
/// Its text form is `NAME+ID+KEY`: the id in eight hex digits, the key as base64 behind its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    seal: Seal,
    key: VerifyingKey,
}

impl Seal {
    fn type_byte(self) -> u8 {
        match self {
            Seal::Text => 1,
            Seal::Cosignature => 4,
        }
    }
}

impl VerifierKey {
    /// The key of these bytes under a name.
    pub fn new(name: &str, seal: Seal, public: &[u8; 32]) -> Result<Self, Malformed> {
        if !is_key_name(name) {
            return Err(Malformed("the name of a key has no spaces and no plus sign"));
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| Malformed("this is no Ed25519 key"))?;
        // Under such a key anybody's signature could be made to hold.
        if key.is_weak() {
            return Err(Malformed("this Ed25519 key is weak"));
        }
        Ok(VerifierKey { name: name.to_owned(), seal, key })
    }

    /// The name that it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn seal(&self) -> Seal {
        self.seal
    }

    /// The key itself.
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The short number that signatures name it by: a hint, and no fingerprint.
    pub fn id(&self) -> u32 {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.seal.type_byte()])
            .chain_update(self.key.as_bytes())
            .finalize();
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
    }

    /// The signature line of this key over a checkpoint, with the time that `signature` covers.
    pub fn cosignature_line(&self, time: u64, signature: &[u8; 64]) -> SignatureLine {
        let bytes = [&time.to_be_bytes()[..], signature].concat();
        SignatureLine { name: self.name.clone(), key_id: self.id(), bytes }
    }

    /// Whether `bytes` are this key's signature of `text`, and at what time, where the signature has one.
    pub(super) fn verify(&self, text: &str, bytes: &[u8]) -> Option<Option<u64>> {
        match self.seal {
            Seal::Text => self.is_signed_by(text.as_bytes(), bytes).then_some(None),
            Seal::Cosignature => {
                let (time, signature) = bytes.split_first_chunk()?;
                let time = u64::from_be_bytes(*time);
                let in_range = i64::try_from(time).is_ok();
                (in_range && self.is_signed_by(cosigned_text(time, text).as_bytes(), signature))
                    .then_some(Some(time))
            }
        }
    }

    /// Whether `signature` is this key's over `bytes`. Strict: one signature for one message and key.
    pub fn is_signed_by(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.seal.type_byte()], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Malformed("a verifier key is NAME+ID+KEY"));
        };
        let bytes = STANDARD.decode(key).map_err(|_| Malformed("the key is not base64"))?;
        let (seal, public) = match bytes.split_first() {
            Some((1, public)) => (Seal::Text, public),
            Some((4, public)) => (Seal::Cosignature, public),
            _ => return Err(Malformed("only Ed25519 keys are known, of the types 1 and 4")),
        };
        let public = public.try_into().map_err(|_| Malformed("an Ed25519 key has 32 bytes"))?;
        let key = VerifierKey::new(name, seal, public)?;
        if id != format!("{:08x}", key.id()) {
            return Err(Malformed("the id does not belong to the key"));
        }
        Ok(key)
    }
}
