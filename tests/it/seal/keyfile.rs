//! Key files: who may read them, what they may hold, and passphrases.

use super::{key_file, there};
use attestor::audit::signer::Signer;
use attestor::error::{Error, Kind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

async fn found(named: &str) -> Result<Signer, Error> {
    Signer::find(Some(named), None, |_| panic!("nobody is asked")).await
}

async fn kind(named: &Path) -> Option<Kind> {
    found(named.to_str().unwrap()).await.err().map(|e| e.kind())
}

#[tokio::test]
async fn a_key_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_file(folder.path(), 1);
    assert_eq!(kind(&key).await, None);
    for mode in [0o640, 0o604, 0o644, 0o660, 0o610] {
        std::fs::set_permissions(&key, PermissionsExt::from_mode(mode)).unwrap();
        let error = found(key.to_str().unwrap()).await.unwrap_err();
        assert!(
            error.kind() == Kind::Configuration && error.hint_text().unwrap().contains("chmod 600"),
            "{mode:o}"
        );
    }
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o400)).unwrap();
    assert_eq!(kind(&key).await, None);
}

#[tokio::test]
async fn what_is_no_key_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    assert_eq!(kind(&path).await, Some(Kind::Configuration), "not there");
    assert_eq!(kind(folder.path()).await, Some(Kind::Configuration), "a folder");
    for text in ["", "hello", "ssh-rsa AAAA", "-----BEGIN OPENSSH PRIVATE KEY-----\n", &"x".repeat(100_000)] {
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(kind(&path).await, Some(Kind::Configuration), "{text:.20}");
    }
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_eq!(kind(&pipe).await, Some(Kind::Configuration), "a pipe is not waited for");
}

#[tokio::test]
async fn a_passphrase_is_asked_for() {
    if !there("ssh-keygen") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, kind: &str| {
        let path = folder.path().join(name);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", "open sesame", "-f", path.to_str().unwrap()])
            .status();
        assert!(made.unwrap().success());
        path
    };
    let key = make("locked", "ed25519");
    let open = Signer::find(key.to_str(), None, |file| {
        assert!(file.ends_with("/locked"));
        Ok("open sesame".to_owned())
    })
    .await
    .unwrap();
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    assert_eq!(attestor::audit::signer::ssh_public(&public), Ok(*open.public()));
    let wrong = Signer::find(key.to_str(), None, |_| Ok("sesame".to_owned())).await.unwrap_err();
    assert_eq!(wrong.kind(), Kind::Denied);
    let refused = Signer::find(key.to_str(), None, |_| Err(Error::new(Kind::Denied, "nobody to ask"))).await;
    assert_eq!(refused.unwrap_err().to_string(), "nobody to ask");
    let other = make("other", "ecdsa");
    let other = Signer::find(other.to_str(), None, |_| Ok("open sesame".to_owned())).await.unwrap_err();
    assert_eq!(other.kind(), Kind::Configuration, "not an Ed25519 key: {other}");
}
