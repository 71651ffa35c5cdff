//! The deeds about tests, as the console and the command line ask for them.
//!
//! Each is one [`Change`]: the tests are locked, the pure rules of [`decision`](super::decision) decide,
//! the rows are written and the entry is committed with them. All of a deed happens, or nothing. Where the
//! connection is lost the deed is asked for again by its key, under the locks, so it is never done twice.

mod thresholds;

pub use super::decision::{Conflict, Refusal, Rules, Target, What, Why};
pub use thresholds::{SetThresholds, preview, set_thresholds};

use super::decision::{self, NotDecided};
use super::record;
use super::store::{decisions, settings, tests};
use super::test::Test;
use crate::chain::change::Change;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq, TestId};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// The most tests that are decided on at once.
pub const TARGETS_MAX: usize = 10_000;
/// How many tests a [`Done`] hands back.
const ROWS_MAX: usize = 1_000;

/// A decision about one test or many.
#[derive(Debug, Clone, PartialEq)]
pub struct Decide {
    /// The tests; all of them, or none.
    pub targets: Vec<Target>,
    /// What is decided.
    pub what: What,
    /// Whether the rules have to ask for it.
    pub rules: Rules,
    /// The filter that chose the tests, as text for the record.
    pub filter: Option<String>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
    /// The time of deciding.
    pub now: DateTime<Utc>,
}

/// What became of a deed.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is in the database and in the chain.
    Done(Done),
    /// Somebody was faster on these; nothing was written.
    Conflict(Vec<Conflict>),
    /// It cannot be, or the rules do not ask for it, on these; nothing was written.
    Refused(Vec<Refusal>),
}

/// A deed that is done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Done {
    /// Its entry in the chain.
    pub seq: EntrySeq,
    /// How many tests it concerns.
    pub count: usize,
    /// The tests as they are now; the first 1,000, where they are more.
    pub rows: Vec<Test>,
    /// Whether this call did it, or an earlier one with the same key.
    pub done: When,
}

/// Whether a deed was done by this call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// By this call.
    Now,
    /// By an earlier call with the same key; nothing was written this time.
    Before,
}

/// Quarantines tests, lets them leave quarantine, or dismisses the suggestion of it.
///
/// # Errors
/// `NotFound` where a test does not exist; `Usage` for no targets, too many, an end that is past or too
/// far away, or a key that another deed has used; `Denied` where the login may not (it takes an operator):
/// nothing is written then.
pub async fn decide(db: &Db, deed: &Decide) -> Result<Outcome> {
    let targets = sorted(&deed.targets)?;
    settled(db, deed.key, |change| decide_once(change, deed, &targets)).await
}

/// What the deed `key` has done; nothing where it was never done. For who holds a key and no longer knows
/// the targets, as a filter that was asked again.
pub async fn done(db: &Db, key: DeedKey) -> Result<Option<Done>> {
    let Some(before) = decisions::done(db, key).await? else { return Ok(None) };
    if before.deed.is_none() {
        return Err(used_otherwise(key, before.seq));
    }
    let rows = tests::find(db, &before.tests[..before.tests.len().min(ROWS_MAX)]).await?;
    Ok(Some(Done { seq: before.seq, count: before.tests.len(), rows, done: When::Before }))
}

async fn decide_once(mut change: Change, deed: &Decide, targets: &[Target]) -> Result<Outcome> {
    let ids: Vec<TestId> = targets.iter().map(|target| target.test).collect();
    let shown = &ids[..ids.len().min(ROWS_MAX)];
    let locked = decisions::lock(&mut change, &ids).await?;
    // Asked under the locks: a commit whose answer was lost may still be on its way, and holds them.
    if let Some(before) = decisions::done_before(&mut change).await? {
        if before.deed.as_deref() != Some(deed.what.word()) || before.tests != ids {
            return Err(used_otherwise(deed.key, before.seq));
        }
        let rows = tests::changed(&mut change, shown).await?;
        return Ok(Outcome::Done(Done { seq: before.seq, count: ids.len(), rows, done: When::Before }));
    }
    // After the look for the key: a deed that was done in time stays done.
    deed.what.check(deed.now)?;
    let thresholds = settings::held(&mut change).await?;
    let (mut steps, mut conflicts, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    for (test, target) in locked.iter().zip(targets) {
        match decision::decide(test, target.version, &deed.what, deed.rules, thresholds) {
            Ok(step) => steps.push(step),
            Err(NotDecided::Conflict(conflict)) => conflicts.push(conflict),
            Err(NotDecided::Refused(refusal)) => refusals.push(refusal),
        }
    }
    if !conflicts.is_empty() {
        return Ok(Outcome::Conflict(conflicts));
    }
    if !refusals.is_empty() {
        return Ok(Outcome::Refused(refusals));
    }
    let written = decisions::write(&mut change, &deed.what, &steps, deed.now).await?;
    let entry = record::decision(&locked, &steps, &written, deed);
    // Read before the commit: a failure after it must not look as if nothing had happened.
    let rows = tests::changed(&mut change, shown).await?;
    let seq = change.commit(entry).await?;
    Ok(Outcome::Done(Done { seq, count: ids.len(), rows, done: When::Now }))
}

pub(super) fn used_otherwise(key: DeedKey, seq: EntrySeq) -> Error {
    Error::new(Kind::Usage, format!("the key {key} was used for another deed (entry {seq})"))
        .hint("leave the key out, or use a fresh UUID for each deed")
}

/// The targets in the order of their ids, each once.
fn sorted(targets: &[Target]) -> Result<Vec<Target>> {
    let mut sorted = targets.to_vec();
    sorted.sort_by_key(|target| target.test);
    sorted.dedup();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].test == pair[1].test) {
        let what = format!("test #{} is named twice, with different versions", pair[0].test);
        return Err(Error::new(Kind::Usage, what));
    }
    match sorted.len() {
        0 => Err(Error::new(Kind::Usage, "no test is named")),
        count if count > TARGETS_MAX => {
            let what = format!("{count} tests at once; at most {TARGETS_MAX} can be decided on");
            Err(Error::new(Kind::Usage, what).hint("narrow the filter, and decide in several steps"))
        }
        _ => Ok(sorted),
    }
}
