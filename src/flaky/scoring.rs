//! What a scoring makes of a test: what was counted, joined with what stood and what people decided.

use super::evidence::{Basis, Evidence, Run, clean_runs};
use super::score;
use super::state::{self, Decided, State, Thresholds};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// What stands about a test, its row locked.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Who it is.
    pub test_id: String,
    /// Where it runs.
    pub environment: String,
    /// What it is.
    pub state: State,
    /// Whether its quarantine is suggested.
    pub suggested: bool,
    /// Whether its evidence was ever counted.
    pub is_scored: bool,
    /// Its commits.
    pub evidence: Evidence,
    /// Attempts that passed.
    pub passes: i64,
    /// Attempts that failed.
    pub fails: i64,
    /// Attempts that were skipped.
    pub skips: i64,
    /// Attempts in outages.
    pub outages: i64,
    /// Its first run.
    pub first_at: Option<DateTime<Utc>>,
    /// Its last run.
    pub last_at: Option<DateTime<Utc>>,
    /// The last run in which an attempt failed.
    pub last_failed_at: Option<DateTime<Utc>>,
    /// Whether it is in quarantine.
    pub quarantined: bool,
    /// Since when.
    pub quarantined_at: Option<DateTime<Utc>>,
    /// Clean runs in a row since then.
    pub clean_runs: u64,
    /// Commits that had flaked when it graduated.
    pub graduated_flaked: Option<u64>,
    /// Commits that had flaked when its suggestion was dismissed.
    pub dismissed_flaked: Option<u64>,
}

/// A test, and what was counted of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// Who it is.
    pub test_id: String,
    /// Where it runs.
    pub environment: String,
    /// Its runs.
    pub runs: Runs,
    /// Attempts that passed.
    pub passes: i64,
    /// Attempts that failed.
    pub fails: i64,
    /// Attempts that were skipped.
    pub skips: i64,
    /// Attempts in outages.
    pub outages: i64,
    /// Its first run of these.
    pub first_at: DateTime<Utc>,
    /// Its last run of these.
    pub last_at: DateTime<Utc>,
    /// The last run of these in which an attempt failed.
    pub last_failed_at: Option<DateTime<Utc>>,
    /// Since when it was in quarantine, when this was counted.
    pub quarantined_at: Option<DateTime<Utc>>,
}

/// What the counted runs come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Runs {
    /// All runs of the test.
    All {
        /// Its commits.
        evidence: Evidence,
        /// Clean runs in a row since it was quarantined.
        clean: u64,
    },
    /// Runs that came after those that were counted before.
    New {
        /// The runs.
        runs: Vec<Run>,
        /// How many of them came after it was quarantined.
        since_quarantine: usize,
    },
}

/// A test, scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Who it is.
    pub test_id: String,
    /// Where it runs.
    pub environment: String,
    /// Whether it is seen for the first time.
    pub is_new: bool,
    /// What it is.
    pub state: State,
    /// Whether its quarantine is suggested.
    pub suggested: bool,
    /// Its score.
    pub score: f64,
    /// Its commits.
    pub evidence: Evidence,
    /// Attempts that passed.
    pub passes: i64,
    /// Attempts that failed.
    pub fails: i64,
    /// Attempts that were skipped.
    pub skips: i64,
    /// Attempts in outages.
    pub outages: i64,
    /// Clean runs in a row since it was quarantined.
    pub clean_runs: u64,
    /// Its first run.
    pub first_at: DateTime<Utc>,
    /// Its last run.
    pub last_at: DateTime<Utc>,
    /// The last run in which an attempt failed.
    pub last_failed_at: Option<DateTime<Utc>>,
}

/// Scores tests by thresholds. Many tests have the same counts, and a score is computed once for them.
#[derive(Debug)]
pub struct Scorer {
    thresholds: Thresholds,
    scores: HashMap<(u64, u64), f64>,
}

impl Scorer {
    /// A scorer.
    pub fn new(thresholds: Thresholds) -> Self {
        Scorer { thresholds, scores: HashMap::new() }
    }

    /// Scores a test of which this was counted and that stands.
    pub fn score(&mut self, counted: Counted, standing: Option<&Standing>) -> Scored {
        let before = standing.filter(|standing| standing.is_scored);
        let is_new_runs = matches!(counted.runs, Runs::New { .. });
        // What was counted before stays where only new runs were looked at.
        let kept = before.filter(|_| is_new_runs);
        let (evidence, clean) = match counted.runs {
            Runs::All { evidence, clean } => (evidence, clean),
            Runs::New { runs, since_quarantine } => {
                let mut evidence = kept.map(|kept| kept.evidence.clone()).unwrap_or_default();
                evidence.extend(&runs);
                let clean = kept.map_or(0, |kept| kept.clean_runs);
                (evidence, clean_runs(clean, &runs[runs.len() - since_quarantine.min(runs.len())..]))
            }
        };
        let clean_runs = match standing {
            Some(standing) if !standing.quarantined => 0,
            // It was quarantined after this was counted: none of these runs came later.
            Some(standing) if standing.quarantined_at != counted.quarantined_at => standing.clean_runs,
            Some(_) => clean,
            None => 0,
        };
        let decided = standing.map(Standing::decided).unwrap_or_default();
        let add = |of: fn(&Standing) -> i64| kept.map_or(0, of);
        let earlier = kept.and_then(|kept| kept.first_at);
        let later = kept.and_then(|kept| kept.last_at);
        let failed = kept.and_then(|kept| kept.last_failed_at);
        Scored {
            is_new: standing.is_none_or(|standing| !standing.is_scored),
            state: state::state(&evidence, &decided, self.thresholds),
            suggested: state::suggested(&evidence, &decided, self.thresholds),
            score: self.of(&evidence),
            passes: counted.passes + add(|kept| kept.passes),
            fails: counted.fails + add(|kept| kept.fails),
            skips: counted.skips + add(|kept| kept.skips),
            outages: counted.outages + add(|kept| kept.outages),
            clean_runs,
            first_at: earlier.map_or(counted.first_at, |at| at.min(counted.first_at)),
            last_at: later.map_or(counted.last_at, |at| at.max(counted.last_at)),
            last_failed_at: counted.last_failed_at.max(failed),
            test_id: counted.test_id,
            environment: counted.environment,
            evidence,
        }
    }

    fn of(&mut self, evidence: &Evidence) -> f64 {
        match evidence.basis() {
            Basis::Isolated => evidence.score(),
            Basis::Retries => {
                let counts = (evidence.first_try, evidence.flaked);
                *self.scores.entry(counts).or_insert_with(|| score::score(counts.0, counts.1))
            }
        }
    }
}

impl Standing {
    /// What people decided, as far as its state depends on it.
    fn decided(&self) -> Decided {
        Decided {
            quarantined: self.quarantined,
            graduated_flaked: self.graduated_flaked,
            dismissed_flaked: self.dismissed_flaked,
        }
    }
}
