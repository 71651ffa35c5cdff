//! The deeds of triage, as the console and the command line ask for them.

use super::feedback::{Comment, Conflict, Reason, Refusal};
use super::finding::{Finding, Verdict};
use crate::ids::{DeedKey, EntrySeq, FeedbackId, FindingId, Version};

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
