//! A run of the reconciler: many repositories at once, within the limits of the API, each written as soon as
//! it is known, so that a killed run is gone on with.

use super::apply::Allowance;
use super::many::{apply_all, look_at_all};
use super::record::{Writer, entry};
use crate::chain::change::Change;
use crate::chain::entry::Category;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::github::Client;
use crate::drift::plan::{PlanHash, RepoPlan};
use crate::drift::reconcile::{Counters, Report, Task, TriggeredBy};
use crate::drift::store::runs::{Beginning, Begun, Ends, begin, count};
use crate::drift::store::{decisions, plans};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use crate::operations::run::{Flow, Identity, Outcome};
use crate::operations::start::{Asked, Finished, LEASE, Started, bury, start};
use crate::text::counted;
use serde_json::{Map, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// The runs of the reconciler. Their entries are of the reconciler's own making.
pub const RECONCILIATION: Flow = Flow {
    name: "reconciliation",
    started: "reconciliation.started",
    completed: "reconciliation.completed",
    category: Category::Drift,
};

/// How long it waits for a run of the same that may be of a process that was killed.
const OTHER_RUN_WAIT: Duration = Duration::from_secs(LEASE.as_secs() + 5);

/// Runs the reconciler, recorded as a run that others can see.
///
/// # Errors
/// `Conflict` where such a run is under way in a living process; `Denied` where the login may not record it.
/// What GitHub refuses is no error of the run: it is told by repository.
pub async fn reconcile(
    db: &Db,
    client: &Client,
    task: &Task,
    by: TriggeredBy,
    job: &JobContext,
) -> Result<Report> {
    let identity = identity(client, task);
    // A killed run is seen as what it is, as soon as somebody starts another.
    drop(bury(db, RECONCILIATION).await);
    let asked = Asked::new(identity.clone()).called(label(task)).without_entries();
    let begun = Instant::now();
    loop {
        let hash = identity.hash();
        let work = async |context: JobContext| run(db, client, task, by, &hash, &context).await.map(finished);
        match start(db, &asked, job, work).await? {
            Started::Done(done) => {
                return Ok(Report { operation_run_id: done.record.ok(), ..done.value });
            }
            Started::Active(found) if begun.elapsed() < OTHER_RUN_WAIT => {
                job.report(&format!("waiting for run {}", found.id), 0, None);
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    () = job.cancellation().cancelled() => {}
                }
                job.check_cancelled()?;
            }
            Started::Active(found) => {
                let what =
                    format!("run {} does the same, by {}, since {}", found.id, found.started_by, found.since);
                return Err(Error::new(Kind::Conflict, what).hint("wait for its end: attestor runs list"));
            }
        }
    }
}

fn identity(client: &Client, task: &Task) -> Identity {
    let identity = Identity::of(RECONCILIATION).about("api", client.api().to_string());
    match task {
        Task::Look { repos, mode } => {
            identity.given("mode", mode.word()).given("repositories_sha256", sha256(&repos.join("\n")))
        }
        Task::Apply { hash, .. } => identity.given("plan", hash.as_str()),
    }
}

fn label(task: &Task) -> String {
    match task {
        Task::Look { repos, .. } if repos.len() == 1 => repos[0].clone(),
        Task::Look { repos, .. } => counted(repos.len(), "repository"),
        Task::Apply { hash, .. } => format!("plan {}", hash.short()),
    }
}

fn finished(report: Report) -> Finished<Report> {
    let outcome = match () {
        () if report.cancelled => Outcome::Cancelled,
        () if report.counters.checked > 0 && report.counters.failed == report.counters.checked => {
            Outcome::Failed
        }
        () if report.is_incomplete() => Outcome::PartiallySucceeded,
        () => Outcome::Succeeded,
    };
    let Counters { checked, synced, drifted, corrected, failed } = report.counters;
    let counts = [
        ("checked", checked),
        ("synced", synced),
        ("drifted", drifted),
        ("corrected", corrected),
        ("failed", failed),
    ];
    let checks = report.checks();
    Finished::new(report).outcome(outcome).counts(counts).checks(checks)
}

async fn run(
    db: &Db,
    client: &Client,
    task: &Task,
    by: TriggeredBy,
    identity: &str,
    job: &JobContext,
) -> Result<Report> {
    let client = client.under(job.cancellation());
    let before = client.sent();
    let begun = begin_run(db, task, by, identity).await?;
    let mut report = Report {
        run_id: begun.id,
        operation_run_id: None,
        mode: task.mode(),
        plan: None,
        resumed: begun.resumed,
        cancelled: false,
        counters: Counters::default(),
        applied_before: 0,
        requests: 0,
        repositories: Vec::new(),
    };
    let writer = Writer { db, run: begun.id, by };
    let worked = match task {
        Task::Look { repos, .. } => look_at_all(&writer, &client, repos, job).await,
        Task::Apply { plan, hash, repos_max } => {
            report.plan = Some(hash.clone());
            let applied = plans::applied(db, hash).await?;
            let left = |repo: &&RepoPlan| {
                !repo.fields.is_empty()
                    && !applied.contains(&repo.repo)
                    && !begun.checked.contains(&repo.repo)
            };
            let repos: Vec<RepoPlan> = plan.repos.iter().filter(left).cloned().collect();
            report.applied_before = applied.difference(&begun.checked).count() as u64;
            let allowance = Allowance::of(repos_max.saturating_sub(begun.corrected));
            apply_all(&writer, &client, repos, hash, allowance, job).await
        }
    };
    // What was written stands, and is counted, also where the work broke off.
    report.counters = end_run(db, begun.id, by, report.plan.as_ref()).await?;
    report.repositories = worked?;
    report.repositories.sort_by(|a, b| a.repo.as_str().cmp(b.repo.as_str()));
    report.cancelled = job.cancellation().is_cancelled();
    report.requests = client.sent() - before;
    Ok(report)
}

async fn begin_run(db: &Db, task: &Task, by: TriggeredBy, identity: &str) -> Result<Begun> {
    let (plan, correct_max, repos) = match task {
        Task::Look { repos, .. } => (None, None, repos.len()),
        Task::Apply { plan, hash, repos_max } => (Some(hash), Some(*repos_max), plan.correctable()),
    };
    let beginning = Beginning { triggered_by: by.word(), mode: task.mode(), correct_max, plan, identity };
    let beginning = &beginning;
    settled(db, DeedKey::fresh(), |mut change: Change| async move {
        let is_done = decisions::is_done(&mut change).await?;
        let begun = begin(&mut change, beginning, is_done).await?;
        if is_done {
            return Ok(begun);
        }
        let mut fields = Map::new();
        fields.insert("run_id".into(), begun.id.into());
        fields.insert("mode".into(), beginning.mode.word().into());
        fields.insert("repositories".into(), repos.into());
        if let Some(plan) = plan {
            fields.insert("plan".into(), json!(plan));
        }
        let event = if begun.resumed { "reconciliation.resumed" } else { RECONCILIATION.started };
        change.commit(entry(by, event, fields)).await?;
        Ok(begun)
    })
    .await
}

async fn end_run(db: &Db, run: i64, by: TriggeredBy, plan: Option<&PlanHash>) -> Result<Counters> {
    settled(db, DeedKey::fresh(), |mut change: Change| async move {
        let is_done = decisions::is_done(&mut change).await?;
        let counters = count(&mut change, run, Ends::Yes).await?;
        if is_done {
            return Ok(counters);
        }
        let mut fields = Map::new();
        fields.insert("run_id".into(), run.into());
        fields.insert("counts".into(), json!(counters));
        if let Some(plan) = plan {
            fields.insert("plan".into(), json!(plan));
        }
        change.commit(entry(by, RECONCILIATION.completed, fields)).await?;
        Ok(counters)
    })
    .await
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
