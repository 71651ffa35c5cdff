//! A test in one environment, as lists show it.

use super::evidence::{Basis, Evidence};
use super::state::State;
use crate::ids::{RepoId, TestId, Version};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A test, what is known of it, and what was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Test {
    /// Its number.
    pub id: TestId,
    /// The repository; none for rows of producers that name none.
    pub repo_id: Option<RepoId>,
    /// The repository's name.
    pub repo: SafeText,
    /// Who it is across runs.
    pub test_id: SafeText,
    /// Its suite.
    pub test_suite: SafeText,
    /// Its name.
    pub test_name: SafeText,
    /// Where it runs.
    pub environment: SafeText,
    /// What it is.
    pub state: State,
    /// Whether quarantine is suggested.
    pub suggested: bool,
    /// The score, 0 to 1; none where it was never scored.
    pub flakiness_score: Option<f64>,
    /// What the score is made of.
    pub basis: Basis,
    /// The estimated share of tries that flake.
    pub severity: f64,
    /// Attempts that failed, by attempts.
    pub failure_rate: f64,
    /// N0: commits that passed at the first try.
    pub first_try: u64,
    /// N1: commits that failed and then passed.
    pub flaked: u64,
    /// N2: commits with failures alone.
    pub never_passed: u64,
    /// Isolated failures.
    pub isolated: u64,
    /// The newest commits with failures alone, in a row.
    pub failing_streak: u64,
    /// Whether a commit that failed was ever tried again.
    pub retried: bool,
    /// Attempts that passed or failed.
    pub run_count: u64,
    /// Attempts that passed.
    pub pass_count: u64,
    /// Attempts that failed.
    pub fail_count: u64,
    /// Attempts that were skipped.
    pub skip_count: u64,
    /// Attempts in outages, which are left out.
    pub outage_count: u64,
    /// The last 30 runs, oldest first: p pass, f fail, k fail and pass, s skip, o outage.
    pub strip: SafeText,
    /// Its first run.
    pub first_run_at: Option<DateTime<Utc>>,
    /// Its last run.
    pub last_run_at: Option<DateTime<Utc>>,
    /// The last run in which an attempt failed.
    pub last_failed_at: Option<DateTime<Utc>>,
    /// When its evidence was counted.
    pub scored_at: Option<DateTime<Utc>>,
    /// How often it was decided on.
    pub version: Version,
    /// Whether its failures are kept out of the verdict of builds.
    pub quarantined: bool,
    /// Who looks after it.
    pub owner: Option<SafeText>,
    /// Why it is quarantined.
    pub reason: Option<SafeText>,
    /// The issue about it.
    pub link: Option<SafeText>,
    /// When it was last quarantined.
    pub quarantined_at: Option<DateTime<Utc>>,
    /// Who quarantined it.
    pub quarantined_by: Option<SafeText>,
    /// Until when that holds.
    pub expires_at: Option<DateTime<Utc>>,
    /// Clean runs in a row that its graduation takes.
    pub graduation_runs: Option<u32>,
    /// Clean runs in a row since it was quarantined.
    pub clean_runs: u32,
    /// When it last left quarantine.
    pub graduated_at: Option<DateTime<Utc>>,
    /// When its suggestion was dismissed.
    pub dismissed_at: Option<DateTime<Utc>>,
    /// Who dismissed it.
    pub dismissed_by: Option<SafeText>,
    /// Commits that had flaked then.
    pub dismissed_flaked: Option<u64>,
    /// Commits that had flaked when it graduated.
    pub graduated_flaked: Option<u64>,
}

impl Test {
    /// The score, where some commit speaks for it: without one it is what is believed of any test.
    pub fn score(&self) -> Option<f64> {
        let is_known = self.basis == Basis::Isolated || self.first_try + self.flaked > 0;
        self.flakiness_score.filter(|_| is_known)
    }

    /// Clean runs that are left until it may leave quarantine; none where it is in none.
    pub fn runs_left(&self) -> Option<u32> {
        let asked = self.graduation_runs.filter(|_| self.quarantined)?;
        Some(asked.saturating_sub(self.clean_runs))
    }

    /// Whether its quarantine has run out.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.quarantined && self.expires_at.is_some_and(|end| end <= now)
    }

    /// Its commits, counted.
    pub fn evidence(&self) -> Evidence {
        Evidence {
            first_try: self.first_try,
            flaked: self.flaked,
            never_passed: self.never_passed,
            isolated: self.isolated,
            failing_streak: self.failing_streak,
            retried: self.retried,
            strip: self.strip.to_string(),
        }
    }

    /// What people decided, as far as its state depends on it.
    pub fn decided(&self) -> super::state::Decided {
        super::state::Decided {
            quarantined: self.quarantined,
            graduated_flaked: self.graduated_flaked,
            dismissed_flaked: self.dismissed_flaked,
        }
    }

    /// Suite and name in one line.
    pub fn title(&self) -> String {
        let (suite, name) = (self.test_suite.one_line(), self.test_name.one_line());
        if suite.is_empty() { name.into_owned() } else { format!("{suite} › {name}") }
    }
}
