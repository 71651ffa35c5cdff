//! What a person says about a finding: verdict, comment, taking back. Pure.

pub use super::reason::{Comment, Reason, TextError};

use super::attention::{AttentionKind, Spell};
use super::finding::{Finding, Verdict};
use crate::ids::{FeedbackId, FindingId, Version};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::fmt;

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

/// A verdict that somebody gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Said {
    /// The feedback.
    pub feedback: FeedbackId,
    /// The finding that it was given on; another one where the decision was carried over.
    pub finding: FindingId,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: SafeText,
    /// Who.
    pub actor: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

/// What stands about a finding while its row is locked.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The finding.
    pub finding: FindingId,
    /// How often it was decided on.
    pub version: Version,
    /// The decision, whoever wrote it.
    pub decision: Option<Verdict>,
    /// The feedback that the decision comes from; none where a producer wrote the column.
    pub latest: Option<Said>,
    /// The verdict before it that was not taken back.
    pub previous: Option<Said>,
    /// The newest taking back, where nothing was decided since: who and when.
    pub taken_back: Option<(SafeText, DateTime<Utc>)>,
}

/// What a deed makes of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The finding.
    pub finding: FindingId,
    /// The new decision; none = needs a person again.
    pub verdict: Option<Verdict>,
    /// The decision before.
    pub previous: Option<Verdict>,
    /// The version before, which the person saw.
    pub seen: Version,
    /// The version after.
    pub version: Version,
    /// The feedback that is taken back, where this is a taking back.
    pub retracts: Option<FeedbackId>,
    /// The earlier feedback that the decision comes from again, after a taking back.
    pub falls_back_to: Option<FeedbackId>,
}

/// Two people decided: what this one wanted, and what stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// The finding.
    pub finding: FindingId,
    /// What the person wanted.
    pub mine: Mine,
    /// What stands.
    pub theirs: Theirs,
}

/// The side of the person who came later.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mine {
    /// The verdict that was asked for; none for a taking back.
    pub verdict: Option<Verdict>,
    /// The reason that was given.
    pub reason: Option<SafeText>,
    /// The version that the person saw.
    pub version: Version,
}

/// The side that stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Theirs {
    /// The decision now; none where it was taken back.
    pub verdict: Option<Verdict>,
    /// Its reason.
    pub reason: Option<SafeText>,
    /// Who decided or took back; unknown where a producer wrote the column.
    pub actor: Option<SafeText>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The version that stands.
    pub version: Version,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { finding, mine, theirs } = self;
        write!(f, "finding #{finding} changed since version {}", mine.version.0)?;
        write!(f, "\n  mine:   {}", mine.verdict.map_or("take back", Verdict::word))?;
        if let Some(reason) = &mine.reason {
            write!(f, " \"{}\"", reason.one_line())?;
        }
        write!(f, " (at version {})", mine.version.0)?;
        write!(f, "\n  theirs: {}", theirs.verdict.map_or("no verdict", Verdict::word))?;
        if let Some(reason) = &theirs.reason {
            write!(f, " \"{}\"", reason.one_line())?;
        }
        if let Some(actor) = &theirs.actor {
            write!(f, " by {actor}")?;
        }
        if let Some(at) = theirs.at {
            write!(f, " at {}", at.format("%Y-%m-%d %H:%M:%SZ"))?;
        }
        write!(f, " (version {})", theirs.version.0)
    }
}

/// Why nothing can be taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// The finding.
    pub finding: FindingId,
    /// Why.
    pub why: WhyNot,
}

/// The reasons against a taking back.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// Nobody has decided on it, or all of it was taken back.
    NothingDecided,
    /// Its last verdict is taken back already.
    AlreadyTakenBack {
        /// Who took it back.
        actor: SafeText,
        /// When.
        at: DateTime<Utc>,
    },
    /// A later verdict stands in its place.
    Superseded(Box<Said>),
    /// The decision was made on another finding and carried over.
    CarriedOver(Box<Said>),
    /// A producer wrote the decision; there is no feedback to take back.
    WithoutFeedback,
    /// It is not claimed, snoozed or accepted, or no longer.
    NotSo(AttentionKind),
    /// Another such state was begun since.
    Replaced(Box<Spell>),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing to take back on finding #{}: ", self.finding)?;
        match &self.why {
            WhyNot::NothingDecided => f.write_str("it has no verdict"),
            WhyNot::AlreadyTakenBack { actor, at } => {
                write!(
                    f,
                    "the verdict was already taken back by {actor} at {}",
                    at.format("%Y-%m-%d %H:%M:%SZ")
                )
            }
            WhyNot::Superseded(by) => {
                write!(
                    f,
                    "a later verdict stands, {} by {}; take that one back first",
                    by.verdict.word(),
                    by.actor
                )
            }
            WhyNot::CarriedOver(from) => {
                write!(
                    f,
                    "it was decided on finding #{} by {}; take it back there, or decide here",
                    from.finding, from.actor
                )
            }
            WhyNot::WithoutFeedback => f.write_str("a producer wrote the verdict; decide TP or FP instead"),
            WhyNot::NotSo(kind) => write!(f, "it is not {} now", kind.adjective()),
            WhyNot::Replaced(by) => {
                write!(f, "it was {} again by {} since; end that instead", by.kind.adjective(), by.actor)
            }
        }
    }
}

/// Why a taking back did not happen.
#[derive(Debug, Clone, PartialEq)]
pub enum NotTakenBack {
    /// Somebody else decided meanwhile.
    Conflict(Conflict),
    /// There is nothing that could be taken back.
    Refused(Refusal),
}

/// Decides `verdict` on what stands; a stale version is a conflict.
pub fn apply(
    standing: &Standing,
    seen: Version,
    verdict: Verdict,
    reason: &Reason,
) -> Result<Decision, Conflict> {
    if standing.version != seen {
        return Err(stale(standing, seen, Some(verdict), Some(reason)));
    }
    Ok(Decision {
        finding: standing.finding,
        verdict: Some(verdict),
        previous: standing.decision,
        seen,
        version: Version(standing.version.0.saturating_add(1)),
        retracts: None,
        falls_back_to: None,
    })
}

/// Takes back the verdict that stands; the one before it that was not taken back stands again.
///
/// `named` is the feedback that the person means; where it no longer stands, that is said first,
/// since it tells more than "somebody was faster".
pub fn take_back(
    standing: &Standing,
    seen: Version,
    named: Option<FeedbackId>,
    reason: Option<&Reason>,
) -> Result<Decision, NotTakenBack> {
    let refused = |why| Err(NotTakenBack::Refused(Refusal { finding: standing.finding, why }));
    match (&standing.latest, named) {
        (Some(latest), Some(named)) if latest.feedback > named => {
            return refused(WhyNot::Superseded(Box::new(latest.clone())));
        }
        (latest, Some(named)) if latest.as_ref().is_none_or(|l| l.feedback < named) => {
            return refused(already(standing));
        }
        _ => {}
    }
    if standing.version != seen {
        return Err(NotTakenBack::Conflict(stale(standing, seen, None, reason)));
    }
    match &standing.latest {
        None if standing.decision.is_some() => refused(WhyNot::WithoutFeedback),
        None => refused(already(standing)),
        Some(latest) if latest.finding != standing.finding => {
            refused(WhyNot::CarriedOver(Box::new(latest.clone())))
        }
        Some(latest) => Ok(Decision {
            finding: standing.finding,
            verdict: standing.previous.as_ref().map(|p| p.verdict),
            previous: standing.decision,
            seen,
            version: Version(standing.version.0.saturating_add(1)),
            retracts: Some(latest.feedback),
            falls_back_to: standing.previous.as_ref().map(|p| p.feedback),
        }),
    }
}

fn already(standing: &Standing) -> WhyNot {
    match &standing.taken_back {
        Some((actor, at)) => WhyNot::AlreadyTakenBack { actor: actor.clone(), at: *at },
        None if standing.decision.is_some() && standing.latest.is_none() => WhyNot::WithoutFeedback,
        None => WhyNot::NothingDecided,
    }
}

/// The conflict of somebody who saw another version than the one that stands.
pub(super) fn stale(
    standing: &Standing,
    seen: Version,
    verdict: Option<Verdict>,
    reason: Option<&Reason>,
) -> Conflict {
    let (theirs, taken_back) = (standing.latest.as_ref(), standing.taken_back.as_ref());
    Conflict {
        finding: standing.finding,
        mine: Mine { verdict, reason: reason.map(|r| SafeText::new(r.as_str())), version: seen },
        theirs: Theirs {
            verdict: standing.decision,
            reason: theirs.map(|t| t.reason.clone()),
            // Where the last deed was a taking back, it is that one's author who was faster.
            actor: taken_back.map(|t| t.0.clone()).or_else(|| theirs.map(|t| t.actor.clone())),
            at: taken_back.map(|t| t.1).or_else(|| theirs.map(|t| t.at)),
            version: standing.version,
        },
    }
}
