//! The evidence about a test in one environment: its runs, folded into what each commit says.
//!
//! The unit is a commit. It counts as flaked where the test failed and passed later on it, be that a
//! retry within one run or another run of the same commit; as passed at the first try where it passed and
//! no pass came after a failure; and as never passed where it only failed. Skipped results say nothing,
//! and outages (runs in which nearly everything failed) are left out.
//!
//! Runs come in the order of their time, attempts within a run in the order of their ids.

use std::collections::HashMap;

/// How many runs a strip shows.
pub const STRIP_RUNS_MAX: usize = 30;

/// What the attempts of a test in one run say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// All passed.
    Pass,
    /// One attempt, which failed.
    Fail,
    /// Several attempts, which all failed.
    FailAgain,
    /// A failure, and a pass after it.
    Flaked,
    /// Passes, and failures after the last of them.
    PassThenFail,
    /// Nothing but skips.
    Skip,
    /// The run was an outage.
    Outage,
}

impl Mark {
    /// Its letter in a strip, which is about the run alone: p, f, k (failed and passed), s or o.
    pub fn strip_letter(self) -> char {
        match self {
            Mark::Pass => 'p',
            Mark::Fail | Mark::FailAgain => 'f',
            Mark::Flaked | Mark::PassThenFail => 'k',
            Mark::Skip => 's',
            Mark::Outage => 'o',
        }
    }
}

/// A run of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// What its attempts say.
    pub mark: Mark,
    /// The commit, as a number that stands for it.
    pub commit: i64,
}

/// What a commit says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It passed at the first try.
    FirstTry,
    /// It failed, then passed.
    Flaked,
    /// It only failed.
    NeverPassed,
}

/// The commits of a test, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// N0: commits that passed at the first try.
    pub first_try: u64,
    /// N1: commits that failed and then passed.
    pub flaked: u64,
    /// N2: commits with failures alone.
    pub never_passed: u64,
    /// Commits with failures alone, each by itself between two that passed.
    pub isolated: u64,
    /// The newest commits with failures alone, in a row.
    pub failing_streak: u64,
    /// Whether a commit that failed was ever tried again.
    pub retried: bool,
    /// The last runs, oldest first, a letter each.
    pub strip: String,
}

/// What scores are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Retries on the same commit.
    Retries,
    /// Isolated failures: nothing that failed was ever tried again.
    Isolated,
}

impl Basis {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            Basis::Retries => "retries",
            Basis::Isolated => "isolated",
        }
    }

    /// The basis of a word; retries for any other.
    pub fn of_word(word: &str) -> Basis {
        if word == Basis::Isolated.word() { Basis::Isolated } else { Basis::Retries }
    }
}

impl Evidence {
    /// The evidence of all runs of a test, oldest first.
    pub fn of(runs: &[Run]) -> Evidence {
        let mut evidence = Evidence::default();
        evidence.extend(runs);
        evidence
    }

    /// Adds runs that came after all others, on commits that none of those was on.
    pub fn extend(&mut self, runs: &[Run]) {
        for verdict in commits(runs, &mut self.retried) {
            self.add(verdict);
        }
        let from = runs.len().saturating_sub(STRIP_RUNS_MAX);
        self.strip.extend(runs[from..].iter().map(|run| run.mark.strip_letter()));
        let surplus = self.strip.len().saturating_sub(STRIP_RUNS_MAX);
        self.strip.drain(..surplus);
    }

    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::NeverPassed => {
                self.never_passed += 1;
                self.failing_streak += 1;
                return;
            }
            Verdict::FirstTry | Verdict::Flaked => {
                // One failing commit, with a pass before it and this one after it.
                if self.failing_streak == 1 && self.commits() > 1 {
                    self.isolated += 1;
                }
                self.failing_streak = 0;
            }
        }
        match verdict {
            Verdict::Flaked => self.flaked += 1,
            _ => self.first_try += 1,
        }
    }

    /// Commits that say anything.
    pub fn commits(&self) -> u64 {
        self.first_try + self.flaked + self.never_passed
    }

    /// What its score is made of. Where nothing failed there is nothing to try again.
    pub fn basis(&self) -> Basis {
        if self.retried || self.never_passed == 0 { Basis::Retries } else { Basis::Isolated }
    }

    /// The score on its basis, 0 to 1.
    pub fn score(&self) -> f64 {
        match self.basis() {
            Basis::Retries => super::score::score(self.first_try, self.flaked),
            Basis::Isolated => self.isolated as f64 / self.commits().max(1) as f64,
        }
    }

    /// The estimated share of tries that flake.
    pub fn severity(&self) -> f64 {
        super::score::severity(self.first_try, self.flaked)
    }
}

/// Clean runs in a row, once `runs` have come after `before` of them: a failure begins anew.
pub fn clean_runs(before: u64, runs: &[Run]) -> u64 {
    runs.iter().fold(before, |clean, run| match run.mark {
        Mark::Pass => clean + 1,
        Mark::Skip | Mark::Outage => clean,
        Mark::Fail | Mark::FailAgain | Mark::Flaked | Mark::PassThenFail => 0,
    })
}

#[derive(Default)]
struct Commit {
    passed: bool,
    passed_after_failure: bool,
    failed: bool,
    attempts: u32,
}

/// What each commit says, in the order of their first runs.
fn commits(runs: &[Run], retried: &mut bool) -> Vec<Verdict> {
    let mut places: HashMap<i64, usize> = HashMap::with_capacity(runs.len());
    let mut commits: Vec<Commit> = Vec::with_capacity(runs.len());
    for run in runs {
        if matches!(run.mark, Mark::Skip | Mark::Outage) {
            continue;
        }
        let place = *places.entry(run.commit).or_insert(commits.len());
        if place == commits.len() {
            commits.push(Commit::default());
        }
        let commit = &mut commits[place];
        let failed_before = commit.failed;
        let passes = !matches!(run.mark, Mark::Fail | Mark::FailAgain);
        commit.passed |= passes;
        commit.failed |= run.mark != Mark::Pass;
        commit.passed_after_failure |= run.mark == Mark::Flaked || (passes && failed_before);
        commit.attempts += if matches!(run.mark, Mark::Pass | Mark::Fail) { 1 } else { 2 };
    }
    *retried |= commits.iter().any(|commit| commit.failed && commit.attempts > 1);
    let verdict = |commit: &Commit| match commit {
        Commit { passed_after_failure: true, .. } => Verdict::Flaked,
        Commit { passed: true, .. } => Verdict::FirstTry,
        _ => Verdict::NeverPassed,
    };
    commits.iter().map(verdict).collect()
}
