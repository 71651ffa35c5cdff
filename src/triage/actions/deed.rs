//! Taking back a whole deed: all that one entry of the chain decided, as far as it still stands.

use super::attend::{self, by_finding};
use super::{Decided, Outcome, retract, used_otherwise};
use crate::chain::change::Change;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{AttentionId, DeedKey, EntrySeq, FindingId};
use crate::triage::attention::{Attend, Whose, end_begun};
use crate::triage::feedback::{self, NotTakenBack, Reason};
use crate::triage::finding::FeedbackKind;
use crate::triage::record::{self, Why};
use crate::triage::store::attention::{self, Attended};
use crate::triage::store::deeds::{self, Written};
use crate::triage::store::feedbacks::{self, DoneBefore};
use crate::triage::store::findings;
use chrono::{DateTime, Utc};

/// Which deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The one with this key.
    Key(DeedKey),
    /// The one of this entry.
    Entry(EntrySeq),
}

/// The taking back of a whole deed, be it on one finding or on many.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeBackDeed {
    /// Which.
    pub deed: Deed,
    /// Why, if that was said.
    pub reason: Option<Reason>,
    /// The key of this taking back.
    pub key: DeedKey,
    /// The time of asking: a claim that has ended by then needs no end.
    pub now: DateTime<Utc>,
}

/// Takes back what a deed decided, claimed, snoozed or accepted, in one change with one entry.
///
/// What somebody decided again since is left as it is and named in [`Decided::left`]; where nothing of
/// the deed still stands, all of it is refused, and nothing is written.
///
/// # Errors
/// `NotFound` where there is no such deed; `Usage` where it is none that can be taken back, or the key is
/// one that another deed has used; `Denied` where the login may not.
pub async fn take_back_deed(db: &Db, deed: &TakeBackDeed) -> Result<Outcome> {
    settled(db, deed.key, |change| once(change, deed)).await
}

async fn once(mut change: Change, deed: &TakeBackDeed) -> Result<Outcome> {
    let found = match deed.deed {
        Deed::Key(key) => deeds::by_key(&mut change, key).await?,
        Deed::Entry(seq) => deeds::by_entry(&mut change, seq).await?,
    };
    let Some(found) = found else {
        let what = match deed.deed {
            Deed::Key(key) => format!("no deed has the key {key}"),
            Deed::Entry(seq) => format!("there is no entry {seq} that decided on findings"),
        };
        return Err(Error::new(Kind::NotFound, what).hint("findings show ID names the entries of a finding"));
    };
    let not_so = |what: &str| {
        let what = format!("entry {} {what}", found.seq);
        Error::new(Kind::Usage, what).hint("take back an entry that decided, claimed, snoozed or accepted")
    };
    match found.written {
        Written::Feedback(done) => match done.kind {
            Some(FeedbackKind::Verdict) => take_back_verdicts(change, deed, found.seq, done).await,
            Some(FeedbackKind::Retraction) => Err(not_so("is a taking back itself; decide again instead")),
            _ => Err(not_so("holds words alone, which stay said")),
        },
        Written::Attention(done) if done.ends => Err(not_so("ended something; begin it again instead")),
        Written::Attention(done) => end_all(change, deed, found.seq, done).await,
    }
}

async fn take_back_verdicts(
    mut change: Change,
    deed: &TakeBackDeed,
    seq: EntrySeq,
    given: DoneBefore,
) -> Result<Outcome> {
    let ids: Vec<FindingId> = given.rows.iter().map(|(finding, _)| *finding).collect();
    let locked = feedbacks::lock(&mut change, &ids).await?;
    if let Some(done) = feedbacks::done_before(&mut change).await? {
        let same = done.kind == Some(FeedbackKind::Retraction)
            && done.rows.iter().all(|(finding, _)| ids.binary_search(finding).is_ok());
        if !same {
            return Err(used_otherwise(change.key(), done.seq));
        }
        let rows = findings::changed(&mut change, &super::shown(&done.rows)).await?;
        return Ok(Outcome::Done(super::decided_before(done, rows)));
    }
    let (mut standing, mut decisions, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (row, (_, feedback)) in locked.into_iter().zip(given.rows) {
        let now = row.standing.version;
        match feedback::take_back(&row.standing, now, Some(feedback), deed.reason.as_ref()) {
            Ok(decision) => {
                decisions.push(decision);
                standing.push(row);
            }
            Err(NotTakenBack::Refused(refusal)) => left.push(refusal),
            // What is seen is what stands, under its lock.
            Err(NotTakenBack::Conflict(conflict)) => return Ok(Outcome::Conflict(vec![conflict])),
        }
    }
    if decisions.is_empty() {
        return Ok(Outcome::Refused(left));
    }
    let why = Why { reason: deed.reason.as_ref(), filter: None, takes_back: Some(seq) };
    Ok(match retract(change, &standing, decisions, &why).await? {
        Outcome::Done(decided) => Outcome::Done(Decided { left, ..decided }),
        other => other,
    })
}

async fn end_all(mut change: Change, deed: &TakeBackDeed, seq: EntrySeq, begun: Attended) -> Result<Outcome> {
    let kind = begun.kind;
    attention::may(&mut change, record::category(kind).word(), kind).await?;
    let ids: Vec<FindingId> = begun.rows.iter().map(|(finding, _)| *finding).collect();
    let locked = feedbacks::lock(&mut change, &ids).await?;
    let what = Attend::End { kind, whose: Whose::Anyones, reason: deed.reason.clone() };
    if let Some(done) = attend::done_before(&mut change, &what, &ids).await? {
        return Ok(Outcome::Done(done));
    }
    let spells = by_finding(attention::standing(&mut change, &ids, kind).await?);
    let (mut standing, mut steps, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (row, (finding, id)) in locked.into_iter().zip(begun.rows) {
        let id: AttentionId = id;
        match end_begun(finding, id, kind, spells.get(&finding), deed.now) {
            Ok(step) => {
                steps.push(step);
                standing.push(row);
            }
            Err(refusal) => left.push(refusal),
        }
    }
    if steps.is_empty() {
        return Ok(Outcome::Refused(left));
    }
    let why = Why { reason: None, filter: None, takes_back: Some(seq) };
    attend::write(change, &standing, &steps, &what, &why, left).await
}
