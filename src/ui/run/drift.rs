//! Work on repositories that is begun from the console: observing them, and applying a reviewed plan.

use crate::config::{Flags, GithubSettings};
use crate::db::Db;
use crate::drift::jobs::reconcile;
use crate::drift::plan::PlanHash;
use crate::drift::policy::Mode;
use crate::drift::reconcile::{CORRECTED_MAX, RepoOutcome, Report, Task, TriggeredBy};
use crate::drift::store::plans;
use crate::error::Result;
use crate::jobs::{Job, JobContext};
use crate::ui::app::JobDone;
use crate::ui::screen::Tone;
use std::path::PathBuf;

/// Observes repositories. `file` is the configuration that was named, where one was.
pub(super) fn observe(db: Db, file: Option<PathBuf>, repos: Vec<String>) -> Job<JobDone> {
    Job::start("the observation", move |context| async move {
        work(&db, file, Task::Look { repos, mode: Mode::Observe }, &context).await
    })
}

/// Applies the plan of this hash, as it was kept when it was reviewed.
pub(super) fn apply(db: Db, file: Option<PathBuf>, hash: PlanHash) -> Job<JobDone> {
    Job::start("the correction", move |context| async move {
        let plan = Box::new(plans::plan(&db, &hash).await?);
        work(&db, file, Task::Apply { plan, hash, repos_max: CORRECTED_MAX }, &context).await
    })
}

async fn work(db: &Db, file: Option<PathBuf>, task: Task, context: &JobContext) -> Result<JobDone> {
    let client = GithubSettings::read(&Flags { file, ..Flags::default() })?.client()?;
    let report = reconcile(db, &client, &task, TriggeredBy::Manual, context).await?;
    let is_well = report.counters.failed == 0 && !report.is_incomplete() && !report.cancelled;
    let tone = if is_well { Tone::Good } else { Tone::Bad };
    Ok(JobDone { told: told(&report), tone, report: None })
}

/// `12 in sync, 3 drift, 2 corrected, 1 failed`, and why, where it was one.
fn told(report: &Report) -> String {
    let counters = report.counters;
    let refused = report.count(RepoOutcome::Refused) as u64;
    let counts = [
        (counters.synced, "in sync"),
        (counters.drifted, "drift"),
        (counters.corrected, "corrected"),
        (refused, "refused"),
        (counters.failed, "failed"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let counts = if counts.is_empty() { "nothing was done".to_owned() } else { counts.join(", ") };
    match report.repositories.as_slice() {
        [one] => match &one.message {
            Some(message) => format!("{counts}: {}", message.one_line()),
            None => counts,
        },
        _ => counts,
    }
}
