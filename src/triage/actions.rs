//! The deeds of triage, as the console and the command line ask for them.
//!
//! Each is one [`Change`]: the rows are locked, what stands is read, the pure rules of
//! [`feedback`](super::feedback) decide, the rows are written and the entry is committed with them.
//! All of a deed happens, or nothing. Where the connection is lost the deed is asked for again by its
//! key, under the locks, so it is never done twice.

use super::feedback::{self, Comment, Conflict, Decision, NotTakenBack, Reason, Refusal};
use super::finding::{Finding, Verdict};
use super::store::feedbacks::{self, Locked, NewFeedback, NewRow};
use super::store::findings;
use super::record;
use crate::chain::change::Change;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq, FeedbackId, FindingId, Version};
use std::time::Duration;

/// The most findings that are decided at once.
pub const TARGETS_MAX: usize = 50_000;

/// A finding, as the person saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub finding: FindingId,
    /// The version that was on the screen.
    pub version: Version,
}

impl From<&Finding> for Target {
    fn from(finding: &Finding) -> Self {
        Target { finding: finding.id, version: finding.version }
    }
}

/// TP or FP on one finding or many, with one reason.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveFeedback {
    /// The findings; all are decided, or none.
    pub targets: Vec<Target>,
    /// What is decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The filter that chose the findings, as text for the record.
    pub filter: Option<String>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// The taking back of the verdict that stands, on one finding or many.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeBack {
    /// The findings, each with the feedback that the person means, where one was named; all or none.
    pub targets: Vec<(Target, Option<FeedbackId>)>,
    /// Why, if that was said.
    pub reason: Option<Reason>,
    /// The filter that chose the findings, as text for the record.
    pub filter: Option<String>,
    /// The deed.
    pub key: DeedKey,
}

/// Words about a finding. They decide nothing, so they never conflict.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveComment {
    /// Which.
    pub finding: FindingId,
    /// The words.
    pub comment: Comment,
    /// The deed.
    pub key: DeedKey,
}

/// What became of a deed.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is in the database and in the chain.
    Done(Decided),
    /// Somebody was faster on these; nothing was written.
    Conflict(Vec<Conflict>),
    /// Nothing can be taken back on these; nothing was written.
    Refused(Vec<Refusal>),
}

/// A deed that is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// Its entry in the chain.
    pub seq: EntrySeq,
    /// How many findings it concerns.
    pub count: usize,
    /// The findings as they are now; the first 1,000, where they are more.
    pub rows: Vec<Finding>,
    /// The feedback that was written, in the order of the findings' ids.
    pub feedback: Vec<FeedbackId>,
    /// Whether this call did it, or an earlier one with the same key.
    pub done: When,
}

/// Whether a deed was done by this call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// By this call.
    Now,
    /// By an earlier call with the same key; nothing was written this time.
    Before,
}

/// How many findings a [`Decided`] hands back.
const ROWS_MAX: usize = 1_000;

/// How often a deed is asked for again after a lost connection, with a doubling pause in between.
const TRIES_MAX: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Decides findings as TP or FP.
///
/// # Errors
/// `NotFound` where a finding does not exist, `Usage` for no targets, too many, or a key that another
/// deed has used, `Denied` where the login may not; nothing is written then.
pub async fn give_feedback(db: &Db, deed: &GiveFeedback) -> Result<Outcome> {
    let targets = sorted(&deed.targets, |t| *t)?;
    insisting(deed.key, || async {
        let (mut change, locked) = locked(db, deed.key, &targets).await?;
        if let Some(done) = done_before(&mut change, &targets, "verdict", Some(deed.verdict)).await? {
            return Ok(done);
        }
        let mut decisions = Vec::with_capacity(targets.len());
        let mut conflicts = Vec::new();
        for (row, target) in locked.iter().zip(&targets) {
            match feedback::apply(&row.standing, target.version, deed.verdict, &deed.reason) {
                Ok(decision) => decisions.push(decision),
                Err(conflict) => conflicts.push(conflict),
            }
        }
        if !conflicts.is_empty() {
            return Ok(Outcome::Conflict(conflicts));
        }
        let new = NewFeedback {
            kind: "verdict",
            comments: deed.reason.as_str(),
            rows: rows(&decisions, &targets, Some(deed.verdict)),
        };
        let said = feedbacks::insert(&mut change, &new).await?;
        let entry = record::verdict(&locked, &decisions, &said, deed);
        let sources = said.iter().map(|(_, feedback)| Some(*feedback));
        feedbacks::decide(&mut change, &decisions.into_iter().zip(sources).collect::<Vec<_>>()).await?;
        finish(change, entry, said).await
    })
    .await
}

/// Takes back the verdict that stands on findings; the one before it stands again, or none.
///
/// # Errors
/// As [`give_feedback`].
pub async fn take_back(db: &Db, deed: &TakeBack) -> Result<Outcome> {
    let named = sorted(&deed.targets, |t| t.0)?;
    let targets: Vec<Target> = named.iter().map(|(target, _)| *target).collect();
    insisting(deed.key, || async {
        let (mut change, locked) = locked(db, deed.key, &targets).await?;
        if let Some(done) = done_before(&mut change, &targets, "retraction", None).await? {
            return Ok(done);
        }
        let mut decisions = Vec::with_capacity(targets.len());
        let (mut conflicts, mut refusals) = (Vec::new(), Vec::new());
        for (row, (target, named)) in locked.iter().zip(&named) {
            match feedback::take_back(&row.standing, target.version, *named, deed.reason.as_ref()) {
                Ok(decision) => decisions.push(decision),
                Err(NotTakenBack::Conflict(conflict)) => conflicts.push(conflict),
                Err(NotTakenBack::Refused(refusal)) => refusals.push(refusal),
            }
        }
        if !conflicts.is_empty() {
            return Ok(Outcome::Conflict(conflicts));
        }
        if !refusals.is_empty() {
            return Ok(Outcome::Refused(refusals));
        }
        let new = NewFeedback {
            kind: "retraction",
            comments: deed.reason.as_ref().map_or("", Reason::as_str),
            rows: rows(&decisions, &targets, None),
        };
        let said = feedbacks::insert(&mut change, &new).await?;
        let entry = record::taking_back(&locked, &decisions, &said, deed);
        let decisions: Vec<_> = decisions.into_iter().map(|d| (d.falls_back_to, d)).map(|(f, d)| (d, f)).collect();
        feedbacks::decide(&mut change, &decisions).await?;
        finish(change, entry, said).await
    })
    .await
}

/// Keeps words about a finding.
///
/// # Errors
/// As [`give_feedback`].
pub async fn comment(db: &Db, deed: &GiveComment) -> Result<Outcome> {
    insisting(deed.key, || async {
        let mut change = Change::begin(db, deed.key).await?;
        let locked = feedbacks::lock(&mut change, &[deed.finding]).await?;
        let seen = locked.first().map_or(Version(1), |row| row.standing.version);
        let targets = [Target { finding: deed.finding, version: seen }];
        if let Some(done) = done_before(&mut change, &targets, "comment", None).await? {
            return Ok(done);
        }
        let row = NewRow { finding: deed.finding, verdict: None, retracts: None, seen: seen.0 };
        let new = NewFeedback { kind: "comment", comments: deed.comment.as_str(), rows: vec![row] };
        let said = feedbacks::insert(&mut change, &new).await?;
        let entry = record::comment(&locked, &said, deed);
        finish(change, entry, said).await
    })
    .await
}

/// Begins a change and locks the rows of `targets` in it.
async fn locked(db: &Db, key: DeedKey, targets: &[Target]) -> Result<(Change, Vec<Locked>)> {
    let mut change = Change::begin(db, key).await?;
    let ids: Vec<FindingId> = targets.iter().map(|t| t.finding).collect();
    let locked = feedbacks::lock(&mut change, &ids).await?;
    Ok((change, locked))
}

/// What the deed has done, where it was done before. Asked under the locks: a commit whose answer was
/// lost may still be on its way, and holds them until it is through.
async fn done_before(
    change: &mut Change,
    targets: &[Target],
    kind: &str,
    verdict: Option<Verdict>,
) -> Result<Option<Outcome>> {
    let key = change.key();
    let Some(done) = feedbacks::done_before(change, key).await? else { return Ok(None) };
    let same = done.kind == kind
        && done.verdict == verdict
        && done.rows.iter().map(|(finding, _)| *finding).eq(targets.iter().map(|t| t.finding));
    if !same {
        return Err(Error::new(Kind::Usage, format!("the key {key} was used for another deed (entry {})", done.seq))
            .hint("leave --key out, or use a fresh UUID for each deed"));
    }
    let rows = decided_rows(change, &done.rows).await?;
    let feedback: Vec<_> = done.rows.into_iter().map(|(_, feedback)| feedback).collect();
    Ok(Some(Outcome::Done(Decided { seq: done.seq, count: feedback.len(), rows, feedback, done: When::Before })))
}

/// Commits with the entry. The rows are read before: a failure after the commit must not look as if
/// nothing had happened.
async fn finish(
    mut change: Change,
    entry: crate::chain::entry::NewEntry,
    said: Vec<(FindingId, FeedbackId)>,
) -> Result<Outcome> {
    let rows = decided_rows(&mut change, &said).await?;
    let seq = change.commit(entry).await?;
    let feedback: Vec<_> = said.into_iter().map(|(_, feedback)| feedback).collect();
    Ok(Outcome::Done(Decided { seq, count: feedback.len(), rows, feedback, done: When::Now }))
}

async fn decided_rows(change: &mut Change, said: &[(FindingId, FeedbackId)]) -> Result<Vec<Finding>> {
    let ids: Vec<FindingId> = said.iter().take(ROWS_MAX).map(|(finding, _)| *finding).collect();
    findings::by_ids(change.connection(), &ids).await
}

fn rows(decisions: &[Decision], targets: &[Target], verdict: Option<Verdict>) -> Vec<NewRow> {
    let rows = decisions.iter().zip(targets).map(|(decision, target)| NewRow {
        finding: decision.finding,
        verdict,
        retracts: decision.retracts,
        seen: target.version.0,
    });
    rows.collect()
}

/// The targets in the order of their ids, each once.
fn sorted<T: Copy + PartialEq>(targets: &[T], of: impl Fn(&T) -> Target) -> Result<Vec<T>> {
    let mut sorted = targets.to_vec();
    sorted.sort_by_key(|t| of(t).finding);
    sorted.dedup();
    let twice = sorted.windows(2).find(|pair| of(&pair[0]).finding == of(&pair[1]).finding);
    match (sorted.len(), twice) {
        (0, _) => Err(Error::new(Kind::Usage, "no finding is named")),
        (count, _) if count > TARGETS_MAX => {
            Err(Error::new(Kind::Usage, format!("{count} findings at once; at most {TARGETS_MAX} can be decided"))
                .hint("narrow the filter, and decide in several steps"))
        }
        (_, Some(pair)) => {
            let id = of(&pair[0]).finding;
            Err(Error::new(Kind::Usage, format!("finding #{id} is named twice, with different versions")))
        }
        _ => Ok(sorted),
    }
}

/// Does `deed` again where the connection was lost on the way; it looks for its key first.
async fn insisting<F, Fut>(key: DeedKey, deed: F) -> Result<Outcome>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Outcome>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES_MAX {
        match deed().await {
            Err(error) if error.kind() == Kind::NoDatabase => tokio::time::sleep(pause).await,
            result => return result,
        }
        pause *= 2;
    }
    deed().await.map_err(|error| match error.kind() {
        Kind::NoDatabase => Error::new(Kind::NoDatabase, "the connection was lost; whether this was written is not known")
            .because(error)
            .hint(format!("ask again with the key {key}: it is never done twice")),
        _ => error,
    })
}
