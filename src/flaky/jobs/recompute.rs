//! Scoring the tests of one repository or of all.
//!
//! What is visible at one moment is counted first, without a lock; then the tests of a repository are
//! locked, joined with what people decided, and written with one entry, a repository at a time. Stopped in
//! between, the repositories that are through stay scored.
//!
//! A scoring looks at what is new alone, and gives exactly what a full one would: whole runs that came
//! after all others, on commits that were never tested before, are added to what was counted; where
//! anything else is new (a retry of an old commit, a file that came late, a run that turned out to be an
//! outage) the tests that it touches are counted again from their beginning.

use crate::chain::change::Change;
use crate::chain::entry::Category;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::flaky::record;
use crate::flaky::scoring::{Counted, Scored, Scorer, Standing};
use crate::flaky::state::State;
use crate::flaky::store::evidence::{self, NAMED_MAX, Repo, Scope};
use crate::flaky::store::{decisions, scoring, settings};
use crate::ids::{DeedKey, EntrySeq, RunId};
use crate::jobs::JobContext;
use crate::operations::check::{Check, ReasonCode, Severity, Status};
use crate::operations::run::{Flow, Identity};
use crate::operations::start::{Asked, Finished, Started, bury, start};
use crate::text::{SafeText, visible};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// The runs of scorings.
pub const RECOMPUTE: Flow = Flow {
    name: "tests_recompute",
    started: "tests_recompute.started",
    completed: "tests_recompute.completed",
    category: Category::Quarantine,
};

/// Tests that are written at a time.
const BATCH_ROWS: usize = 5_000;
/// Repositories that a run's report names one by one.
const NAMED_REPOS_MAX: usize = 100;

/// What is to be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recompute {
    /// The repository; all of them, where none is named.
    pub repo: Option<String>,
    /// How.
    pub how: How,
}

/// How much is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// What is new.
    Incremental,
    /// Everything.
    Full,
}

/// What a scoring came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RecomputeReport {
    /// Its run, where it was recorded.
    pub run_id: Option<RunId>,
    /// The repositories that were scored; those without news are left out.
    pub repos: Vec<RepoScored>,
    /// Repositories in which nothing was new.
    pub unchanged: u64,
}

/// What the scoring of a repository came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepoScored {
    /// The repository.
    pub repo: SafeText,
    /// What was counted: `all`, `touched` (tests that news touch, from their beginning) or `new` (new runs
    /// alone).
    pub counted: &'static str,
    /// Tests that were scored.
    pub tests: u64,
    /// Those of them that were never seen before.
    pub new: u64,
    /// Those whose state changed.
    pub changed: u64,
    /// Those that are flaky.
    pub flaky: u64,
    /// Those that are broken.
    pub broken: u64,
    /// Those whose quarantine is suggested.
    pub suggested: u64,
    /// The entry in the audit chain.
    pub entry: EntrySeq,
}

/// Scores tests, as a recorded run.
///
/// # Errors
/// `NotFound` where the repository has no results; `Conflict` where such a run is under way; `Denied` where
/// the login may not (it takes an operator).
pub async fn recompute(db: &Db, asked: &Recompute, job: &JobContext) -> Result<RecomputeReport> {
    // What a killed scoring left is seen as what it is.
    drop(bury(db, RECOMPUTE).await);
    let about = asked.repo.as_deref().unwrap_or("*");
    let identity = Identity::of(RECOMPUTE).about("repo", about);
    let run =
        Asked::new(identity).called(if about == "*" { "all repositories" } else { about }).without_entries();
    let work = async |job: JobContext| {
        let report = work(db, asked, &job).await?;
        let sum = |of: fn(&RepoScored) -> u64| report.repos.iter().map(of).sum::<u64>();
        let counts = [
            ("repositories", report.repos.len() as u64),
            ("tests", sum(|repo| repo.tests)),
            ("new", sum(|repo| repo.new)),
            ("changed", sum(|repo| repo.changed)),
            ("suggested", sum(|repo| repo.suggested)),
        ];
        let checks = checks(&report);
        Ok(Finished::new(report).counts(counts).checks(checks))
    };
    match start(db, &run, job, work).await? {
        Started::Done(done) => Ok(RecomputeReport { run_id: done.record.ok(), ..done.value }),
        Started::Active(found) => {
            Err(Error::new(Kind::Conflict, format!("run {} scores these tests already", found.id))
                .hint(format!("wait for it; `attestor runs show {}` tells how far it is", found.id)))
        }
    }
}

async fn work(db: &Db, asked: &Recompute, job: &JobContext) -> Result<RecomputeReport> {
    // Cancelled, the connections are closed: the server stops reading, and rolls back what was not committed.
    tokio::select! {
        biased;
        () = job.cancellation().cancelled() => Err(Error::new(
            Kind::Incomplete, "cancelled; the repositories that were through stay scored")),
        done = score_all(db, asked, job) => done,
    }
}

async fn score_all(db: &Db, asked: &Recompute, job: &JobContext) -> Result<RecomputeReport> {
    let mut snapshot = db.snapshot().await?;
    let repos = evidence::repos(&mut snapshot, asked.repo.as_deref()).await?;
    if let (Some(name), true) = (&asked.repo, repos.is_empty()) {
        let what = format!("there are no results of tests of \"{}\"", visible(name));
        return Err(
            Error::new(Kind::NotFound, what).hint("`attestor import junit FILE --repo NAME` takes some in")
        );
    }
    let mut report = RecomputeReport::default();
    for mut repo in repos {
        let step = format!("counting {}", visible(&repo.name));
        let Some(scope) = scope(&mut snapshot, &mut repo, asked.how).await? else {
            report.unchanged += 1;
            continue;
        };
        let mut tests = Vec::new();
        evidence::count(&mut snapshot, repo.id, &scope, job, &step, |test| tests.push(test)).await?;
        job.report(&format!("scoring {}", visible(&repo.name)), 0, Some(tests.len() as u64));
        let (repo, scope, tests) = (&repo, &scope, &tests);
        let scored = settled(db, DeedKey::fresh(), |change| keep(change, repo, scope, tests, job)).await?;
        report.repos.push(scored);
    }
    Ok(report)
}

/// What has to be counted in a repository; none where nothing is new.
async fn scope(snapshot: &mut Snapshot, repo: &mut Repo, how: How) -> Result<Option<Scope>> {
    let seen = match (how, &repo.before.snapshot) {
        (How::Incremental, Some(seen)) => seen.clone(),
        _ => {
            repo.now.has_loose = evidence::has_loose(snapshot, repo.id).await?;
            return Ok(Some(Scope::All));
        }
    };
    let news = evidence::news(snapshot, repo, &seen).await?;
    repo.now.has_loose |= news.has_loose;
    let in_one = |a: &[i64], b: &[i64]| a.iter().filter(|run| !b.contains(run)).copied().collect::<Vec<_>>();
    // Outages that are new as runs are among the news already.
    let mut turned = in_one(&repo.now.outages, &repo.before.outages);
    turned.retain(|run| !news.runs.contains(run));
    turned.extend(in_one(&repo.before.outages, &repo.now.outages));
    if news.results == 0 && turned.is_empty() {
        return Ok(None);
    }
    if news.comes_after && turned.is_empty() && !repo.now.has_loose {
        return Ok(Some(Scope::Since(seen)));
    }
    let runs = [news.runs, turned].concat();
    let tests = evidence::touched(snapshot, repo.id, &seen, &runs).await?;
    Ok(Some(if tests.len() > NAMED_MAX { Scope::All } else { Scope::Tests(tests) }))
}

/// Joins what was counted with what stands, and commits it with its entry.
async fn keep(
    mut change: Change,
    repo: &Repo,
    scope: &Scope,
    tests: &[Counted],
    job: &JobContext,
) -> Result<RepoScored> {
    // Where the answer to the commit was lost, it is done, and nothing is written again.
    let done = decisions::done_before(&mut change).await?;
    if done.is_none() {
        scoring::hold(&mut change, repo).await?;
    }
    let thresholds = settings::held(&mut change).await?;
    let names: Option<Vec<String>> = match scope {
        Scope::All => None,
        _ => Some(tests.iter().map(|test| test.test_id.clone()).collect()),
    };
    let standing = scoring::lock(&mut change, repo.id, names.as_deref()).await?;
    let standing: HashMap<(&str, &str), &Standing> =
        standing.iter().map(|test| ((&*test.test_id, &*test.environment), test)).collect();
    let mut scorer = Scorer::new(thresholds);
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for word in ["tests", "new", "changed", "flaky", "broken", "suggested"] {
        counts.insert(word, 0);
    }
    let mut add = |word, count: bool| *counts.entry(word).or_default() += u64::from(count);
    for (batch, tests) in tests.chunks(BATCH_ROWS).enumerate() {
        job.check_cancelled()?;
        job.report("scoring", (batch * BATCH_ROWS) as u64, None);
        let mut scored: Vec<Scored> = Vec::with_capacity(tests.len());
        for test in tests {
            let before = standing.get(&(&*test.test_id, &*test.environment)).copied();
            let after = scorer.score(test.clone(), before);
            add("tests", true);
            add("new", after.is_new);
            add("changed", before.is_some_and(|before| before.is_scored && before.state != after.state));
            add("flaky", after.state == State::Flaky);
            add("broken", after.state == State::Broken);
            add("suggested", after.suggested);
            scored.push(after);
        }
        if done.is_none() {
            scoring::write(&mut change, repo.id, &scored).await?;
        }
    }
    let counted = match scope {
        Scope::All => "all",
        Scope::Tests(_) => "touched",
        Scope::Since(_) => "new",
    };
    let entry = match done {
        Some(done) => done.seq,
        None => {
            scoring::reach(&mut change, repo.id, &repo.now).await?;
            change.commit(record::recomputed(&repo.name, &counts, counted, thresholds)).await?
        }
    };
    let count = |word| counts.get(word).copied().unwrap_or(0);
    Ok(RepoScored {
        repo: SafeText::new(&repo.name),
        counted,
        tests: count("tests"),
        new: count("new"),
        changed: count("changed"),
        flaky: count("flaky"),
        broken: count("broken"),
        suggested: count("suggested"),
        entry,
    })
}

/// What a run's report says: each repository, with what somebody should look at.
fn checks(report: &RecomputeReport) -> Vec<Check> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut checks = vec![Check::pass("scored", "Results were counted as far as they were visible")];
    for (place, repo) in report.repos.iter().take(NAMED_REPOS_MAX).enumerate() {
        let key = format!("repo.{}", place + 1);
        let check = if repo.suggested > 0 {
            let reason = ReasonCode::ext(RECOMPUTE.name, "quarantine_suggested");
            Check::new(&key, "Quarantine is suggested", Status::Warn, reason)
                .severity(Severity::Low)
                .message("Tests fail and pass on the same commit.")
                .evidence("suggested", number(repo.suggested))
        } else {
            Check::pass(&key, "No test asks for quarantine")
        };
        checks.push(
            check
                .evidence("repo", repo.repo.one_line().into_owned())
                .evidence("tests", number(repo.tests))
                .evidence("broken", number(repo.broken))
                .next("The entry in the audit chain", &format!("attestor:audit/{}", repo.entry)),
        );
    }
    checks
}
