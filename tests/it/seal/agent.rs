//! Signing by an ssh-agent: a real one, and others that answer what none should.

use super::{key_file, key_pair, there};
use attestor::audit::note::{Judged, Seal, VerifierKey};
use attestor::audit::signer::Signer;
use attestor::audit::sshsig::{CHECKPOINT, signer};
use attestor::error::{Error, Kind, Result};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

const TEXT: &str = "example.com/audit\n1\n4agYmKRxcy9Qj2+JFNQFMcUSD7cBCeW/lbYX2nP7JgI=\n";

/// An ssh-agent that ends with its test.
struct RealAgent {
    process: Child,
    socket: PathBuf,
}

impl RealAgent {
    fn start(folder: &Path) -> Option<RealAgent> {
        if !there("ssh-agent") || !there("ssh-add") {
            return None;
        }
        let socket = folder.join("agent");
        let mut agent = Command::new("ssh-agent");
        let agent = agent.args(["-D", "-a", socket.to_str().unwrap()]).stdout(Stdio::piped()).spawn();
        let mut process = agent.unwrap();
        // It tells its socket once it listens.
        let mut told = [0; 1];
        std::io::Read::read_exact(process.stdout.as_mut().unwrap(), &mut told).unwrap();
        Some(RealAgent { process, socket })
    }

    fn add(&self, key: &Path) {
        let added = Command::new("ssh-add")
            .args(["-q", key.to_str().unwrap()])
            .env("SSH_AUTH_SOCK", &self.socket)
            .stderr(Stdio::null())
            .status();
        assert!(added.unwrap().success());
    }

    async fn find(&self, named: Option<&str>) -> Result<Signer> {
        Signer::find(named, Some(&self.socket), |_| panic!("an agent asks by itself")).await
    }
}

impl Drop for RealAgent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn an_agent_signs_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let Some(agent) = RealAgent::start(folder.path()) else { return };
    assert_eq!(agent.find(None).await.unwrap_err().kind(), Kind::NotFound, "it has no key yet");
    let one = key_file(folder.path(), 1);
    agent.add(&one);
    let found = agent.find(None).await.unwrap();
    let public = key_pair(1).public_key().key_data().ed25519().unwrap().0;
    assert_eq!(*found.public(), public);
    let made = found.checkpoint("example.com/audit", TEXT, 1_700_000_000).await.unwrap();
    let trusted = [VerifierKey::new("example.com/audit", Seal::Cosignature, &public).unwrap()];
    assert_eq!(made.note.judge(&trusted), Judged::Signed(&trusted[0], Some(1_700_000_000)));
    assert_eq!(signer(&made.ssh, CHECKPOINT, TEXT.as_bytes()), Ok(public));

    let two = key_file(folder.path(), 2);
    agent.add(&two);
    let several = agent.find(None).await.unwrap_err();
    assert!(
        several.kind() == Kind::Usage && several.hint_text().unwrap().matches("ssh-ed25519 ").count() == 2
    );
    let by_file = agent.find(two.with_extension("pub").to_str()).await.unwrap();
    let text = key_pair(2).public_key().to_openssh().unwrap();
    assert_eq!(agent.find(Some(&text)).await.unwrap().public(), by_file.public());
    let three = key_pair(3).public_key().to_openssh().unwrap();
    assert_eq!(
        agent.find(Some(&three)).await.unwrap_err().kind(),
        Kind::NotFound,
        "it does not have that key"
    );
}

fn framed(payload: &[u8]) -> Vec<u8> {
    [&u32::try_from(payload.len()).unwrap().to_be_bytes()[..], payload].concat()
}

/// What the answers are to "which keys", and to "sign".
async fn said_to(keys: Vec<u8>, signature: Vec<u8>) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let listener = UnixListener::bind(&socket).unwrap();
    let serving = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u32().await.unwrap();
            let mut request = vec![0; length as usize];
            stream.read_exact(&mut request).await.unwrap();
            let answer = if request[0] == 11 { &keys } else { &signature };
            let _ = stream.write_all(answer).await;
        }
    });
    let made = async {
        let found = Signer::find(None, Some(&socket), |_| panic!("nobody is asked")).await?;
        found.checkpoint("example.com/audit", TEXT, 1).await
    };
    let error = made.await.unwrap_err();
    serving.abort();
    error
}

#[tokio::test]
async fn what_no_agent_should_answer_is_an_error() {
    let public = key_pair(1).public_key().key_data().ed25519().unwrap().0;
    let blob = [framed(b"ssh-ed25519"), framed(&public)].concat();
    let keys = framed(&[&[12, 0, 0, 0, 1][..], &framed(&blob), &framed(b"comment")].concat());
    let signature = |algorithm: &[u8], bytes: &[u8]| {
        let inner = [framed(algorithm), framed(bytes)].concat();
        framed(&[&[14][..], &framed(&inner)].concat())
    };
    for (signature, expected) in [
        (signature(b"ssh-ed25519", &[0; 64]), "does not hold"),
        (signature(b"ssh-rsa", &[0; 64]), "none"),
        (signature(b"ssh-ed25519", &[0; 63]), "none"),
        (framed(&[14]), "none"),
        (framed(&[14, 255, 255, 255, 255]), "none"),
        (framed(&[5]), "refused"),
        (framed(&[99]), "none"),
        (vec![0; 4], "cannot be asked"),
        (vec![255; 4], "cannot be asked"),
        (vec![0, 0, 0, 9, 14], "cannot be asked"),
        (Vec::new(), "cannot be asked"),
    ] {
        let error = said_to(keys.clone(), signature.clone()).await.to_string();
        assert!(error.contains(expected), "{signature:?}: {error}");
    }
    for keys in [framed(&[12, 0, 0, 0, 9]), framed(&[12]), framed(&[14, 0, 0, 0, 0])] {
        let error = said_to(keys.clone(), Vec::new()).await.to_string();
        assert!(error.contains("none"), "{keys:?}: {error}");
    }
    let other = [framed(b"ssh-rsa"), framed(&public)].concat();
    let keys = framed(&[&[12, 0, 0, 0, 1][..], &framed(&other), &framed(b"")].concat());
    assert!(said_to(keys, Vec::new()).await.to_string().contains("no Ed25519 key"));
    let missing = Signer::find(None, Some(Path::new("/nowhere/agent")), |_| panic!()).await.unwrap_err();
    assert!(missing.to_string().contains("cannot be asked"), "{missing}");
    assert_eq!(Signer::find(None, None, |_| panic!()).await.unwrap_err().kind(), Kind::Configuration);
}
