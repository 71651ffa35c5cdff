//! Which tests a deed is for: named one by one, or chosen by a filter and confirmed.

use super::{Chosen, filter, usage};
use crate::cli::Global;
use crate::cli::confirm::confirm;
use crate::config::Session;
use crate::error::{Error, Kind, Result};
use crate::flaky::actions::{self, Done, Target};
use crate::flaky::store::{called, fields::FIELDS, tests};
use crate::ids::{DeedKey, Version};
use crate::text::counted;
use chrono::{DateTime, Utc};

/// The tests of a deed, and where it is done.
pub(super) struct Choice {
    pub(super) session: Session,
    pub(super) key: DeedKey,
    pub(super) targets: Vec<Target>,
    /// The filter that chose them, as it is recorded.
    pub(super) filter: Option<String>,
}

/// A deed that can be done, or was done before under its key.
pub(super) enum Begun {
    Choice(Box<Choice>),
    Done(Done),
}

/// Finds the tests that were named, or that the filter and `besides` let through. `besides` alone chooses
/// where `all` says that nothing has to be named.
pub(super) async fn choose(
    chosen: &Chosen,
    all: Option<&str>,
    besides: &str,
    global: &Global,
    now: DateTime<Utc>,
) -> Result<Begun> {
    let key = chosen.key.map_or_else(DeedKey::fresh, DeedKey);
    let text = chosen.filter.as_deref().or(all);
    let Some(text) = text else {
        if chosen.ids.is_empty() {
            return Err(usage("no test is named")
                .hint("name tests by number, by hash or by name, or choose them with --filter"));
        }
        let session = writable(global).await?;
        let mut ids = called::rows(&session.db, &chosen.ids).await?;
        ids.sort_unstable();
        if ids.len() > 1 && chosen.if_version.is_some() {
            return Err(usage("--if-version is for one test"));
        }
        let mut targets = tests::targets_by_ids(&session.db, &ids).await?;
        if let (Some(version), [target]) = (chosen.if_version, &mut *targets) {
            target.version = Version(version);
        }
        return Ok(Begun::Choice(Box::new(Choice { session, key, targets, filter: None })));
    };
    let parsed = filter(text)?.with_term(besides, &FIELDS)?;
    let session = writable(global).await?;
    // What was decided under this key may no longer be what the filter lets through.
    if chosen.key.is_some()
        && let Some(done) = actions::done(&session.db, key).await?
    {
        return Ok(Begun::Done(done));
    }
    let targets = tests::targets(&session.db, &parsed, now).await?;
    let filter = Some(parsed.to_string());
    Ok(Begun::Choice(Box::new(Choice { session, key, targets, filter })))
}

/// The database, where it may be written to.
pub(super) async fn writable(global: &Global) -> Result<Session> {
    let session = global.open().await?;
    if session.read_only {
        let what = format!("{} is read-only here; nothing was decided", session.name);
        return Err(Error::new(Kind::Denied, what)
            .hint("leave --read-only out, or choose a connection that may write"));
    }
    Ok(session)
}

/// Asks, where a filter chose the tests or there are many of them.
pub(super) async fn asked(choice: &Choice, global: &Global, verb: &str) -> Result<()> {
    const UNASKED_MAX: usize = 100;
    let count = choice.targets.len();
    if choice.filter.is_none() && count <= UNASKED_MAX {
        return Ok(());
    }
    confirm(global, &format!("{verb} {}", counted(count, "test")), count).await
}
