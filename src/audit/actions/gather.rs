//! What is known of a chain's checkpoints: pinned here, kept in the database, published elsewhere.

use crate::audit::evidence::{Evidence, weigh};
use crate::audit::place::{Published, published};
use crate::audit::store::{checkpoints, ground};
use crate::audit::trust::{Trust, TrustFolder};
use crate::audit::verify::report::{Report, Scope, Verdict};
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use std::path::PathBuf;

/// What is known of a chain.
#[derive(Debug, Clone)]
pub struct Known {
    /// What is trusted about it.
    pub trust: Trust,
    /// What the checkpoints come to.
    pub evidence: Evidence,
}

impl Known {
    /// Pins the largest checkpoint that the chain was held against, where nothing at all was wrong; `false`
    /// where nothing was to be pinned. All of the chain was read for the report, so that nothing else is to
    /// be proved.
    pub fn pin(&self, report: &Report, folder: &TrustFolder) -> Result<bool> {
        let whole = report.verdict() == Verdict::Verified && report.scope == Scope::Full;
        let Some(anchored) = report.anchored.as_ref().filter(|_| whole) else { return Ok(false) };
        let held = self.evidence.believed.iter().find(|believed| believed.signed.size == anchored.size);
        match (held, &self.trust.pinned) {
            (Some(held), pinned) if pinned.as_ref().is_none_or(|pin| pin.size < held.signed.size) => {
                folder.change(&self.trust.origin, |trust| Ok(trust.advance(held.signed.clone())))
            }
            _ => Ok(false),
        }
    }
}

/// Gathers the checkpoints of a chain, and weighs them by the keys that are trusted for it.
///
/// `origin` is the chain that it has to be, where the person names it; else the one that the database
/// names. Where two signed checkpoints contradict each other, both are kept on this side, as evidence.
pub async fn gather(
    db: &Db,
    folder: &TrustFolder,
    origin: Option<&str>,
    places: &[PathBuf],
) -> Result<Option<Known>> {
    let mut snapshot = db.snapshot().await?;
    let origin = match origin {
        Some(origin) => origin.to_owned(),
        None => match name(&mut snapshot).await? {
            Some(name) => name,
            None => return Ok(None),
        },
    };
    let trust = folder.read(&origin)?;
    let evidence = weigh(&trust, &found(&mut snapshot, places).await?);
    if !evidence.forks.is_empty() {
        folder.keep_fork(&origin, evidence.forks.iter())?;
    }
    Ok(Some(Known { trust, evidence }))
}

/// The chain's name, as the database tells it.
pub(super) async fn name(snapshot: &mut Snapshot) -> Result<Option<String>> {
    let said = if ground::has_name(snapshot).await? { ground::name(snapshot).await? } else { None };
    Ok(said.map(|(name, _)| name))
}

/// The same, where nothing can be done without.
pub(in crate::audit) async fn own_name(snapshot: &mut Snapshot) -> Result<String> {
    name(snapshot).await?.ok_or_else(|| {
        Error::new(Kind::Configuration, "the database does not name its chain").hint("attestor migrate")
    })
}

/// Checkpoints from everywhere, not judged. A database of before their time has none.
pub(super) async fn found(snapshot: &mut Snapshot, places: &[PathBuf]) -> Result<Vec<Published>> {
    let mut found = Vec::new();
    for place in places {
        found.extend(published(place)?);
    }
    found.extend(checkpoints::newest(snapshot).await?);
    Ok(found)
}
