//! Which findings a deed is for: named one by one, or chosen by a filter and confirmed.

use super::{Chosen, filter, usage};
use crate::cli::Global;
use crate::cli::confirm::confirm;
use crate::config::Session;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, FindingId, Version};
use crate::triage::actions::{self, Decided};
use crate::triage::feedback::Target;
use crate::triage::store::{fields::FIELDS, findings};
use chrono::{DateTime, Utc};

/// The findings of a deed, and where it is done.
pub(super) struct Choice {
    pub(super) session: Session,
    pub(super) key: DeedKey,
    pub(super) targets: Vec<Target>,
}

/// A deed that can be done, or was done before under its key.
pub(super) enum Begun {
    Choice(Box<Choice>),
    Done(Decided),
}

/// Finds the findings that were named or that the filter, and `besides` it, lets through.
pub(super) async fn choose(
    chosen: &Chosen,
    global: &Global,
    besides: &str,
    now: DateTime<Utc>,
) -> Result<Begun> {
    let key = deed_key(chosen);
    let Some(text) = &chosen.filter else {
        let mut ids = chosen.ids.clone();
        ids.sort_unstable();
        ids.dedup();
        check_named(chosen, &ids)?;
        let session = writable(global).await?;
        let mut targets = findings::targets_by_ids(&session.db, &ids).await?;
        if let (Some(version), [target]) = (chosen.if_version, &mut *targets) {
            target.version = Version(version);
        }
        return Ok(Begun::Choice(Box::new(Choice { session, key, targets })));
    };
    let filter = filter(text)?.with_term(besides, &FIELDS)?;
    let session = writable(global).await?;
    // What was decided under this key may no longer be what the filter lets through.
    if chosen.key.is_some()
        && let Some(done) = actions::done(&session.db, key).await?
    {
        return Ok(Begun::Done(done));
    }
    let targets = findings::targets(&session.db, &filter, now).await?;
    Ok(Begun::Choice(Box::new(Choice { session, key, targets })))
}

fn check_named(chosen: &Chosen, ids: &[FindingId]) -> Result<()> {
    match ids.len() {
        0 => Err(usage("no finding is named").hint("name findings by number, or choose them with --filter")),
        1 => Ok(()),
        _ if chosen.if_version.is_some() => Err(usage("--if-version is for one finding")),
        _ => Ok(()),
    }
}

/// The database, where it may be written to.
pub(super) async fn writable(global: &Global) -> Result<Session> {
    let session = global.open().await?;
    if session.read_only {
        return Err(Error::new(
            Kind::Denied,
            format!("{} is read-only here; nothing was decided", session.name),
        )
        .hint("leave --read-only out, or choose a connection that may write"));
    }
    Ok(session)
}

pub(super) fn deed_key(chosen: &Chosen) -> DeedKey {
    chosen.key.map_or_else(DeedKey::fresh, DeedKey)
}

/// Asks, where a filter chose the findings or there are many of them.
pub(super) async fn asked(chosen: &Chosen, global: &Global, question: &str, count: usize) -> Result<()> {
    const UNASKED_MAX: usize = 100;
    if chosen.filter.is_none() && count <= UNASKED_MAX {
        return Ok(());
    }
    confirm(global, question, count).await
}
