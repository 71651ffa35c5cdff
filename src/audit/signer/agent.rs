//! The ssh-agent, asked over its socket (draft-ietf-sshm-ssh-agent): which keys it has, and to sign.
//!
//! An agent signs whatever bytes it is handed for a plain Ed25519 key, so that cosignatures, which are
//! no SSH signatures, come from it too. Keys on security tokens are not taken: these sign a form of
//! their own.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
const ED25519: &[u8] = b"ssh-ed25519";

/// Bytes of an answer, as OpenSSH bounds them.
const ANSWER_MAX: u32 = 256 << 10;
/// How long the agent may think about its keys.
const LIST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a person may take to allow a signature, where the key was added with `ssh-add -c`.
const SIGN_TIMEOUT: Duration = Duration::from_secs(120);

/// An ssh-agent.
#[derive(Debug, Clone)]
pub struct Agent {
    socket: PathBuf,
}

impl Agent {
    /// The agent behind a socket, which is SSH_AUTH_SOCK as a rule.
    pub fn at(socket: &Path) -> Self {
        Agent { socket: socket.to_owned() }
    }

    /// Its Ed25519 keys.
    pub async fn keys(&self) -> Result<Vec<[u8; 32]>> {
        let answer = self.ask(&[REQUEST_IDENTITIES], IDENTITIES_ANSWER, LIST_TIMEOUT).await?;
        let mut rest = answer.as_slice();
        let garbled = || self.failed("gave an answer that is none");
        let count = number(&mut rest).ok_or_else(garbled)?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let blob = string(&mut rest).ok_or_else(garbled)?;
            string(&mut rest).ok_or_else(garbled)?;
            keys.extend(ed25519_key(blob));
        }
        Ok(keys)
    }

    /// The signature of `bytes` by one of its keys.
    pub async fn sign(&self, key: &[u8; 32], bytes: &[u8]) -> Result<[u8; 64]> {
        let mut blob = Vec::new();
        put(&mut blob, ED25519);
        put(&mut blob, key);
        let mut request = vec![SIGN_REQUEST];
        put(&mut request, &blob);
        put(&mut request, bytes);
        request.extend(0_u32.to_be_bytes());
        let answer = self.ask(&request, SIGN_RESPONSE, SIGN_TIMEOUT).await?;
        let signature = || {
            let mut signature = string(&mut answer.as_slice())?;
            let algorithm = string(&mut signature)?;
            let bytes = string(&mut signature)?;
            if algorithm == ED25519 { bytes.try_into().ok() } else { None }
        };
        signature().ok_or_else(|| self.failed("gave a signature that is none"))
    }

    /// Asks one question on a connection of its own; the answer without its type.
    async fn ask(&self, request: &[u8], expected: u8, timeout: Duration) -> Result<Vec<u8>> {
        let talk = async {
            let mut stream = UnixStream::connect(&self.socket).await?;
            let mut framed = Vec::new();
            put(&mut framed, request);
            stream.write_all(&framed).await?;
            let length = stream.read_u32().await?;
            if !(1..=ANSWER_MAX).contains(&length) {
                return Err(std::io::Error::other("the answer is too long, or empty"));
            }
            let mut answer = vec![0; length as usize];
            stream.read_exact(&mut answer).await?;
            Ok(answer)
        };
        let mut answer = match tokio::time::timeout(timeout, talk).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(e)) => return Err(self.failed("cannot be asked").because(e)),
            Err(_) => return Err(self.failed("does not answer")),
        };
        match answer.remove(0) {
            kind if kind == expected => Ok(answer),
            FAILURE => Err(self
                .failed("refused")
                .hint("is the agent locked, or was the signature not allowed? Look with ssh-add -l")),
            _ => Err(self.failed("gave an answer that is none")),
        }
    }

    fn failed(&self, what: &str) -> Error {
        let socket = self.socket.to_string_lossy();
        Error::new(Kind::Failed, format!("the ssh-agent at {} {what}", visible(&socket)))
    }
}

/// The key of a blob, where it is a plain Ed25519 one.
fn ed25519_key(mut blob: &[u8]) -> Option<[u8; 32]> {
    let algorithm = string(&mut blob)?;
    let key = string(&mut blob)?;
    if algorithm == ED25519 && blob.is_empty() { key.try_into().ok() } else { None }
}

/// Takes a number from the front.
fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_be_bytes(*number))
}

/// Takes bytes that are led by their length from the front.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)? as usize;
    let (string, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(string)
}

/// Appends bytes led by their length.
fn put(buffer: &mut Vec<u8>, bytes: &[u8]) {
    // Requests are a key and a few hundred bytes.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    buffer.extend(length.to_be_bytes());
    buffer.extend_from_slice(bytes);
}
