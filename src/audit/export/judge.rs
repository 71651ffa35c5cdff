//! An export judged by its files alone: what is in them, and who vouches for it.

use super::check::{Checked, Checker};
use super::manifest::{Covering, Manifest, SCHEMA};
use super::name::Files;
use crate::audit::kept::{get, shown};
use crate::audit::line::{BYTES_MAX, Line};
use crate::audit::proof::{self, Proof, Unproved};
use crate::audit::sshsig;
use crate::audit::trust::Trust;
use crate::audit::verify::verdict::{Anchored, Break, Breaks, Field, Kind as Broken};
use crate::chain::hash::Digest;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The most bytes of a manifest and of a signature.
const SMALL_BYTES_MAX: u64 = 1 << 20;

/// What an export comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The verdict in a word, as for a chain.
    pub verdict: &'static str,
    /// How many entries there are.
    pub entries: u64,
    /// The first break.
    pub first_break: Option<Break>,
    /// How many breaks there are.
    pub breaks: u64,
    /// What is wrong with the files around the entries.
    pub flaws: Vec<String>,
    /// The trusted checkpoint that covers the entries.
    pub anchored: Option<Anchored>,
    /// Whether a trusted key signed the manifest; none where nobody did.
    pub signed: Option<bool>,
    /// The SHA-256 of the entries' file.
    pub sha256: String,
    /// The chain.
    pub chain_id: String,
}

impl Judged {
    /// Whether anything is wrong.
    pub fn found_something(&self) -> bool {
        self.breaks > 0 || !self.flaws.is_empty()
    }
}

/// Judges the export whose entries stand at `lines`, by the keys that `trust` finds for a chain.
pub fn judge(lines: &Path, trust: impl FnOnce(&str) -> Result<Trust>) -> Result<Judged> {
    let files = Files::beside(lines);
    let manifest_bytes = get(&files.manifest, SMALL_BYTES_MAX)?;
    let manifest: Option<Manifest> =
        manifest_bytes.as_deref().map(|bytes| manifest(&files, bytes)).transpose()?;
    let read = read(lines, manifest.as_ref().map(|manifest| manifest.chain_id.as_str()))?;
    let mut flaws = Vec::new();
    match &manifest {
        Some(manifest) => flaws.extend(read.differences(manifest)),
        None => flaws.push(format!("there is no manifest {}", shown(&files.manifest))),
    }
    flaws.extend(digest_flaw(&files, &read.sha256)?);

    let trust = trust(&read.chain_id)?;
    let mut breaks = read.breaks.clone();
    let anchored =
        match (get(&files.proof, proof::BYTES_MAX)?, manifest.as_ref().and_then(|m| m.checkpoint.as_ref())) {
            (Some(bytes), covering) => anchor(&bytes, covering, &read, &trust, &mut breaks, &mut flaws),
            (None, Some(_)) => {
                flaws.push(format!(
                    "the manifest names a checkpoint, and there is no {}",
                    shown(&files.proof)
                ));
                None
            }
            (None, None) => None,
        };
    let signed = match (get(&files.signature, SMALL_BYTES_MAX)?, &manifest_bytes) {
        (Some(signature), Some(manifest)) => Some(is_signed(&signature, manifest, &trust, &mut flaws)),
        _ => None,
    };
    let count = breaks.count();
    let first_break = breaks.first_ones().into_iter().next();
    Ok(Judged {
        verdict: match &first_break {
            Some(first) => first.kind.word(),
            None if read.entries == 0 => "EMPTY",
            None => "VERIFIED",
        },
        entries: read.entries,
        first_break,
        breaks: count,
        flaws,
        anchored,
        signed,
        sha256: read.sha256,
        chain_id: visible(&read.chain_id).into_owned(),
    })
}

fn manifest(files: &Files, bytes: &[u8]) -> Result<Manifest> {
    let wrong = |what: String| {
        Error::new(Kind::UnreadableInput, format!("{} is no manifest: {what}", shown(&files.manifest)))
    };
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    if manifest.schema != SCHEMA {
        return Err(wrong(format!("its schema is {}", visible(&manifest.schema))));
    }
    Ok(manifest)
}

/// What was read of the entries.
struct Entries {
    chain_id: String,
    entries: u64,
    first: Option<Line>,
    last: Option<Line>,
    breaks: Breaks,
    sha256: String,
}

fn read(path: &Path, chain_id: Option<&str>) -> Result<Entries> {
    let cannot = |error: io::Error| {
        Error::new(Kind::UnreadableInput, format!("{} cannot be read", shown(path))).because(error)
    };
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(cannot)?);
    let (mut hash, mut buffer, mut number) = (Sha256::new(), Vec::new(), 0u64);
    let mut checker = chain_id.map(Checker::of_chain);
    let mut chain_id = chain_id.map(str::to_owned);
    let (mut first, mut last) = (None, None);
    loop {
        buffer.clear();
        let limit = BYTES_MAX as u64 + 1;
        if (&mut file).take(limit).read_until(b'\n', &mut buffer).map_err(cannot)? == 0 {
            break;
        }
        number += 1;
        hash.update(&buffer);
        let wrong = |what: String| {
            Error::new(Kind::UnreadableInput, format!("{}, line {number}: {what}", shown(path)))
                .hint("the file was changed or cut; take it from where it was first put")
        };
        let Some(text) = buffer.strip_suffix(b"\n") else {
            let long = buffer.len() > BYTES_MAX;
            return Err(wrong(if long { "it is too long" } else { "it has no end" }.to_owned()));
        };
        let line = Line::read(text).map_err(|error| wrong(format!("no entry: {error}")))?;
        chain_id.get_or_insert_with(|| line.chain_id.clone());
        checker.get_or_insert_with(|| Checker::of_chain(&line.chain_id)).take(&line);
        if first.is_none() {
            first = Some(line.clone());
        }
        last = Some(line);
    }
    let mut checked = checker.map(Checker::finish);
    if let (Some(checked), Some(1)) = (&mut checked, first.as_ref().map(|first| first.seq)) {
        checked.begin();
    }
    Ok(Entries {
        chain_id: chain_id.unwrap_or_default(),
        entries: checked.as_ref().map_or(0, Checked::entries),
        breaks: checked.map(|checked| checked.found().clone()).unwrap_or_default(),
        first,
        last,
        sha256: Digest(hash.finalize().into()).to_string(),
    })
}

impl Entries {
    /// Where the manifest says something else than the file.
    fn differences(&self, manifest: &Manifest) -> Vec<String> {
        let (first, last) = (self.first.as_ref(), self.last.as_ref());
        let holds = [
            ("sha256", manifest.sha256 == self.sha256),
            ("entries", manifest.entries == self.entries),
            ("first_seq", manifest.first_seq == first.map(|line| line.seq)),
            ("last_seq", manifest.last_seq == last.map(|line| line.seq)),
            ("first_prev_hash", manifest.first_prev_hash.as_ref() == first.map(|line| &line.prev_hash)),
            ("last_entry_hash", manifest.last_entry_hash.as_ref() == last.map(|line| &line.entry_hash)),
        ];
        let differs = holds.iter().filter(|(_, holds)| !holds);
        let mut flaws: Vec<String> =
            differs.map(|(name, _)| format!("the manifest says another {name} than the file")).collect();
        if let Some(period) = &manifest.period {
            let outside = |line: &&Line| line.occurred_at < period.from || line.occurred_at >= period.to;
            if first.into_iter().chain(last).any(|line| outside(&line)) {
                flaws.push("entries are outside of the manifest's period".to_owned());
            }
        }
        flaws
    }
}

fn digest_flaw(files: &Files, sha256: &str) -> Result<Option<String>> {
    let Some(bytes) = get(&files.digest, SMALL_BYTES_MAX)? else { return Ok(None) };
    let said = String::from_utf8_lossy(&bytes);
    let is_same = said.split_whitespace().next() == Some(sha256);
    Ok((!is_same).then(|| format!("{} says another digest", shown(&files.digest))))
}

/// The checkpoint that vouches for the entries, where a trusted key signed it.
fn anchor(
    bytes: &[u8],
    covering: Option<&Covering>,
    read: &Entries,
    trust: &Trust,
    breaks: &mut Breaks,
    flaws: &mut Vec<String>,
) -> Option<Anchored> {
    let proof = match Proof::parse(bytes) {
        Ok(proof) => proof,
        Err(why) => {
            flaws.push(format!("the proof: {why}"));
            return None;
        }
    };
    if read.last.as_ref() != Some(&proof.entry) {
        let why = "the proof is of another entry than the last one";
        breaks.push(Break { field: Some(Field::Entry), ..Break::nowhere(Broken::RootMismatch, why) });
        return None;
    }
    if covering.is_some_and(|said| said.size != proof.tree_size || said.root != proof.root) {
        flaws.push("the manifest says another checkpoint than the proof".to_owned());
    }
    match proof.verify(trust) {
        Ok(signed) => {
            let covered = u64::try_from(proof.entry.seq).unwrap_or(0);
            let key = visible(&signed.key.to_string()).into_owned();
            Some(Anchored {
                size: signed.size,
                key,
                time: signed.time,
                tail: covered.saturating_sub(signed.size),
            })
        }
        // Nobody who is trusted vouches: nothing is wrong with the entries, and nothing is proved by it.
        Err(Unproved::Unbelieved(why)) => {
            flaws.push(format!("the checkpoint: {why}"));
            None
        }
        Err(Unproved::Broken(kind, why)) => {
            breaks.push(Break::nowhere(kind, why));
            None
        }
        Err(Unproved::Malformed(why)) => {
            flaws.push(format!("the proof: {}", visible(&why)));
            None
        }
    }
}

fn is_signed(signature: &[u8], manifest: &[u8], trust: &Trust, flaws: &mut Vec<String>) -> bool {
    let text = String::from_utf8_lossy(signature);
    match sshsig::signer(&text, sshsig::EXPORT, manifest) {
        Ok(key) if trust.keys.iter().any(|trusted| *trusted.public() == key) => true,
        Ok(_) => {
            flaws.push("the manifest is signed by a key that is not trusted".to_owned());
            false
        }
        Err(why) => {
            flaws.push(format!("the signature of the manifest: {}", why.0));
            false
        }
    }
}
