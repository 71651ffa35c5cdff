//! Who signs: a key of an ssh-agent, which never leaves it, or a key file.

mod agent;
mod keyfile;

pub use agent::Agent;

use super::note::{Malformed, Seal, VerifierKey, cosigned_text};
use super::sshsig;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use ed25519_dalek::Signer as _;
use std::path::Path;

/// A key that can sign.
pub struct Signer {
    public: [u8; 32],
    holder: Holder,
}

enum Holder {
    Agent(Agent),
    Here(Box<ed25519_dalek::SigningKey>),
}

/// Shows the public key alone.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", ssh_text(&self.public))
    }
}

/// A checkpoint as it is published: the note, and the SSH signature of the note's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// The note, with its cosignature.
    pub note: super::note::Note,
    /// The detached signature of the note's text, which `ssh-keygen -Y verify` judges.
    pub ssh: String,
}

impl Signer {
    /// The key that `named` names: a key file; a file with a public key, or the text of one, whose
    /// private half is in the agent; without a name the only Ed25519 key of the agent.
    ///
    /// `ask` is asked for the passphrase of a key file that has one.
    pub async fn find(
        named: Option<&str>,
        agent: Option<&Path>,
        ask: impl FnOnce(&str) -> Result<String> + Send,
    ) -> Result<Signer> {
        let wanted = match named {
            None => None,
            Some(named) => match keyfile::read(named, ask)? {
                keyfile::Found::Private(key) => {
                    let public = key.verifying_key().to_bytes();
                    return Ok(Signer { public, holder: Holder::Here(key) });
                }
                keyfile::Found::Public(public) => Some(public),
            },
        };
        let Some(socket) = agent else {
            return Err(Error::new(Kind::Configuration, "there is no key to sign with")
                .hint("start an ssh-agent and add an Ed25519 key to it, or name a key file with --key"));
        };
        let agent = Agent::at(socket);
        let keys = agent.keys().await?;
        let public = match (wanted, keys.as_slice()) {
            (Some(wanted), keys) if keys.contains(&wanted) => wanted,
            (Some(_), _) => {
                return Err(Error::new(Kind::NotFound, "the ssh-agent does not have this key")
                    .hint("ssh-add it, or name the private key file"));
            }
            (None, [only]) => *only,
            (None, []) => {
                return Err(Error::new(Kind::NotFound, "the ssh-agent has no Ed25519 key")
                    .hint("ssh-keygen -t ed25519, then ssh-add"));
            }
            (None, several) => {
                let list: Vec<String> = several.iter().map(|key| format!("  {}", ssh_text(key))).collect();
                let hint = format!("name the one to use with --key:\n{}", list.join("\n"));
                return Err(Error::new(Kind::Usage, "the ssh-agent has several Ed25519 keys").hint(hint));
            }
        };
        Ok(Signer { public, holder: Holder::Agent(agent) })
    }

    /// The public key.
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// The key that judges its cosignatures, under a name.
    pub fn verifier(&self, name: &str) -> Result<VerifierKey> {
        VerifierKey::new(name, Seal::Cosignature, &self.public).map_err(malformed)
    }

    /// Signs the text of a checkpoint, at a time in seconds since 1970; judged before it is handed out.
    pub async fn checkpoint(&self, origin: &str, text: &str, time: u64) -> Result<Signatures> {
        let verifier = self.verifier(origin)?;
        let signature = self.sign(cosigned_text(time, text).as_bytes()).await?;
        let note = super::note::Note::new(text.to_owned()).map_err(malformed)?;
        let note = note.signed(verifier.cosignature_line(time, &signature));
        let ssh = self.detached(sshsig::CHECKPOINT, text.as_bytes()).await?;
        Ok(Signatures { note, ssh })
    }

    /// The detached SSH signature of a message.
    pub async fn detached(&self, namespace: &str, message: &[u8]) -> Result<String> {
        let bytes = sshsig::signed_bytes(namespace, message).map_err(malformed)?;
        let signature = self.sign(&bytes).await?;
        sshsig::armored(&self.public, namespace, &signature).map_err(malformed)
    }

    /// Signs bytes. What an agent answers is judged: it is another program.
    async fn sign(&self, bytes: &[u8]) -> Result<[u8; 64]> {
        let signature = match &self.holder {
            Holder::Here(key) => key.sign(bytes).to_bytes(),
            Holder::Agent(agent) => agent.sign(&self.public, bytes).await?,
        };
        if !self.verifier("self")?.is_signed_by(bytes, &signature) {
            return Err(Error::new(
                Kind::Failed,
                "the ssh-agent answered with a signature that does not hold",
            ));
        }
        Ok(signature)
    }
}

/// A public key as OpenSSH writes it.
pub fn ssh_text(public: &[u8; 32]) -> String {
    let data = ssh_key::public::KeyData::Ed25519(ssh_key::public::Ed25519PublicKey(*public));
    ssh_key::PublicKey::new(data, "").to_openssh().unwrap_or_default()
}

/// Reads an Ed25519 public key as OpenSSH writes it; a comment behind it is passed over.
pub fn ssh_public(text: &str) -> Result<[u8; 32], Malformed> {
    let key = ssh_key::PublicKey::from_openssh(text.trim())
        .map_err(|_| Malformed("this is no public key as OpenSSH writes them"))?;
    key.key_data().ed25519().map(|key| key.0).ok_or(Malformed("only Ed25519 keys are taken"))
}

fn malformed(error: Malformed) -> Error {
    Error::new(Kind::Failed, visible(&error.to_string()).into_owned())
}
