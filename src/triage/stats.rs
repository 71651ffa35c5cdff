//! What is measured on many findings at once: how far the AI can be trusted, and how builds went.

use super::agreement::Agreement;
use super::metrics::RepoBuilds;
use super::threat::Taken;
use serde::Serialize;

/// All of it. Serialised, it is `findings stats --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// How many findings there are, measured or not.
    #[serde(flatten)]
    pub population: Population,
    /// The AI against the decisions that stand. Most people saw its verdict before they decided.
    pub all: Agreement,
    /// The AI against verdicts that were given before its own was shown.
    pub blind: BlindSample,
    /// The edition of EPSS that is known.
    pub epss: Option<Taken>,
    /// The edition of KEV that is known.
    pub kev: Option<Taken>,
    /// Unusual builds, by repository.
    pub pipeline: Vec<RepoBuilds>,
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Population {
    /// Findings that the filter lets through.
    pub findings: u64,
    /// Those that are decided.
    pub decided: u64,
    /// Decided ones without a verdict of the AI.
    pub decided_without_ai: u64,
    /// Undecided ones with a verdict of the AI.
    pub undecided_with_ai: u64,
    /// Decided ones with a verdict of the AI and no feedback of a person: a producer wrote the decision,
    /// perhaps the AI's own. They are measured with the others.
    pub without_feedback: u64,
}

/// What was decided before the AI's verdict was shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlindSample {
    /// The share of findings that belong to the sample, 0 to 1, as it is set now.
    pub share: f64,
    /// Findings whose AI verdict is hidden for now.
    pub waiting: u64,
    /// What is measured on the first blind verdict of each finding.
    #[serde(flatten)]
    pub agreement: Agreement,
}
