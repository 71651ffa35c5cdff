//! Many repositories at once: looked at or put right, and written as they come.

use super::apply::{Allowance, Applied, End, apply};
use super::look::look;
use super::record::{Looked, Writer};
use crate::db::Db;
use crate::drift::document::Document;
use crate::drift::github::{CONCURRENCY_MAX, Client};
use crate::drift::plan::{CONTESTED, PlanHash, RepoPlan};
use crate::drift::reconcile::RepoReport;
use crate::drift::store::subjects::{contested, is_contested, subjects};
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use chrono::Utc;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How many repositories are written in one change where they were only looked at.
const BATCH_MAX: usize = 50;
/// How long one that was looked at waits to be written, at most.
const BATCH_WAIT: Duration = Duration::from_secs(1);

/// Looks at these repositories, and writes what it sees in batches beside that.
pub(super) async fn look_at_all(
    writer: &Writer<'_>,
    client: &Client,
    repos: &[String],
    job: &JobContext,
) -> Result<Vec<RepoReport>> {
    let desired = desired(writer.db, repos).await?;
    let mut names = repos.iter();
    let mut next = |set: &mut JoinSet<Came>| {
        let Some(repo) = names.next().cloned() else { return false };
        let (db, client) = (writer.db.clone(), client.clone());
        let desired = Arc::clone(&desired[&repo]);
        set.spawn(async move {
            let looked = look(&db, &client, &repo, &desired).await;
            Came::Looked(Box::new((repo, looked)))
        });
        true
    };
    let mut work = Work::new(client, repos.len(), "looking at repositories", job);
    let (sender, receiver) = mpsc::channel(2 * BATCH_MAX);
    let looking = async {
        let mut looked = Ok(());
        loop {
            match work.next(&mut next).await {
                Ok(Some(Came::Looked(one))) if matches!(&one.1, Err(why) if why.is_cancelled()) => {}
                Ok(Some(Came::Looked(one))) => {
                    // Where nobody writes any more, there is nothing to look for.
                    if sender.send(*one).await.is_err() {
                        break;
                    }
                }
                Ok(Some(Came::Applied(..))) => {}
                Ok(None) => break,
                Err(error) => {
                    looked = Err(error);
                    break;
                }
            }
        }
        drop(sender);
        work.stop().await;
        looked
    };
    let (looked, written) = tokio::join!(looking, write_seen(writer, receiver, repos.len()));
    looked.and(written)
}

/// Writes what comes, as many at a time as come together.
async fn write_seen(
    writer: &Writer<'_>,
    mut looked: mpsc::Receiver<Looked>,
    repos: usize,
) -> Result<Vec<RepoReport>> {
    let mut reports = Vec::with_capacity(repos);
    let mut is_open = true;
    while is_open {
        let Some(first) = looked.recv().await else { break };
        let mut batch = vec![first];
        let full = async {
            while batch.len() < BATCH_MAX {
                match looked.recv().await {
                    Some(next) => batch.push(next),
                    None => return false,
                }
            }
            true
        };
        // What is there when the time is over is written.
        is_open = tokio::time::timeout(BATCH_WAIT, full).await.unwrap_or(true);
        reports.extend(writer.seen(batch).await?);
    }
    Ok(reports)
}

/// Puts right what a plan says, and writes each repository by itself.
pub(super) async fn apply_all(
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
                applied.end = End::Refused(format!("{path}: {CONTESTED}"));
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

/// What is known of one repository once its turn has come.
enum Came {
    Looked(Box<Looked>),
    Applied(String, Box<Applied>),
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
        // More than there are connections, so that none of these waits while a repository is read from the
        // database, or its answers are compared.
        let at_once = (2 * client.concurrency()).min(2 * CONCURRENCY_MAX);
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
