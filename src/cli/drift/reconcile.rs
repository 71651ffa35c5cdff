//! `attestor drift reconcile`.

use super::attend::attended;
use super::told::{FailOn, tell};
use crate::cli::Global;
use crate::config::GithubSettings;
use crate::db::Db;
use crate::drift::github::RepoName;
use crate::drift::jobs::reconcile;
use crate::drift::policy::Mode;
use crate::drift::reconcile::{CORRECTED_MAX, Report, Task, TriggeredBy};
use crate::drift::store::subjects;
use crate::error::{Error, Kind, Result};
use chrono::Utc;

/// Which repositories, and what is done about them.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What is done about drift: observe and warn only look, correct applies a reviewed plan.
    #[arg(long, value_enum, default_value = "observe")]
    mode: ModeName,
    /// Which repositories, such as 'repo:acme/* -is:snoozed'; without it, all that something is asked of.
    #[command(flatten)]
    which: Which,
    /// The reviewed plan that is applied: its hash, or the file it is in. For --mode correct.
    #[arg(long, value_name = "HASH|FILE", required_if_eq("mode", "correct"), conflicts_with_all = ["filter", "repo"])]
    plan: Option<String>,
    /// How many repositories are corrected at most.
    #[arg(long, value_name = "N", default_value_t = CORRECTED_MAX)]
    limit_repos: usize,
    /// End with status 3 where drift is found: drift, or critical.
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
    /// Say that a timer asked for it, and no person.
    #[arg(long)]
    scheduled: bool,
}

/// Which repositories.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Which repositories, such as 'repo:acme/* -is:snoozed'; without it, all that something is asked of.
    #[arg(long, short, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// A repository by its name, also one that nobody knows here yet; more than once for more.
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "filter")]
    repo: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ModeName {
    Observe,
    Warn,
    Correct,
}

impl Which {
    /// Their names, each once.
    pub(super) async fn names(&self, db: &Db) -> Result<Vec<String>> {
        if self.repo.is_empty() {
            let filter = super::filter(self.filter.as_deref().unwrap_or_default())?;
            return subjects::asked_of(db, &filter, Utc::now()).await;
        }
        let mut names = self.repo.clone();
        for name in &names {
            name.parse::<RepoName>().map_err(|why| Error::new(Kind::Usage, format!("--repo: {why}")))?;
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// Runs the reconciler.
pub(super) async fn run(options: &Options, global: &Global) -> Result<u8> {
    let by = if options.scheduled { TriggeredBy::Scheduler } else { TriggeredBy::Manual };
    if let Some(plan) = options.plan.as_deref() {
        if options.mode != ModeName::Correct {
            return Err(Error::new(Kind::Usage, "--plan is for --mode correct alone"));
        }
        return super::apply::apply(plan, options.limit_repos, by, options.fail_on, global).await;
    }
    let mode = if options.mode == ModeName::Warn { Mode::Warn } else { Mode::Observe };
    let session = global.open().await?;
    let repos = options.which.names(&session.db).await?;
    if repos.is_empty() {
        eprintln!("nothing is asked of any such repository; there is nothing to look at");
        eprintln!("  try: attestor policy load DIRECTORY, or --repo OWNER/NAME");
        return Ok(0);
    }
    let task = Task::Look { repos, mode };
    let (report, signal) = work(session.db.clone(), task, by, global).await?;
    tell(&report, options.fail_on, signal, global)
}

/// Does it in the foreground.
pub(super) async fn work(
    db: Db,
    task: Task,
    by: TriggeredBy,
    global: &Global,
) -> Result<(Report, Option<u8>)> {
    let client = GithubSettings::read(&global.flags())?.client()?;
    attended(move |job| async move { reconcile(&db, &client, &task, by, &job).await }).await
}
