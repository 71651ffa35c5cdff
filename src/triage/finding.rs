//! A finding: what a scanner saw, what the AI thinks, what a person decided.

use crate::ids::{FeedbackId, FindingId, ScanId, Version};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// How bad it would be if it were real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Little harm.
    Low,
    /// Some harm, and what an unknown word counts as.
    Medium,
    /// Much harm.
    High,
    /// As bad as it gets.
    Critical,
}

impl Severity {
    /// The severity of a rank, 0 info to 4 critical, as `triage.severity_rank` gives it.
    pub fn from_rank(rank: i16) -> Self {
        match rank {
            0 => Severity::Info,
            1 => Severity::Low,
            3 => Severity::High,
            4 => Severity::Critical,
            _ => Severity::Medium,
        }
    }

    /// The rank, 0 info to 4 critical, as lists are sorted by it.
    pub fn rank(self) -> i16 {
        self as i16
    }

    /// The severity that a producer's word means, as `triage.severity_rank` reads it.
    pub fn parse(word: &str) -> Self {
        match word.trim_matches(' ').to_ascii_lowercase().as_str() {
            "critical" | "crit" | "blocker" => Severity::Critical,
            "high" | "error" | "important" | "major" => Severity::High,
            "low" | "note" | "minor" => Severity::Low,
            "info" | "none" | "informational" | "information" => Severity::Info,
            _ => Severity::Medium,
        }
    }

    /// The word, as the seed writes it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// What a person decides about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
pub enum Verdict {
    /// True positive: real.
    #[serde(rename = "TP")]
    #[value(name = "TP", alias = "tp")]
    TruePositive,
    /// False positive: not real.
    #[serde(rename = "FP")]
    #[value(name = "FP", alias = "fp")]
    FalsePositive,
}

impl Verdict {
    /// `TP` or `FP`, as the columns hold it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::TruePositive => "TP",
            Verdict::FalsePositive => "FP",
        }
    }

    /// The verdict of a stored word. A producer writes `RV` for "TP by AI, wants verification": that
    /// is undecided, as is everything but TP and FP.
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim_matches(' ') {
            w if w.eq_ignore_ascii_case("tp") => Some(Verdict::TruePositive),
            w if w.eq_ignore_ascii_case("fp") => Some(Verdict::FalsePositive),
            _ => None,
        }
    }
}

/// What the newest scan of its series made of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Seen for the first time.
    New,
    /// Seen where it was.
    Unchanged,
    /// Seen at another place.
    Moved,
    /// No longer seen.
    Absent,
    /// Seen again after it was gone.
    Regressed,
}

impl State {
    /// The word, as the column holds it.
    pub fn word(self) -> &'static str {
        match self {
            State::New => "new",
            State::Unchanged => "unchanged",
            State::Moved => "moved",
            State::Absent => "absent",
            State::Regressed => "regressed",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Self {
        match word {
            "unchanged" => State::Unchanged,
            "moved" => State::Moved,
            "absent" => State::Absent,
            "regressed" => State::Regressed,
            _ => State::New,
        }
    }
}

/// A finding as lists show it. Serialised, it is one JSON line of `findings list --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Its number.
    pub id: FindingId,
    /// The newest scan that saw it.
    pub scan_id: Option<ScanId>,
    /// The repository.
    pub project_name: SafeText,
    /// The scanner.
    pub tool: SafeText,
    /// The scanner's rule.
    pub rule_id: SafeText,
    /// Where, as a path.
    pub file: SafeText,
    /// Where, as a line.
    pub line: Option<i32>,
    /// How bad, normalised.
    pub severity: Severity,
    /// The latest human verdict; none = needs a person.
    pub triage_decision: Option<Verdict>,
    /// The AI's verdict, as it was written.
    pub ai_verdict: Option<SafeText>,
    /// The AI's confidence, 0 to 1.
    pub ai_confidence: Option<f64>,
    /// The highest EPSS probability of its CVEs, 0 to 1; none = unknown.
    pub epss: Option<f64>,
    /// Whether one of its CVEs is known to be exploited; none = unknown.
    pub kev: Option<bool>,
    /// Risk, 0 to 100.
    pub risk: f64,
    /// Who it is across scans.
    pub fingerprint: Option<SafeText>,
    /// What the newest scan made of it.
    pub state: State,
    /// What the scanner says.
    pub message: SafeText,
    /// Whether the scanner's own configuration suppresses it.
    pub suppressed: bool,
    /// When it was first seen.
    pub first_seen_at: DateTime<Utc>,
    /// How often it was decided on.
    pub version: Version,
    /// Whether it is to be decided before the AI's verdict is shown.
    pub blind: bool,
    /// Who looks at it, until `claimed_until`. A claim that has ended may still stand here.
    pub claimed_by: Option<SafeText>,
    /// When the claim ends by itself; perhaps past.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Until when it may wait; perhaps past.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Until when its risk is accepted; perhaps past.
    pub accepted_until: Option<DateTime<Utc>>,
}

impl Finding {
    /// What a person may see of it: without the AI's side where it is to be decided blind. Screens are
    /// handed this, so that nothing they draw, copy or say can tell what is hidden.
    #[must_use]
    pub fn veiled(mut self) -> Self {
        if self.blind {
            (self.ai_verdict, self.ai_confidence) = (None, None);
        }
        self
    }

    /// Who looks at it at `now`, and until when.
    pub fn claimed(&self, now: DateTime<Utc>) -> Option<(&SafeText, DateTime<Utc>)> {
        let until = self.claimed_until.filter(|until| *until > now)?;
        Some((self.claimed_by.as_ref()?, until))
    }

    /// Until when it may wait, where it is snoozed at `now`.
    pub fn snoozed(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.snoozed_until.filter(|until| *until > now)
    }

    /// Until when its risk is accepted, where it is at `now`.
    pub fn accepted(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.accepted_until.filter(|until| *until > now)
    }
}

/// One thing that a person said about a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feedback {
    /// Its number.
    pub id: FeedbackId,
    /// The finding that it speaks of.
    pub finding_id: FindingId,
    /// A verdict, a comment, or the taking back of an earlier one.
    pub kind: FeedbackKind,
    /// The verdict, where it is one.
    pub user_verdict: Option<Verdict>,
    /// The reason or the comment.
    pub comments: SafeText,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// Who.
    pub actor: SafeText,
    /// The scan that the finding stood in then.
    pub scan_id: Option<ScanId>,
    /// The feedback that this one takes back.
    pub retracts: Option<FeedbackId>,
    /// Whether a later one took this back.
    pub taken_back: bool,
    /// Whether it was given before the AI's verdict was shown.
    pub blind: bool,
}

/// What a feedback is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedbackKind {
    /// TP or FP, with a reason.
    Verdict,
    /// Words alone.
    Comment,
    /// An earlier feedback, taken back.
    Retraction,
}

impl FeedbackKind {
    /// The word, as the column holds it.
    pub fn word(self) -> &'static str {
        match self {
            FeedbackKind::Verdict => "verdict",
            FeedbackKind::Comment => "comment",
            FeedbackKind::Retraction => "retraction",
        }
    }
}
