//! Claiming, snoozing, accepting a risk, and the end of these.

use super::{Decided, Outcome, When, shown, sorted, used_otherwise};
use crate::chain::change::Change;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{DeedKey, FindingId};
use crate::triage::attention::{self as rules, Attend, NotAttended, Spell, Step};
use crate::triage::feedback::{Refusal, Target};
use crate::triage::record::{self, Why};
use crate::triage::store::feedbacks::{self, Locked};
use crate::triage::store::{attention, findings};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A claim, a snooze, an accepted risk or the end of one, on one finding or many.
#[derive(Debug, Clone, PartialEq)]
pub struct AttendTo {
    /// The findings, as the person saw them; all or none.
    pub targets: Vec<Target>,
    /// What is asked for.
    pub what: Attend,
    /// The filter that chose the findings, as text for the record.
    pub filter: Option<String>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
    /// The time of asking: what ended before it stands in nobody's way.
    pub now: DateTime<Utc>,
}

/// Claims, snoozes or accepts findings, or ends that.
///
/// # Errors
/// `NotFound` where a finding does not exist; `Usage` for no targets, too many, an end that is past or
/// too far away, or a key that another deed has used; `Denied` where the login may not: nothing is
/// written then.
pub async fn attend(db: &Db, deed: &AttendTo) -> Result<Outcome> {
    let targets = sorted(&deed.targets, |target| *target)?;
    settled(db, deed.key, |change| attend_once(change, deed, &targets)).await
}

async fn attend_once(mut change: Change, deed: &AttendTo, targets: &[Target]) -> Result<Outcome> {
    let kind = deed.what.kind();
    attention::may(&mut change, record::category(kind).word(), kind).await?;
    let ids: Vec<FindingId> = targets.iter().map(|target| target.finding).collect();
    let locked = feedbacks::lock(&mut change, &ids).await?;
    if let Some(done) = done_before(&mut change, &deed.what, &ids).await? {
        return Ok(Outcome::Done(done));
    }
    // After the look for the key: a deed that was done in time stays done.
    deed.what.check(deed.now)?;
    let standing = by_finding(attention::standing(&mut change, &ids, kind).await?);
    let (mut steps, mut conflicts, mut held, mut refusals) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (row, target) in locked.iter().zip(targets) {
        let spell = standing.get(&target.finding);
        match rules::attend(&row.standing, spell, target.version, &deed.what, deed.now) {
            Ok(step) => steps.push(step),
            Err(NotAttended::Conflict(conflict)) => conflicts.push(conflict),
            Err(NotAttended::Held(by)) => held.push(by),
            Err(NotAttended::Refused(refusal)) => refusals.push(refusal),
        }
    }
    if !conflicts.is_empty() {
        return Ok(Outcome::Conflict(conflicts));
    }
    if !held.is_empty() {
        return Ok(Outcome::Held(held));
    }
    if !refusals.is_empty() {
        return Ok(Outcome::Refused(refusals));
    }
    let why = Why { reason: None, filter: deed.filter.as_deref(), takes_back: None };
    write(change, &locked, &steps, &deed.what, &why, Vec::new()).await
}

/// Writes the steps of a deed with its entry. The findings are read before the commit: a failure after it
/// must not look as if nothing had happened.
pub(super) async fn write(
    mut change: Change,
    locked: &[Locked],
    steps: &[Step],
    what: &Attend,
    why: &Why<'_>,
    left: Vec<Refusal>,
) -> Result<Outcome> {
    let written = attention::write(&mut change, what, steps).await?;
    let entry = record::attention(locked, steps, &written, what, why);
    let rows = findings::changed(&mut change, &shown(&written)).await?;
    let seq = change.commit(entry).await?;
    let (count, feedback) = (written.len(), Vec::new());
    Ok(Outcome::Done(Decided { seq, count, rows, feedback, left, done: When::Now }))
}

/// What the deed of `change` has done, where it was done before, on some of `ids` or all of them.
pub(super) async fn done_before(
    change: &mut Change,
    what: &Attend,
    ids: &[FindingId],
) -> Result<Option<Decided>> {
    let key = change.key();
    let Some(done) = feedbacks::done_before(change).await? else { return Ok(None) };
    let attended = attention::written(change, key).await?.filter(|attended| {
        attended.kind == what.kind()
            && attended.ends == what.until().is_none()
            && attended.rows.iter().all(|(finding, _)| ids.binary_search(finding).is_ok())
            && (attended.ends || attended.rows.len() == ids.len())
    });
    let Some(attended) = attended else { return Err(used_otherwise(key, done.seq)) };
    let rows = findings::changed(change, &shown(&attended.rows)).await?;
    let (count, feedback, left) = (attended.rows.len(), Vec::new(), Vec::new());
    Ok(Some(Decided { seq: done.seq, count, rows, feedback, left, done: When::Before }))
}

pub(super) fn by_finding(spells: Vec<Spell>) -> HashMap<FindingId, Spell> {
    spells.into_iter().map(|spell| (spell.finding, spell)).collect()
}
