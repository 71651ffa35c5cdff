//! Proving that an entry is in the chain, by the newest checkpoint that covers it.

use super::gather::{found, own_name};
use crate::audit::evidence::weigh;
use crate::audit::line::Line;
use crate::audit::merkle::inclusion_path;
use crate::audit::note::{Checkpoint, Note};
use crate::audit::place::Published;
use crate::audit::proof::{Proof, Unproved};
use crate::audit::store::rows;
use crate::audit::store::tree::{self, Source};
use crate::audit::trust::TrustFolder;
use crate::audit::verify::usual::Usual;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use std::path::PathBuf;

/// The proof of the entry at `seq`; or why the chain as it stands gives none.
///
/// Checkpoints that a trusted key signed come first. Without one, the proof is made for the newest that
/// there is: whoever receives it judges by the keys that they trust.
pub async fn prove(
    db: &Db,
    folder: &TrustFolder,
    places: &[PathBuf],
    seq: EntrySeq,
) -> Result<Result<Proof, Unproved>> {
    let mut snapshot = db.snapshot().await?;
    let origin = own_name(&mut snapshot).await?;
    let mut line = None;
    rows::each(&mut snapshot, &Usual::of(&origin), seq.0..=seq.0, |row| line = Some(Line::of(row))).await?;
    let line = match line {
        None => return Err(Error::new(Kind::NotFound, format!("there is no entry {seq}"))),
        Some(None) => {
            let what = "the entry has columns that no entry can have".to_owned();
            return Ok(Err(Unproved::Broken(crate::audit::verify::verdict::Kind::MetadataMismatch, what)));
        }
        Some(Some(line)) => line,
    };
    let index = u64::try_from(seq.0 - 1).map_err(|_| Error::new(Kind::Usage, "entries count from 1"))?;
    let found = found(&mut snapshot, places).await?;
    let evidence = weigh(&folder.read(&origin)?, &found);
    let trusted = evidence.believed.iter().rev().map(|b| (b.signed.note.clone(), b.ssh.clone()));
    let any = found.iter().filter_map(unjudged);
    let covering = trusted
        .chain(any)
        .filter_map(|(note, ssh)| Checkpoint::of(&note).ok().map(|checkpoint| (checkpoint, note, ssh)))
        .find(|(checkpoint, ..)| checkpoint.origin == origin && index < checkpoint.size);
    let Some((checkpoint, note, ssh)) = covering else {
        return Err(Error::new(Kind::NotFound, format!("no checkpoint covers the entry {seq} yet"))
            .hint("attestor audit checkpoint"));
    };
    let path =
        inclusion_path(index, checkpoint.size).map_err(|flaw| Error::new(Kind::Usage, flaw.to_string()))?;
    let mut unproved = None;
    for source in [Source::Cache, Source::Entries] {
        let Some(hashes) = tree::hashes(&mut snapshot, &path, source).await? else { continue };
        let proof = Proof::new(line.clone(), &checkpoint, &hashes, &note, ssh.clone());
        match proof.check() {
            Ok(()) => return Ok(Ok(proof)),
            Err(why) => unproved = Some(why),
        }
    }
    Ok(Err(unproved.unwrap_or_else(|| {
        let what = "entries that the checkpoint covers are missing".to_owned();
        Unproved::Broken(crate::audit::verify::verdict::Kind::RootMismatch, what)
    })))
}

fn unjudged(published: &Published) -> Option<(Note, Option<String>)> {
    Note::parse(&published.note).ok().map(|note| (note, published.ssh.clone()))
}
