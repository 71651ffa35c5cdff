//! A run of the reconciler: many repositories at once, within the limits of the API, each written as soon as
//! it is known, so that a killed run is gone on with.

use super::apply::{Allowance, Applied, End, apply};
use super::look::look;
use super::record::{Looked, Writer, entry};
use crate::chain::change::Change;
use crate::chain::entry::Category;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::document::Document;
use crate::drift::github::{CONCURRENCY_MAX, Client};
use crate::drift::plan::{PlanHash, RepoPlan};
use crate::drift::reconcile::{Counters, RepoReport, Report, Task, TriggeredBy};
use crate::drift::store::runs::{Beginning, Begun, Ends, begin, count};
use crate::drift::store::subjects::{contested, is_contested, subjects};
use crate::drift::store::{decisions, plans};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use crate::operations::run::{Flow, Identity, Outcome};
use crate::operations::start::{Asked, Finished, LEASE, Started, bury, start};
use chrono::Utc;
use serde_json::{Map, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The runs of the reconciler. Their entries are of the reconciler's own making.
pub const RECONCILIATION: Flow = Flow {
    name: "reconciliation",
    started: "reconciliation.started",
    completed: "reconciliation.completed",
    category: Category::Drift,
};

/// How many repositories are written in one change where they were only looked at.
const BATCH_MAX: usize = 50;
/// How long one that was looked at waits to be written, at most.
const BATCH_WAIT: Duration = Duration::from_secs(1);
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
        Task::Look { repos, .. } => format!("{} repositories", repos.len()),
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

/// What is known of one repository once its turn has come.
enum Came {
    Looked(Looked),
    Applied(String, Box<Applied>),
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

/// Looks at these repositories, and writes what it sees in batches.
async fn look_at_all(
    writer: &Writer<'_>,
    client: &Client,
    repos: &[String],
    job: &JobContext,
) -> Result<Vec<RepoReport>> {
    let desired = desired(writer.db, repos).await?;
    let mut names = repos.iter();
    let next = |set: &mut JoinSet<Came>| {
        let Some(repo) = names.next().cloned() else { return false };
        let (db, client) = (writer.db.clone(), client.clone());
        let desired = Arc::clone(&desired[&repo]);
        set.spawn(async move {
            let looked = look(&db, &client, &repo, &desired).await;
            Came::Looked((repo, looked))
        });
        true
    };
    let mut work = Work::new(client, repos.len(), "looking at repositories", job);
    let mut reports = Vec::with_capacity(repos.len());
    let mut batch: Vec<Looked> = Vec::new();
    let mut next = next;
    let mut since = Instant::now();
    let worked = async {
        while let Some(came) = work.next(&mut next).await? {
            if let Came::Looked((repo, looked)) = came
                && !matches!(&looked, Err(why) if why.is_cancelled())
            {
                if batch.is_empty() {
                    since = Instant::now();
                }
                batch.push((repo, looked));
            }
            if batch.len() >= BATCH_MAX || since.elapsed() > BATCH_WAIT && !batch.is_empty() {
                reports.extend(writer.seen(std::mem::take(&mut batch)).await?);
            }
        }
        if !batch.is_empty() {
            reports.extend(writer.seen(batch).await?);
        }
        Ok(())
    }
    .await;
    work.stop().await;
    worked.map(|()| reports)
}

/// Puts right what a plan says, and writes each repository by itself.
async fn apply_all(
    writer: &Writer<'_>,
    client: &Client,
    repos: Vec<RepoPlan>,
    hash: &PlanHash,
    allowance: Allowance,
    job: &JobContext,
) -> Result<Vec<RepoReport>> {
    let names: Vec<String> = repos.iter().map(|repo| repo.repo.clone()).collect();
    let desired = desired(writer.db, &names).await?;
    let contested = contested(writer.db, &names, Utc::now()).await?;
    let (allowance, total) = (Arc::new(allowance), repos.len());
    let mut left = repos.into_iter();
    let mut next = |set: &mut JoinSet<Came>| {
        let Some(mut plan) = left.next() else { return false };
        let (client, allowance) = (client.clone(), Arc::clone(&allowance));
        let desired = Arc::clone(&desired[&plan.repo]);
        // What two sides have begun to pull at since it was reviewed is left to them.
        let tug = plan.fields.iter().find(|field| is_contested(&contested, &plan.repo, &field.path));
        let tug = tug.map(|field| field.path.to_string());
        plan.fields.retain(|field| !is_contested(&contested, &plan.repo, &field.path));
        set.spawn(async move {
            let mut applied = apply(&client, &plan, &desired, &allowance).await;
            if let (Some(path), End::Settled) = (tug, &applied.end) {
                applied.end =
                    End::Refused(format!("{path}: two sides pull it to and fro; they have to agree first"));
            }
            Came::Applied(plan.repo, Box::new(applied))
        });
        true
    };
    let mut work = Work::new(client, total, "correcting repositories", job);
    let mut reports = Vec::with_capacity(total);
    let worked = async {
        while let Some(came) = work.next(&mut next).await? {
            if let Came::Applied(repo, applied) = came
                && applied.end != End::Cancelled
            {
                reports.push(writer.applied(&repo, hash, *applied).await?);
            }
        }
        Ok(())
    }
    .await;
    work.stop().await;
    worked.map(|()| reports)
}

async fn desired(db: &Db, repos: &[String]) -> Result<BTreeMap<String, Arc<Document>>> {
    let subjects = subjects(db, repos, Utc::now()).await?;
    Ok(subjects.into_iter().map(|subject| (subject.repo, Arc::new(subject.desired))).collect())
}

/// Repositories that are worked on at once.
struct Work<'a> {
    set: JoinSet<Came>,
    at_once: usize,
    done: u64,
    total: u64,
    step: &'static str,
    job: &'a JobContext,
}

impl<'a> Work<'a> {
    fn new(client: &Client, total: usize, step: &'static str, job: &'a JobContext) -> Self {
        // A few more than there are connections, so that none of these waits for the next repository.
        let at_once = (client.concurrency() + client.concurrency() / 4 + 1).min(2 * CONCURRENCY_MAX);
        job.report(step, 0, Some(total as u64));
        Work { set: JoinSet::new(), at_once, done: 0, total: total as u64, step, job }
    }

    /// The next repository that is through; `begin` begins another. None after the last, or after a cancel.
    async fn next(&mut self, begin: &mut impl FnMut(&mut JoinSet<Came>) -> bool) -> Result<Option<Came>> {
        while !self.job.cancellation().is_cancelled() && self.set.len() < self.at_once && begin(&mut self.set)
        {
        }
        let Some(came) = self.set.join_next().await else { return Ok(None) };
        self.done += 1;
        self.job.report(self.step, self.done, Some(self.total));
        came.map(Some)
            .map_err(|e| Error::new(Kind::Failed, "the reconciler stopped on a bug in attestor").because(e))
    }

    /// Waits for what is under way: a change that was sent is never cut off.
    async fn stop(mut self) {
        if !self.set.is_empty() {
            self.job.cancellation().cancel();
        }
        while self.set.join_next().await.is_some() {}
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
