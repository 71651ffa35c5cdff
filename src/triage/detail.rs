//! All that is known of one finding.

use super::attention::Spell;
use super::finding::{Feedback, Finding, Verdict};
use super::metrics::Pipeline;
use super::risk::{CveThreat, RiskTerms};
use super::threat::Taken;
use crate::ids::{EntrySeq, FeedbackId, FindingId, ScanId, Version};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A finding with everything that helps to decide. Serialised, it is `findings show --json`: the
/// fields of the list, and these beside them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub finding: Finding,
    /// The severity as the producer wrote it.
    pub severity_written: Option<SafeText>,
    /// The newest scan that saw it.
    pub scan: Option<ScanNote>,
    /// The build of that scan, beside the others of its repository; none where it was not measured.
    pub pipeline: Option<Pipeline>,
    /// The last line that it covers.
    pub end_line: Option<i32>,
    /// The code that it stands in.
    pub snippet: Option<Snippet>,
    /// Where the scanner explains the rule.
    pub help_uri: Option<SafeText>,
    /// The scanner's tags.
    pub tags: Vec<SafeText>,
    /// How the scanner's configuration suppresses it.
    pub suppression: Option<SafeText>,
    /// A unified diff that would mend it, as it was written: perhaps hostile, perhaps broken.
    pub remediation_patch: Option<SafeText>,
    /// Why the AI thinks so.
    pub ai_reasoning: Option<SafeText>,
    /// Whether an exploit was tried, and worked.
    pub red_team_success: Option<bool>,
    /// Its CVEs, known or unknown.
    pub cves: Vec<CveThreat>,
    /// The edition of EPSS that is known; none before the first.
    pub epss_edition: Option<Taken>,
    /// The edition of KEV that is known; none before the first.
    pub kev_edition: Option<Taken>,
    /// The risk, term by term.
    pub risk_terms: RiskTerms,
    /// The scans that saw it.
    pub sightings: Sightings,
    /// When a scan saw it last.
    pub last_seen_at: DateTime<Utc>,
    /// Since when it is gone.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it came back after it was gone.
    pub regressed_at: Option<DateTime<Utc>>,
    /// Claims, snoozes and accepted risks that were begun last, of each kind one: running or past. What
    /// was ended early is left out.
    pub attention: Vec<Spell>,
    /// What people said, oldest first; the newest 500.
    pub feedback: Vec<Feedback>,
    /// The chain's entries about it, oldest first.
    pub entries: Vec<EntryNote>,
    /// Where the decision was made, if that was on an earlier scan or another finding.
    pub carried_over: Option<CarriedOver>,
}

impl FindingDetail {
    /// What a person may see of it: where it is to be decided blind, without the AI's side. Its patch goes
    /// too: the AI writes one for what it holds to be real. An exploit that succeeded stays: that is
    /// evidence, and no opinion.
    #[must_use]
    pub fn veiled(mut self) -> Self {
        if self.finding.blind {
            (self.ai_reasoning, self.remediation_patch) = (None, None);
        }
        self.finding = self.finding.veiled();
        self
    }
}

/// A scan, in short.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct ScanNote {
    /// Its number.
    pub id: ScanId,
    /// The commit that was scanned.
    pub commit_sha: Option<SafeText>,
    /// Its branch.
    pub branch: Option<SafeText>,
    /// The repository's address.
    pub repo_url: Option<SafeText>,
    /// When.
    pub timestamp: Option<DateTime<Utc>>,
    /// The state of the scan, as it was written.
    pub status: Option<SafeText>,
}

/// Code around a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snippet {
    /// The lines.
    pub text: SafeText,
    /// The number of the first of them, where it is known.
    pub first_line: Option<i32>,
}

/// The scans that saw a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sightings {
    /// How many there are.
    pub count: i64,
    /// How many scans of the same series did not see it after one had.
    pub missed: i64,
    /// How often it came back after it was gone.
    pub regressions: i64,
    /// The newest of them, newest first.
    pub last: Vec<Sighting>,
}

/// A scan that saw a finding, and what it made of it.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Sighting {
    /// The scan.
    pub scan_id: ScanId,
    /// When it ran.
    pub timestamp: Option<DateTime<Utc>>,
    /// The commit that it looked at.
    pub commit_sha: Option<SafeText>,
    /// Its branch.
    pub branch: Option<SafeText>,
    /// new, unchanged, moved or regressed; in a whole life also `not seen`.
    pub outcome: SafeText,
    /// Where it saw it, as a path.
    pub file: Option<SafeText>,
    /// Where it saw it, as a line.
    pub line: Option<i32>,
}

/// An entry of the chain, in short.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct EntryNote {
    /// Its position.
    pub seq: EntrySeq,
    /// When it was appended.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
}

/// Where a decision that was carried over comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CarriedOver {
    /// The feedback.
    pub feedback_id: FeedbackId,
    /// The finding that it was given on.
    pub finding_id: FindingId,
    /// The scan that the finding stood in then.
    pub scan_id: Option<ScanId>,
    /// The commit of that scan.
    pub commit_sha: Option<SafeText>,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: SafeText,
}

/// A feedback with the finding that it speaks of, as the list of one's own opinions shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedbackNote {
    /// What was said.
    #[serde(flatten)]
    pub feedback: Feedback,
    /// The repository.
    pub project_name: SafeText,
    /// The rule.
    pub rule_id: SafeText,
    /// Where, as a path.
    pub file: SafeText,
    /// Where, as a line.
    pub line: Option<i32>,
    /// The decision as it stands now.
    pub triage_decision: Option<Verdict>,
    /// The version of the finding now.
    pub version: Version,
}
