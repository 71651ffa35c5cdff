//! The deeds of drift: what is observed, decided, not counted, and put off. Each is one [`Change`] with its
//! entry, and is done once under its key.

mod decide;
mod ignoring;
mod loading;

use super::observation::Observation;
use super::store::decisions;
use super::store::known::known;
use super::store::results;
use super::store::settle::{self, Settled};
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use crate::jobs::JobContext;
use chrono::Utc;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub use decide::{Accept, Set, To, accept, set};
pub use ignoring::{EndIgnore, IgnoreDeed, Snooze, end_ignore, ignore, snooze};
pub use loading::{Loaded, load_policies};

/// Repositories that an entry names; it counts the others.
const NAMED_MAX: usize = 200;
/// Fields that an entry names of one repository.
const FIELDS_NAMED_MAX: usize = 15;
/// Bytes of a field's path that an entry tells: all of it stays well below the 1 MiB of a payload.
const PATH_BYTES_MAX: usize = 100;

/// Observations that were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// How each repository stands, in the order of their numbers.
    pub settled: Vec<Settled>,
    /// The entry.
    pub entry: EntrySeq,
}

/// Writes what was observed, all of it in one transaction with one entry.
///
/// # Errors
/// [`Kind::Denied`] where the login may not; [`Kind::Incomplete`] where the job was cancelled.
pub async fn write_observed(
    db: &Db,
    observations: &[Observation],
    file: &str,
    sha256: &str,
    job: &JobContext,
) -> Result<Written> {
    let key = DeedKey::fresh();
    settled(db, key, |change| once(change, observations, file, sha256, job)).await
}

async fn once(
    mut change: Change,
    observations: &[Observation],
    file: &str,
    sha256: &str,
    job: &JobContext,
) -> Result<Written> {
    may(&mut change, "take in what was observed").await?;
    let known = known(&mut change).await?;
    let by_repo: BTreeMap<&str, &Observation> =
        observations.iter().map(|seen| (seen.repo.as_str(), seen)).collect();
    let names: Vec<String> = by_repo.keys().map(|name| (*name).to_owned()).collect();
    let stored = settle::lock(&mut change, &names).await?;
    let now = Utc::now();
    // Done before, where its answer was lost: told again, and rolled back.
    let done = decisions::entry_of(&mut change).await?;
    let mut written = Vec::with_capacity(stored.len());
    let total = stored.len() as u64;
    for one in stored {
        job.check_cancelled()?;
        job.report("comparing", written.len() as u64, Some(total));
        let observation = by_repo.get(one.repo.as_str()).copied().filter(|_| done.is_none());
        let settled = settle::settle(&mut change, one, observation, &known, now).await?;
        if !settled.outdated {
            results::record(&mut change, &settled.check(None)).await?;
        }
        written.push(settled);
    }
    if let Some(entry) = done {
        return Ok(Written { settled: written, entry });
    }
    let mut payload = told(&written);
    payload.insert("file".into(), json!(crate::text::visible(file)));
    payload.insert("sha256".into(), json!(sha256));
    let one = if let [one] = written.as_slice() { Some(one.repo.clone()) } else { None };
    let entry = NewEntry::new(Category::Drift, "drift_observed", payload).about(one.as_deref(), None);
    let entry = change.commit(entry).await?;
    Ok(Written { settled: written, entry })
}

/// What an entry says of repositories that were looked at.
pub fn told(settled: &[Settled]) -> Map<String, Value> {
    let count = |in_sync| settled.iter().filter(|one| one.in_sync == in_sync).count();
    let drifted = settled.iter().filter(|one| one.in_sync == Some(false));
    let named: Vec<Value> = drifted
        .take(NAMED_MAX)
        .map(|one| {
            let mut fields = one.diff.drift_fields();
            let count = fields.len();
            fields.truncate(FIELDS_NAMED_MAX);
            fields.iter_mut().for_each(|field| field.truncate(field.floor_char_boundary(PATH_BYTES_MAX)));
            json!({"repo": one.repo, "fields": fields, "count": count, "critical": one.critical()})
        })
        .collect();
    let mut payload = Map::new();
    payload.insert("repos".into(), json!(settled.len()));
    payload.insert("in_sync".into(), json!(count(Some(true))));
    payload.insert("drifted".into(), json!(count(Some(false))));
    payload.insert("unknown".into(), json!(count(None)));
    payload.insert("drift".into(), Value::Array(named));
    payload
}

/// Refuses who may not append entries about drift, before anything is written.
async fn may(change: &mut Change, deed: &str) -> Result<()> {
    let standing = decisions::rights(change).await?;
    if standing.may {
        return Ok(());
    }
    let what = format!("login \"{}\" may not {deed}", standing.login);
    let hint =
        format!("members of these roles may: {}; ask one of them, or an administrator", standing.roles);
    Err(Error::new(Kind::Denied, what).hint(hint))
}

/// How a deed ends that somebody else's came before.
fn changed_meanwhile(repo: &str) -> Error {
    Error::new(Kind::Conflict, format!("{} was changed meanwhile", crate::text::visible(repo)))
        .hint("look at it again, then decide")
}
