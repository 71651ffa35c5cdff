//! Pinning a checkpoint: what is found right on this side, so that the chain can't go behind it.

use super::gather::{found, own_name};
use crate::audit::evidence::judge;
use crate::audit::merkle::{consistency_path, consistent};
use crate::audit::place::Published;
use crate::audit::store::tree::{self, Source};
use crate::audit::trust::{Disbelief, Signed, Standing, TrustFolder};
use crate::chain::hash::Digest;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::Result;

/// How it went.
#[derive(Debug, PartialEq, Eq)]
pub enum Pinned {
    /// It is pinned now.
    Now(Box<Signed>),
    /// It, or one that covers more, was pinned already.
    Already(Box<Signed>),
    /// Nobody who is trusted signed it, or it is no checkpoint of this chain.
    Unbelieved(Disbelief),
    /// It has the size of the pinned one and another root; both are kept.
    Fork(Box<Signed>),
    /// The chain did not grow from the pinned one to it.
    Inconsistent(Box<Signed>),
}

/// Pins a checkpoint for the chain `origin`. From what is pinned already it has to have grown, which is
/// proved with the entries of `db`; without a database only a first one can be pinned.
pub async fn pin(
    db: Option<&Db>,
    folder: &TrustFolder,
    origin: &str,
    published: &Published,
) -> Result<Pinned> {
    let trust = folder.read(origin)?;
    let signed = match judge(&trust, published) {
        Ok(believed) => believed.signed,
        Err(why) => return Ok(Pinned::Unbelieved(why)),
    };
    match (trust.standing(&signed), trust.pinned) {
        (Standing::Fork, Some(pinned)) => {
            folder.keep_fork(origin, [&pinned, &signed].into_iter())?;
            return Ok(Pinned::Fork(Box::new(signed)));
        }
        (Standing::Same | Standing::Behind, Some(pinned)) => return Ok(Pinned::Already(Box::new(pinned))),
        (Standing::Ahead, Some(pinned)) => {
            let proved = match db {
                Some(db) => grew(&mut db.snapshot().await?, &pinned, (signed.size, &signed.root)).await?,
                None => false,
            };
            if !proved {
                return Ok(Pinned::Inconsistent(Box::new(signed)));
            }
        }
        _ => {}
    }
    // Judged again where nobody else can change it: another may have pinned more in the meantime.
    let advanced = folder.change(origin, |trust| Ok(trust.advance(signed.clone())))?;
    let signed = Box::new(signed);
    Ok(if advanced { Pinned::Now(signed) } else { Pinned::Already(signed) })
}

/// Whether the tree that was signed grew to that of `size` entries under `root`, proved with the hashes
/// of the entries. Where those come from does not matter: a proof that holds, holds.
pub(super) async fn grew(
    snapshot: &mut Snapshot,
    old: &Signed,
    (size, root): (u64, &Digest),
) -> Result<bool> {
    let Ok(path) = consistency_path(old.size, size) else { return Ok(false) };
    for source in [Source::Cache, Source::Entries] {
        let hashes = tree::hashes(snapshot, &path, source).await?;
        if hashes.is_some_and(|hashes| consistent((old.size, &old.root), (size, root), &hashes).is_ok()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The largest checkpoint of the database's chain that somebody trusted signed, as it was found.
pub async fn newest(
    db: &Db,
    folder: &TrustFolder,
    places: &[std::path::PathBuf],
) -> Result<Option<Published>> {
    let mut snapshot = db.snapshot().await?;
    let trust = folder.read(&own_name(&mut snapshot).await?)?;
    let found = found(&mut snapshot, places).await?;
    let believed = found.into_iter().filter_map(|one| judge(&trust, &one).ok().map(|b| (b.signed.size, one)));
    Ok(believed.max_by_key(|(size, _)| *size).map(|(_, one)| one))
}
