//! SSH signatures: ours to `ssh-keygen`, its to us, and what neither takes.

use super::{key_file, key_pair, ssh_keygen, there};
use attestor::audit::signer::Signer;
use attestor::audit::sshsig::{CHECKPOINT, EXPORT, signer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;

async fn of_seed(folder: &Path, seed: u8) -> Signer {
    let file = key_file(folder, seed);
    Signer::find(file.to_str(), None, |_| panic!("it has no passphrase")).await.unwrap()
}

fn public(seed: u8) -> [u8; 32] {
    key_pair(seed).public_key().key_data().ed25519().unwrap().0
}

#[tokio::test]
async fn a_signature_holds_for_its_message_and_namespace() {
    let folder = tempfile::tempdir().unwrap();
    let text = of_seed(folder.path(), 1).await.detached(CHECKPOINT, b"message").await.unwrap();
    assert_eq!(signer(&text, CHECKPOINT, b"message"), Ok(public(1)));
    assert!(signer(&text, EXPORT, b"message").is_err(), "another namespace");
    assert!(signer(&text, CHECKPOINT, b"massage").is_err(), "another message");
    assert!(signer(&text, CHECKPOINT, b"").is_err());
    for wrong in
        ["", "-----BEGIN SSH SIGNATURE-----\n", &text[1..], &text[..text.len() / 2], &text.repeat(20)]
    {
        assert!(signer(wrong, CHECKPOINT, b"message").is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn no_bit_of_a_signature_may_differ() {
    let folder = tempfile::tempdir().unwrap();
    let text = of_seed(folder.path(), 1).await.detached(CHECKPOINT, b"message").await.unwrap();
    let inner: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = STANDARD.decode(inner).unwrap();
    let armored = |bytes: &[u8]| {
        let base64 = STANDARD.encode(bytes);
        let lines: Vec<&str> =
            base64.as_bytes().chunks(70).map(|l| std::str::from_utf8(l).unwrap()).collect();
        format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
    };
    assert_eq!(signer(&armored(&bytes), CHECKPOINT, b"message"), Ok(public(1)), "put together again");
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut bytes = bytes.clone();
            bytes[at] ^= bit;
            assert!(signer(&armored(&bytes), CHECKPOINT, b"message").is_err(), "byte {at}, bit {bit}");
        }
    }
    assert!(
        signer(&armored(&[&bytes[..], b"x"].concat()), CHECKPOINT, b"message").is_err(),
        "more behind it"
    );
}

#[tokio::test]
async fn ssh_keygen_takes_ours() {
    if !there("ssh-keygen") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let text = of_seed(folder.path(), 1).await.detached(CHECKPOINT, b"message").await.unwrap();
    std::fs::write(path("m.sig"), text).unwrap();
    std::fs::write(path("m"), "message").unwrap();
    std::fs::write(path("other"), "massage").unwrap();
    let public = key_pair(1).public_key().to_openssh().unwrap();
    std::fs::write(path("signers"), format!("example.com/audit {public}\n")).unwrap();
    let verify = |namespace: &str, file: &str| {
        let (signers, signature) = (path("signers"), path("m.sig"));
        let arguments =
            ["-Y", "verify", "-f", &signers, "-I", "example.com/audit", "-n", namespace, "-s", &signature];
        ssh_keygen(&arguments, Path::new(&path(file))).0
    };
    assert!(verify(CHECKPOINT, "m"));
    assert!(!verify(EXPORT, "m"));
    assert!(!verify(CHECKPOINT, "other"));
}

#[test]
fn we_take_those_of_ssh_keygen() {
    if !there("ssh-keygen") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let key = key_file(folder.path(), 1);
    let message = folder.path().join("m");
    std::fs::write(&message, "message").unwrap();
    for hash in ["hashalg=sha512", "hashalg=sha256"] {
        for (namespace, holds) in [(CHECKPOINT, true), (EXPORT, false), ("file", false)] {
            let arguments = ["-Y", "sign", "-f", key.to_str().unwrap(), "-n", namespace, "-O", hash];
            let (signed, text) = ssh_keygen(&arguments, &message);
            assert!(signed, "{text}");
            let judged = signer(&text, CHECKPOINT, b"message");
            assert_eq!(judged.is_ok(), holds, "{namespace} {hash} {judged:?}");
        }
    }
}
