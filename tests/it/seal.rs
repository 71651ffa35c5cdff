//! What seals the chain: the Merkle tree, signed notes, SSH signatures, checkpoints and proofs.

mod merkle;
mod note;

use flate2::read::GzDecoder;
use std::io::Read;
use std::path::{Path, PathBuf};

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
