//! What seals the chain: the Merkle tree, signed notes, SSH signatures, checkpoints and proofs.

mod agent;
mod bench;
mod checkpoint;
mod judged;
mod keyfile;
mod merkle;
mod note;
mod proof;
mod recorded;
mod script;
mod sealed_attacks;
mod sshsig;
mod trust;

use flate2::read::GzDecoder;
use ssh_key::{LineEnding, PrivateKey, private::Ed25519Keypair};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Published vectors, where the checkout lies beside them.
fn vectors() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let folder = std::env::var_os("ATTESTOR_TEST_DATA").map_or_else(beside, PathBuf::from).join("crypto");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

/// The files of a gzipped tar archive, by name.
fn unpacked(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    GzDecoder::new(std::fs::File::open(archive).unwrap()).read_to_end(&mut bytes).unwrap();
    let text = |field: &[u8]| String::from_utf8(field.split(|b| *b == 0).next().unwrap().to_vec()).unwrap();
    let mut files = Vec::new();
    let mut rest = bytes.as_slice();
    while rest.len() >= 512 && rest[0] != 0 {
        let (header, after) = rest.split_at(512);
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).unwrap();
        files.push((text(&header[..100]), after[..size].to_vec()));
        rest = &after[size.next_multiple_of(512).min(after.len())..];
    }
    files
}

/// Whether a program of OpenSSH, or Python, is here; said where it is not.
fn there(program: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()));
    if !found {
        eprintln!("skipped: {program} is missing");
    }
    found
}

/// A key pair of a seed.
fn key_pair(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

/// Writes a key file of a seed, as `ssh-keygen` would, with its public half beside it.
fn key_file(folder: &Path, seed: u8) -> PathBuf {
    let path = folder.join(format!("key{seed}"));
    let key = key_pair(seed);
    std::fs::write(&path, key.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(path.with_extension("pub"), key.public_key().to_openssh().unwrap() + "\n").unwrap();
    path
}

/// Runs `ssh-keygen` with `input`; whether it agreed, and what it printed.
fn ssh_keygen(arguments: &[&str], input: &Path) -> (bool, String) {
    let input = std::fs::File::open(input).unwrap();
    let done = Command::new("ssh-keygen").args(arguments).stdin(Stdio::from(input)).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
}
