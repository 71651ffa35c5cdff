//! Sealing the chain: a checkpoint over it, signed, kept and published.
//!
//! The order matters. The entry that says "checkpoint" is appended first, and its own checkpoint covers
//! it. What came since the last signed checkpoint is read again and recomputed, and that the tree only
//! grew is proved; only then is anything signed. What is signed is kept before it is published, so that
//! a crash in between leaves a checkpoint that the next try publishes, and never one that nobody kept.

use super::gather::{found, own_name};
use super::pin::grew;
use super::reread::{other_root, reread, trusted_tree};
use crate::audit::evidence::{Believed, Evidence, weigh};
use crate::audit::note::Checkpoint;
use crate::audit::place::publish;
use crate::audit::signer::Signer;
use crate::audit::store::tree;
use crate::audit::store::{checkpoints, rows};
use crate::audit::trust::{Signed, TrustFolder};
use crate::audit::verify::verdict::{Break, Kind as Broken};
use crate::chain::bookkeeping::Bookkeeping;
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::hash::Digest;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use crate::jobs::JobContext;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, json};
use std::path::PathBuf;

/// How far the clock of the database may run before that of the machine that signs.
const CLOCKS_APART_MAX: TimeDelta = TimeDelta::minutes(5);

/// What is wanted.
pub struct Request<'a> {
    /// Who signs.
    pub signer: &'a Signer,
    /// The key of the deed.
    pub key: DeedKey,
    /// Where the checkpoint is published, outside of the database.
    pub places: &'a [PathBuf],
    /// Where what is trusted is kept.
    pub folder: &'a TrustFolder,
    /// The time that is signed.
    pub now: DateTime<Utc>,
}

/// How it went.
#[derive(Debug)]
pub enum Outcome {
    /// The chain is sealed.
    Sealed(Box<Sealed>),
    /// Nothing was signed: the chain is broken, or contradicts what was signed before.
    Refused(Vec<Break>),
}

/// A chain that is sealed.
#[derive(Debug)]
pub struct Sealed {
    /// The checkpoint.
    pub believed: Believed,
    /// Whether it was signed now, or was there and was only published again.
    pub is_new: bool,
    /// Entries that were read again and recomputed for it.
    pub reread: u64,
    /// Its notes, where they were published.
    pub published: Vec<PathBuf>,
}

/// Seals the chain as it stands. Asked for again, after whatever interruption, it goes on from where it
/// was: an entry that was appended is not appended twice, a checkpoint that covers all is published again.
pub async fn seal(db: &Db, request: &Request<'_>, job: &JobContext) -> Result<Outcome> {
    if request.places.is_empty() {
        return Err(Error::new(
            Kind::Usage,
            "a checkpoint is kept in at least one place outside the database",
        )
        .hint("name a folder, such as a git checkout: --to DIR, or checkpoints = [\"DIR\"] in [audit]"));
    }
    let mut snapshot = db.snapshot().await?;
    let origin = own_name(&mut snapshot).await?;
    let verifier = request.signer.verifier(&origin)?;
    // Who signs believes the own key.
    let mut trust = request.folder.read(&origin)?;
    trust.add(verifier.clone())?;
    let evidence = weigh(&trust, &found(&mut snapshot, request.places).await?);
    if let Some(refused) = contradicted(&mut snapshot, &evidence, request.folder, &origin).await? {
        return Ok(Outcome::Refused(refused));
    }
    let head = rows::ends(&mut snapshot).await?.last.unwrap_or(0);
    let base = evidence.newest();
    if let Some(base) = base.filter(|base| i64::try_from(base.signed.size) == Ok(head) && base.ssh.is_some())
    {
        let base = base.clone();
        if trusted_tree(&mut snapshot, &base.signed).await?.is_none() {
            return Ok(Outcome::Refused(vec![other_root(&base.signed)]));
        }
        if let Some(refused) =
            ungrown(db, [trust.pinned.as_ref()], (base.signed.size, &base.signed.root)).await?
        {
            return Ok(Outcome::Refused(vec![refused]));
        }
        return keep(db, request, base, Origin::There, 0).await;
    }
    let seq = match checkpoints::begun(&mut snapshot, &verifier.to_string()).await? {
        Some(seq) => EntrySeq(seq),
        None => append(db, request, &verifier.to_string(), base.map(|base| &base.signed)).await?,
    };
    // The entry is in from here on; it is seen by a snapshot that is taken after it.
    let mut snapshot = db.snapshot().await?;
    let read = match reread(&mut snapshot, &origin, base.map(|base| &base.signed), seq, job).await? {
        Ok(read) => read,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };
    tree::keep(Bookkeeping::of(db)?, &read.tiles).await?;
    let size = u64::try_from(seq.0).unwrap_or(0);
    let earlier = [base.map(|base| &base.signed), trust.pinned.as_ref()];
    if let Some(refused) = ungrown(db, earlier, (size, &read.root)).await? {
        return Ok(Outcome::Refused(vec![refused]));
    }
    // The time that is signed bounds the times of the entries below it.
    if read.newest.is_some_and(|newest| newest > request.now + CLOCKS_APART_MAX) {
        return Err(Error::new(
            Kind::Failed,
            "the newest entry is of a time that this machine's clock has not reached",
        )
        .hint("set the clocks of this machine and of the database's"));
    }
    let text =
        Checkpoint { origin: origin.clone(), size, root: read.root, extensions: Vec::new() }.to_string();
    let time = u64::try_from(request.now.timestamp())
        .map_err(|_| Error::new(Kind::Failed, "the clock of this machine stands before 1970"))?;
    let signatures = request.signer.checkpoint(&origin, &text, time).await?;
    let signed = trust
        .judge(signatures.note.to_string().as_bytes())
        .map_err(|why| Error::new(Kind::Failed, format!("what was signed cannot be believed: {why}")))?;
    keep(db, request, Believed { signed, ssh: Some(signatures.ssh) }, Origin::New, read.entries).await
}

/// Whether a checkpoint was signed now.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    New,
    There,
}

/// Keeps a checkpoint in the database, pins it, and then publishes it.
async fn keep(
    db: &Db,
    request: &Request<'_>,
    believed: Believed,
    origin: Origin,
    reread: u64,
) -> Result<Outcome> {
    let signed = &believed.signed;
    let ssh = believed.ssh.clone().unwrap_or_default();
    checkpoints::keep(Bookkeeping::of(db)?, signed, &ssh).await?;
    let verifier = signed.key.clone();
    request.folder.change(verifier.name(), |trust| {
        trust.add(verifier.clone())?;
        Ok(trust.advance(signed.clone()))
    })?;
    let mut published = Vec::new();
    for place in request.places {
        published.push(publish(place, signed.size, &signed.root, &signed.note, &ssh)?);
    }
    Ok(Outcome::Sealed(Box::new(Sealed { believed, is_new: origin == Origin::New, reread, published })))
}

/// What speaks against signing anything: forks, bad signatures, a chain that is shorter than it was.
async fn contradicted(
    snapshot: &mut Snapshot,
    evidence: &Evidence,
    folder: &TrustFolder,
    origin: &str,
) -> Result<Option<Vec<Break>>> {
    if !evidence.forks.is_empty() {
        folder.keep_fork(origin, evidence.forks.iter())?;
    }
    let mut breaks = evidence.breaks.clone();
    let last = rows::ends(snapshot).await?.last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0);
    if let Some(newest) = evidence.newest().filter(|newest| newest.signed.size > last) {
        let why = "the chain was longer when this checkpoint was signed";
        breaks.push(Break::within((last + 1, newest.signed.size), Broken::Rollback, why));
    }
    Ok((!breaks.is_empty()).then_some(breaks))
}

/// The first of `earlier` from which the tree of that size and root did not grow.
async fn ungrown(
    db: &Db,
    earlier: impl IntoIterator<Item = Option<&Signed>>,
    now: (u64, &Digest),
) -> Result<Option<Break>> {
    for earlier in earlier.into_iter().flatten() {
        if !grew(&mut db.snapshot().await?, earlier, now).await? {
            let why = "the chain did not grow from what was signed before";
            return Ok(Some(Break::within((1, earlier.size), Broken::RootMismatch, why)));
        }
    }
    Ok(None)
}

/// Appends the entry that says "checkpoint".
async fn append(db: &Db, request: &Request<'_>, key: &str, base: Option<&Signed>) -> Result<EntrySeq> {
    let payload = json!({
        "key": key,
        "previous_size": base.map(|base| base.size),
        "previous_root": base.map(|base| crate::audit::note::root_text(&base.root)),
    });
    let payload: Map<_, _> = payload.as_object().cloned().unwrap_or_default();
    settled(db, request.key, async |change: Change| {
        if let Some(seq) = crate::chain::append::entry_by_key(db, request.key).await? {
            return Ok(seq);
        }
        change.commit(NewEntry::new(Category::Checkpoint, "checkpoint", payload.clone())).await
    })
    .await
}
