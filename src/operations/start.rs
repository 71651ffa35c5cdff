//! Work, recorded as a run: one of an identity at a time, alive by its lease, ended whatever happens.
//!
//! The run is begun and ended by a [`Change`] each, with `<flow>.started` and `<flow>.completed` in the
//! chain. In between it renews its lease: a process that is killed renews nothing, and whoever comes next
//! completes its run as failed. A panic ends the run, not the process.

mod ending;
mod lease;

use super::check::Check;
use super::report::VerificationReport;
use super::run::{Flow, Identity, Outcome};
use super::store::{self, Beginning, Entries};
use crate::chain::change::Change;
use crate::chain::entry::NewEntry;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, RunId};
use crate::jobs::JobContext;
use chrono::Utc;
use futures::FutureExt;
use lease::Keeper;
use serde_json::{Map, Value, json};
use std::future::Future;
use std::panic::AssertUnwindSafe;

pub use super::store::Found;
pub use lease::LEASE;

/// How often a place that a dead run holds is cleared before somebody else is quicker once too often.
const ROUNDS_MAX: u32 = 5;

/// What is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    identity: Identity,
    label: Option<String>,
    without_record: WithoutRecord,
    entries: Entries,
}

impl Asked {
    /// A run of this identity, which is refused to a login that may not record it.
    pub fn new(identity: Identity) -> Self {
        Asked { identity, label: None, without_record: WithoutRecord::Refused, entries: Entries::Written }
    }

    /// What people call it, such as the name of a file; it tells no run from another.
    #[must_use]
    pub fn called(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Neither its beginning nor its end is an entry of the chain: what it does is one itself, or nobody
    /// asked for it. It is recorded all the same.
    #[must_use]
    pub fn without_entries(mut self) -> Self {
        self.entries = Entries::None;
        self
    }

    /// A login that may not record it does it all the same; its report is the caller's to keep.
    #[must_use]
    pub fn recorded_or_not(mut self) -> Self {
        self.without_record = WithoutRecord::Works;
        self
    }
}

/// Whether work is done that the login may not record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WithoutRecord {
    Works,
    Refused,
}

/// What work came to.
#[derive(Debug)]
pub struct Finished<T> {
    value: T,
    outcome: Outcome,
    counts: Vec<(&'static str, u64)>,
    facts: Map<String, Value>,
    checks: Option<Vec<Check>>,
}

impl<T> Finished<T> {
    /// All that was asked is done; `value` is handed back to who asked.
    pub fn new(value: T) -> Self {
        Finished { value, outcome: Outcome::Succeeded, counts: Vec::new(), facts: Map::new(), checks: None }
    }

    /// How it came out, where that is not success.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// How many of what: for the run, and for its last entry.
    #[must_use]
    pub fn counts(mut self, counts: impl IntoIterator<Item = (&'static str, u64)>) -> Self {
        self.counts.extend(counts);
        self
    }

    /// What the last entry says beside ids and counts: a word or a hash.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// What was checked; the run carries it as its report.
    #[must_use]
    pub fn checks(mut self, checks: Vec<Check>) -> Self {
        self.checks = Some(checks);
        self
    }
}

/// What came of asking.
#[derive(Debug)]
pub enum Started<T> {
    /// It was run.
    Done(Done<T>),
    /// A run of this identity is under way already; nothing was done.
    Active(Found),
}

/// A run that was made.
#[derive(Debug)]
pub struct Done<T> {
    /// What the work gave.
    pub value: T,
    /// What was checked.
    pub report: Option<Box<VerificationReport>>,
    /// The run, or why there is none that says so.
    pub record: Result<RunId>,
}

/// Runs `work` as the run that was asked for, unless one of its identity is active.
///
/// The context that the work is given is cancelled with `job`, and when the run was taken for dead.
///
/// # Errors
/// Those of the work, once they are recorded; [`Kind::Failed`] where it panicked. Where the run cannot be
/// begun, the reason: a missing right only without [`Asked::recorded_or_not`].
pub async fn start<T, F, Fut>(db: &Db, asked: &Asked, job: &JobContext, work: F) -> Result<Started<T>>
where
    F: FnOnce(JobContext) -> Fut,
    Fut: Future<Output = Result<Finished<T>>>,
{
    let identity = &asked.identity;
    let run = match begin(db, asked).await {
        Ok(Begun::Run(run)) => Ok(run),
        Ok(Begun::Active(found)) => return Ok(Started::Active(found)),
        Err(error) if asked.without_record == WithoutRecord::Works && may_go_on(&error) => Err(error),
        Err(error) => return Err(error),
    };
    let context = job.child();
    let keeper = run.as_ref().ok().map(|run| Keeper::keep(db.clone(), *run, context.clone()));
    let worked = AssertUnwindSafe(work(context)).catch_unwind().await;
    drop(keeper);
    let worked = worked.unwrap_or_else(|_| {
        let what = format!("{} stopped on a bug in attestor", identity.flow.name);
        Err(Error::new(Kind::Failed, what)
            .hint("nothing that was not committed is kept; the log has the details"))
    });
    match run {
        Ok(run) => ending::end(db, asked, run, worked, job).await.map(Started::Done),
        Err(why) => {
            let Finished { value, checks, .. } = worked?;
            let report =
                checks.map(|checks| Box::new(VerificationReport::of(identity, checks, Utc::now(), None)));
            Ok(Started::Done(Done { value, report, record: Err(why) }))
        }
    }
}

/// Completes the runs of `flow` whose lease is past, so that they are seen as what they are. Gives how many.
///
/// # Errors
/// Where they cannot be read. One that somebody else completes at the same time, or that the login may
/// not complete, is left.
pub async fn bury(db: &Db, flow: Flow) -> Result<usize> {
    let mut buried = 0;
    for (run, entries) in store::lost(db, flow.name).await? {
        buried += usize::from(ending::bury(db, flow, run, entries).await.unwrap_or(false));
    }
    Ok(buried)
}

enum Begun {
    Run(RunId),
    Active(Found),
}

/// Begins a run, or finds the one that is active. A dead one is completed first.
async fn begin(db: &Db, asked: &Asked) -> Result<Begun> {
    for _ in 0..ROUNDS_MAX {
        let found = match begin_or_find(db, asked).await? {
            Begun::Active(found) if found.lost => found,
            begun => return Ok(begun),
        };
        ending::bury(db, asked.identity.flow, found.id, found.entries).await?;
    }
    Err(Error::new(Kind::Conflict, "others begin and lose this run again and again").hint("try again later"))
}

async fn begin_or_find(db: &Db, asked: &Asked) -> Result<Begun> {
    let hash = asked.identity.hash();
    let key = DeedKey::fresh();
    let label = asked.label.as_deref();
    let beginning = Beginning::of(&asked.identity, &hash, label, asked.entries, key, LEASE);
    let run = match asked.entries {
        Entries::None => store::insert_quietly(db, beginning).await?,
        Entries::Written => {
            let begin = |change| begin_with_entry(change, asked.identity.flow, beginning.clone());
            settled(db, key, begin).await?
        }
    };
    if let Some(run) = run {
        return Ok(Begun::Run(run));
    }
    match store::active(db, &hash).await? {
        // Our own, where the answer to its commit was lost.
        Some(found) if found.deed_key == Some(key) => Ok(Begun::Run(found.id)),
        Some(found) => Ok(Begun::Active(found)),
        // It ended between the two looks.
        None => Err(Error::new(Kind::Conflict, "such a run ended just now").hint("try again")),
    }
}

async fn begin_with_entry(mut change: Change, flow: Flow, beginning: Beginning<'_>) -> Result<Option<RunId>> {
    let hash = beginning.hash;
    let Some(run) = store::insert(&mut change, beginning).await? else { return Ok(None) };
    let mut fields = Map::new();
    fields.insert("run_id".into(), json!(run));
    fields.insert("identity".into(), json!(hash));
    change.commit(NewEntry::new(flow.category, flow.started, fields)).await?;
    Ok(Some(run))
}

/// Whether work can be done without being recorded: the login may not write, or there is nowhere to.
fn may_go_on(error: &Error) -> bool {
    matches!(error.kind(), Kind::Denied | Kind::Configuration)
}
