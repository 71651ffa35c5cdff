//! A run of the reconciler: what is asked of it, what it counts, what it came to.

use super::plan::{Plan, PlanHash};
use super::policy::Mode;
use crate::ids::RunId;
use crate::operations::check::{Check, ReasonCode, Severity, Status};
use crate::text::{SafeText, counted};
use serde::Serialize;

/// How many repositories a run corrects unless more are allowed.
pub const CORRECTED_MAX: usize = 50;
/// How many repositories the message of a check names.
const NAMED_MAX: usize = 5;

/// What a run counts. A repository is counted once, by what was found when it was looked at: one that was put
/// right is among those that drifted, and among those that were corrected.
///
/// So `synced + drifted + failed = checked`, and `corrected ≤ drifted`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// All that were tried.
    pub checked: u64,
    /// Everything that is asked of them was as it should be.
    pub synced: u64,
    /// Something differed.
    pub drifted: u64,
    /// Of these: something was put right.
    pub corrected: u64,
    /// They could not be looked at, or what is asked of them not be read.
    pub failed: u64,
}

impl Counters {
    /// Whether they add up.
    pub fn add_up(&self) -> bool {
        self.synced + self.drifted + self.failed == self.checked && self.corrected <= self.drifted
    }
}

/// Who asked for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggeredBy {
    /// A timer.
    Scheduler,
    /// A person.
    Manual,
}

impl TriggeredBy {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            TriggeredBy::Scheduler => "scheduler",
            TriggeredBy::Manual => "manual",
        }
    }
}

/// What a run does.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// It looks at these repositories and writes down what it sees.
    Look {
        /// Their names.
        repos: Vec<String>,
        /// Whether drift makes the run need attention: [`Mode::Observe`] or [`Mode::Warn`].
        mode: Mode,
    },
    /// It puts right what a reviewed plan says.
    Apply {
        /// The plan.
        plan: Box<Plan>,
        /// Its hash.
        hash: PlanHash,
        /// How many repositories it corrects at most.
        repos_max: usize,
    },
}

impl Task {
    /// What it does about what it finds.
    pub fn mode(&self) -> Mode {
        match self {
            Task::Look { mode, .. } => *mode,
            Task::Apply { .. } => Mode::Correct,
        }
    }
}

/// How one repository came out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RepoOutcome {
    /// Everything that is asked of it is as it should be.
    Synced,
    /// Something differs.
    Drifted,
    /// Something was put right.
    Corrected,
    /// The plan no longer fits what it is: nothing was done, or nothing more.
    Refused,
    /// Something is to be put right, and the run corrects no more repositories.
    Postponed,
    /// It could not be looked at, or what is asked of it not be read.
    Failed,
}

impl RepoOutcome {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            RepoOutcome::Synced => "synced",
            RepoOutcome::Drifted => "drifted",
            RepoOutcome::Corrected => "corrected",
            RepoOutcome::Refused => "refused",
            RepoOutcome::Postponed => "postponed",
            RepoOutcome::Failed => "failed",
        }
    }
}

/// What a run found and did in one repository.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepoReport {
    /// Its name.
    pub repo: SafeText,
    /// How it came out.
    pub outcome: RepoOutcome,
    /// The fields that differ now, and count.
    pub drift_fields: Vec<SafeText>,
    /// How many of them are critical.
    pub critical: u64,
    /// The fields that were put right.
    pub corrected: Vec<SafeText>,
    /// Why it failed, was refused or was postponed.
    pub message: Option<SafeText>,
    /// Why, for programs.
    #[serde(skip)]
    pub code: ReasonCode,
    /// What its policies say that is done about drift here.
    pub mode: Mode,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The row of `reconciliation_runs`.
    pub run_id: i64,
    /// The run as operations know it.
    pub operation_run_id: Option<RunId>,
    /// What it did about what it found.
    pub mode: Mode,
    /// The plan that it applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanHash>,
    /// Whether it went on with a run whose process was killed.
    pub resumed: bool,
    /// Whether somebody cancelled it.
    pub cancelled: bool,
    /// What it counted: with what a killed process had counted of it.
    #[serde(flatten)]
    pub counters: Counters,
    /// Repositories of the plan in which it was applied before.
    pub applied_before: u64,
    /// How many requests were sent.
    pub requests: u64,
    /// The repositories that this process looked at, by name.
    pub repositories: Vec<RepoReport>,
}

impl Report {
    /// How many repositories came out so.
    pub fn count(&self, outcome: RepoOutcome) -> usize {
        self.repositories.iter().filter(|repo| repo.outcome == outcome).count()
    }

    /// Whether something of what was asked was not done.
    pub fn is_incomplete(&self) -> bool {
        use RepoOutcome::{Failed, Postponed, Refused};
        self.cancelled || [Failed, Refused, Postponed].into_iter().any(|outcome| self.count(outcome) > 0)
    }

    /// What was checked, as the run keeps it.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks = vec![self.looked(), self.in_sync()];
        if self.mode == Mode::Correct {
            checks.push(self.plan_done());
        }
        checks
    }

    fn looked(&self) -> Check {
        let title = "Every repository could be looked at";
        let failed: Vec<&RepoReport> = self.of(|repo| repo.outcome == RepoOutcome::Failed);
        let Some(first) = failed.first() else {
            return Check::pass("drift.looked", title).message(counted(self.counters.checked, "repository"));
        };
        let why = first.message.as_ref().map_or_else(String::new, |why| format!(": {}", why.one_line()));
        let message =
            format!("{} of {} could not: {}{why}", failed.len(), self.counters.checked, names(&failed));
        named(Check::new("drift.looked", title, Status::Fail, first.code.clone()).message(message), &failed)
    }

    fn in_sync(&self) -> Check {
        let title = "Repositories are as policy wants them";
        let drifted = self.of(|repo| !repo.drift_fields.is_empty());
        let (key, mode) = ("drift.in_sync", self.mode);
        if drifted.is_empty() {
            return Check::pass(key, title);
        }
        let critical = drifted.iter().filter(|repo| repo.critical > 0).count();
        let message =
            format!("{} drifted, {critical} of them critically: {}", drifted.len(), names(&drifted));
        // Where it is only observed, drift is told and needs nobody.
        let matters = drifted.iter().any(|repo| mode != Mode::Observe || repo.mode != Mode::Observe);
        if !matters {
            return named(Check::pass(key, title).message(message), &drifted);
        }
        let severity = if critical > 0 { Severity::Critical } else { Severity::Medium };
        let check = Check::new(key, title, Status::Warn, ReasonCode::InvalidState).severity(severity);
        named(check.message(message), &drifted)
    }

    fn plan_done(&self) -> Check {
        let (key, title) = ("drift.plan", "The plan was carried out as it was reviewed");
        let left = self.of(|repo| matches!(repo.outcome, RepoOutcome::Refused | RepoOutcome::Postponed));
        let hash = self.plan.as_ref().map_or("", PlanHash::as_str);
        if left.is_empty() {
            return Check::pass(key, title).evidence("plan", hash);
        }
        let refused = self.count(RepoOutcome::Refused);
        let message =
            format!("{refused} refused, {} postponed: {}", self.count(RepoOutcome::Postponed), names(&left));
        let reason =
            if refused > 0 { ReasonCode::InvalidState } else { ReasonCode::ext("drift", "postponed") };
        let check = Check::new(key, title, Status::Warn, reason).message(message);
        named(check.evidence("plan", hash), &left)
    }

    fn of(&self, which: impl Fn(&RepoReport) -> bool) -> Vec<&RepoReport> {
        self.repositories.iter().filter(|repo| which(repo)).collect()
    }
}

fn names(repos: &[&RepoReport]) -> String {
    let mut names: Vec<String> =
        repos.iter().take(NAMED_MAX).map(|repo| repo.repo.one_line().into_owned()).collect();
    if repos.len() > NAMED_MAX {
        names.push(format!("{} more", repos.len() - NAMED_MAX));
    }
    names.join(", ")
}

fn named(check: Check, repos: &[&RepoReport]) -> Check {
    repos.iter().fold(check, |check, repo| check.evidence("repository", repo.repo.as_str()))
}
