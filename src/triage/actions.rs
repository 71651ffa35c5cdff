//! The deeds of triage, as the console and the command line ask for them.
//!
//! Each is one [`Change`]: the rows are locked, what stands is read, the pure rules of
//! [`feedback`](super::feedback) decide, the rows are written and the entry is committed with them.
//! All of a deed happens, or nothing. Where the connection is lost the deed is asked for again by its
//! key, under the locks, so it is never done twice.

mod attend;
mod deed;

pub use super::feedback::{TARGETS_MAX, Target};
pub use attend::{AttendTo, attend};
pub use deed::{Deed, TakeBackDeed, take_back_deed};

use super::attention::Held;
use super::blind::Share;
use super::feedback::{self, Comment, Conflict, Decision, NotTakenBack, Reason, Refusal};
use super::finding::{FeedbackKind, Finding, Verdict};
use super::record::{self, Why};
use super::store::feedbacks::{self, DoneBefore, Locked, NewFeedback, NewRow};
use super::store::{attention, blind, findings};
use crate::chain::change::Change;
use crate::chain::entry::NewEntry;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq, FeedbackId, FindingId};

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
    /// Another holds these; nothing was written.
    Held(Vec<Held>),
    /// Nothing can be taken back or ended on these; nothing was written.
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
    /// The feedback that was written, in the order of the findings' ids; none for claims and their like.
    pub feedback: Vec<FeedbackId>,
    /// What was left as it is, where a whole deed was taken back: somebody decided again since.
    pub left: Vec<Refusal>,
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

/// Decides findings as TP or FP.
///
/// # Errors
/// `NotFound` where a finding does not exist, `Usage` for no targets, too many, or a key that another
/// deed has used, `Denied` where the login may not; nothing is written then.
pub async fn give_feedback(db: &Db, deed: &GiveFeedback) -> Result<Outcome> {
    let targets = sorted(&deed.targets, |t| *t)?;
    settled(db, deed.key, |change| give_once(change, deed, &targets)).await
}

/// Takes back the verdict that stands on findings; the one before it stands again, or none.
///
/// # Errors
/// As [`give_feedback`].
pub async fn take_back(db: &Db, deed: &TakeBack) -> Result<Outcome> {
    let named = sorted(&deed.targets, |t| t.0)?;
    settled(db, deed.key, |change| take_back_once(change, deed, &named)).await
}

/// Keeps words about a finding.
///
/// # Errors
/// As [`give_feedback`].
pub async fn comment(db: &Db, deed: &GiveComment) -> Result<Outcome> {
    settled(db, deed.key, |change| comment_once(change, deed)).await
}

/// What the deed `key` has done; nothing where it was never done. For who holds a key and no longer
/// knows the targets, as a filter that was asked again.
pub async fn done(db: &Db, key: DeedKey) -> Result<Option<Decided>> {
    let Some(done) = feedbacks::done(db, key).await? else { return Ok(None) };
    if let Some(attended) = attention::done(db, key).await? {
        let rows = findings::find(db, &shown(&attended.rows)).await?;
        let count = attended.rows.len();
        return Ok(Some(Decided { count, ..decided_before(done, rows) }));
    }
    let rows = findings::find(db, &shown(&done.rows)).await?;
    Ok(Some(decided_before(done, rows)))
}

/// Sets the share of findings that people decide before they see the AI's verdict; gives the entry, or
/// none where the share was this one already.
///
/// # Errors
/// `Denied` where the login may not (it takes an operator).
pub async fn set_blind_share(db: &Db, share: Share, key: DeedKey) -> Result<Option<EntrySeq>> {
    let mut change = Change::begin(db, key).await?;
    let before = blind::set_share(&mut change, share).await?;
    if before == share {
        return Ok(None);
    }
    Ok(Some(change.commit(record::blind_share(before, share)).await?))
}

async fn give_once(mut change: Change, deed: &GiveFeedback, targets: &[Target]) -> Result<Outcome> {
    let locked = locked(&mut change, targets.iter()).await?;
    if let Some(done) = done_before(&mut change, &locked, FeedbackKind::Verdict, Some(deed.verdict)).await? {
        return Ok(Outcome::Done(done));
    }
    let mut decisions = Vec::with_capacity(targets.len());
    let mut conflicts = Vec::new();
    for (row, target) in locked.iter().zip(targets) {
        match feedback::apply(&row.standing, target.version, deed.verdict, &deed.reason) {
            Ok(decision) => decisions.push(decision),
            Err(conflict) => conflicts.push(conflict),
        }
    }
    if !conflicts.is_empty() {
        return Ok(Outcome::Conflict(conflicts));
    }
    let new = NewFeedback {
        kind: FeedbackKind::Verdict,
        comments: deed.reason.as_str(),
        rows: decisions.iter().map(|d| NewRow::of(d, Some(deed.verdict))).collect(),
    };
    let said = feedbacks::insert(&mut change, &new).await?;
    let entry = record::verdict(&locked, &decisions, &said, deed);
    let sources = said.iter().map(|(_, feedback)| Some(*feedback));
    feedbacks::decide(&mut change, &decisions.into_iter().zip(sources).collect::<Vec<_>>()).await?;
    finish(change, entry, said).await
}

async fn take_back_once(
    mut change: Change,
    deed: &TakeBack,
    targets: &[(Target, Option<FeedbackId>)],
) -> Result<Outcome> {
    let locked = locked(&mut change, targets.iter().map(|(target, _)| target)).await?;
    if let Some(done) = done_before(&mut change, &locked, FeedbackKind::Retraction, None).await? {
        return Ok(Outcome::Done(done));
    }
    let mut decisions = Vec::with_capacity(targets.len());
    let (mut conflicts, mut refusals) = (Vec::new(), Vec::new());
    for (row, (target, named)) in locked.iter().zip(targets) {
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
    let why = Why { reason: deed.reason.as_ref(), filter: deed.filter.as_deref(), takes_back: None };
    retract(change, &locked, decisions, &why).await
}

/// Writes what is taken back, with its entry.
async fn retract(
    mut change: Change,
    locked: &[Locked],
    decisions: Vec<Decision>,
    why: &Why<'_>,
) -> Result<Outcome> {
    let new = NewFeedback {
        kind: FeedbackKind::Retraction,
        comments: why.reason.map_or("", Reason::as_str),
        rows: decisions.iter().map(|d| NewRow::of(d, None)).collect(),
    };
    let said = feedbacks::insert(&mut change, &new).await?;
    let entry = record::taking_back(locked, &decisions, &said, why);
    let decisions: Vec<_> =
        decisions.into_iter().map(|d| (d.falls_back_to, d)).map(|(from, d)| (d, from)).collect();
    feedbacks::decide(&mut change, &decisions).await?;
    finish(change, entry, said).await
}

async fn comment_once(mut change: Change, deed: &GiveComment) -> Result<Outcome> {
    let locked = feedbacks::lock(&mut change, &[deed.finding]).await?;
    if let Some(done) = done_before(&mut change, &locked, FeedbackKind::Comment, None).await? {
        return Ok(Outcome::Done(done));
    }
    let new = NewFeedback {
        kind: FeedbackKind::Comment,
        comments: deed.comment.as_str(),
        rows: locked.iter().map(|row| NewRow::about(&row.standing)).collect(),
    };
    let said = feedbacks::insert(&mut change, &new).await?;
    let entry = record::comment(&locked, &said, deed);
    finish(change, entry, said).await
}

/// Locks the rows of `targets` and reads what stands about them.
async fn locked(change: &mut Change, targets: impl Iterator<Item = &Target>) -> Result<Vec<Locked>> {
    let ids: Vec<FindingId> = targets.map(|t| t.finding).collect();
    feedbacks::lock(change, &ids).await
}

/// What the deed has done, where it was done before. Asked under the locks: a commit whose answer was
/// lost may still be on its way, and holds them until it is through.
async fn done_before(
    change: &mut Change,
    locked: &[Locked],
    kind: FeedbackKind,
    verdict: Option<Verdict>,
) -> Result<Option<Decided>> {
    let key = change.key();
    let Some(done) = feedbacks::done_before(change).await? else { return Ok(None) };
    let same = done.kind == Some(kind)
        && done.verdict == verdict
        && done.rows.iter().map(|(finding, _)| *finding).eq(locked.iter().map(|row| row.standing.finding));
    if !same {
        return Err(used_otherwise(key, done.seq));
    }
    let rows = findings::changed(change, &shown(&done.rows)).await?;
    Ok(Some(decided_before(done, rows)))
}

fn used_otherwise(key: DeedKey, seq: EntrySeq) -> Error {
    Error::new(Kind::Usage, format!("the key {key} was used for another deed (entry {seq})"))
        .hint("leave the key out, or use a fresh UUID for each deed")
}

fn decided_before(done: DoneBefore, rows: Vec<Finding>) -> Decided {
    let feedback: Vec<_> = done.rows.into_iter().map(|(_, feedback)| feedback).collect();
    Decided { seq: done.seq, count: feedback.len(), rows, feedback, left: Vec::new(), done: When::Before }
}

/// Commits with the entry. The rows are read before: a failure after the commit must not look as if
/// nothing had happened.
async fn finish(mut change: Change, entry: NewEntry, said: Vec<(FindingId, FeedbackId)>) -> Result<Outcome> {
    let rows = findings::changed(&mut change, &shown(&said)).await?;
    let seq = change.commit(entry).await?;
    let feedback: Vec<_> = said.into_iter().map(|(_, feedback)| feedback).collect();
    let left = Vec::new();
    Ok(Outcome::Done(Decided { seq, count: feedback.len(), rows, feedback, left, done: When::Now }))
}

fn shown<T>(said: &[(FindingId, T)]) -> Vec<FindingId> {
    said.iter().take(ROWS_MAX).map(|(finding, _)| *finding).collect()
}

/// The targets in the order of their ids, each once.
fn sorted<T: Copy + PartialEq>(targets: &[T], of: impl Fn(&T) -> Target) -> Result<Vec<T>> {
    let mut sorted = targets.to_vec();
    sorted.sort_by_key(|t| of(t).finding);
    sorted.dedup();
    let twice = sorted.windows(2).find(|pair| of(&pair[0]).finding == of(&pair[1]).finding);
    match (sorted.len(), twice) {
        (0, _) => Err(Error::new(Kind::Usage, "no finding is named")),
        (count, _) if count > TARGETS_MAX => Err(Error::new(
            Kind::Usage,
            format!("{count} findings at once; at most {TARGETS_MAX} can be decided"),
        )
        .hint("narrow the filter, and decide in several steps")),
        (_, Some(pair)) => {
            let id = of(&pair[0]).finding;
            Err(Error::new(Kind::Usage, format!("finding #{id} is named twice, with different versions")))
        }
        _ => Ok(sorted),
    }
}
