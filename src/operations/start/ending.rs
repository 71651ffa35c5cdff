//! The end of a run: by its own work, or by whoever finds that its lease is past.

use super::{Asked, Done, Finished};
use crate::chain::change::Change;
use crate::chain::entry::NewEntry;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, RunId};
use crate::jobs::JobContext;
use crate::operations::check::Check;
use crate::operations::redact;
use crate::operations::report::VerificationReport;
use crate::operations::run::{Flow, Identity, Outcome};
use crate::operations::store::{self, Completion, Entries};
use chrono::Utc;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Ends the run as its work ended, and hands on what that gave.
pub(super) async fn end<T>(
    db: &Db,
    asked: &Asked,
    run: RunId,
    worked: Result<Finished<T>>,
    job: &JobContext,
) -> Result<Done<T>> {
    match worked {
        Ok(Finished { value, outcome, counts, facts, checks }) => {
            let report = match checks {
                Some(checks) => Some(report(db, &asked.identity, run, checks).await),
                None => None,
            };
            let told = Told { outcome, counts, facts, report: report.as_ref(), failure: None };
            // The work is done, whatever becomes of its record.
            let record = complete(db, asked, run, &told).await.map(|()| run);
            Ok(Done { value, report: report.map(Box::new), record })
        }
        Err(error) => {
            let outcome = outcome_of(&error, job);
            let failure = Some(failure(&error));
            let told = Told { outcome, counts: Vec::new(), facts: Map::new(), report: None, failure };
            // Where this fails too, the lease ends the run; the work's own failure is what is told.
            drop(complete(db, asked, run, &told).await);
            Err(error)
        }
    }
}

/// The report of a run, with the one before it of its identity, as far as that can be read.
async fn report(db: &Db, identity: &Identity, run: RunId, checks: Vec<Check>) -> VerificationReport {
    let (before, now) = store::report_before(db, &identity.hash(), run).await.unwrap_or((None, Utc::now()));
    VerificationReport::of(identity, checks, now, before)
}

/// Completes a run as failed whose lease is past; false where it is alive or was completed meanwhile.
pub(super) async fn bury(db: &Db, flow: Flow, run: RunId, entries: Entries) -> Result<bool> {
    let what = "its process ended without a word; what it had committed until then stands";
    let completion = Completion {
        outcome: Outcome::Failed,
        counts: json!({}),
        failure: Some(json!({"kind": "lost", "message": what})),
        report: None,
    };
    if entries == Entries::None {
        return store::bury_quietly(db, run, &completion).await;
    }
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    if !store::lock_lost(&mut change, run).await? {
        return Ok(false);
    }
    store::complete(&mut change, run, &completion).await?;
    let mut fields = Map::new();
    fields.insert("run_id".into(), json!(run));
    fields.insert("outcome".into(), json!(Outcome::Failed));
    fields.insert("lost".into(), json!(true));
    change.commit(NewEntry::new(flow.category, flow.completed, fields)).await?;
    Ok(true)
}

/// What is recorded of an end.
struct Told<'a> {
    outcome: Outcome,
    counts: Vec<(&'static str, u64)>,
    facts: Map<String, Value>,
    report: Option<&'a VerificationReport>,
    failure: Option<Value>,
}

async fn complete(db: &Db, asked: &Asked, run: RunId, told: &Told<'_>) -> Result<()> {
    let counts: BTreeMap<&str, u64> = told.counts.iter().copied().collect();
    let report = told.report.map(serde_json::to_value).transpose();
    let completion = Completion {
        outcome: told.outcome,
        counts: json!(counts),
        failure: told.failure.clone(),
        report: report.map_err(|e| Error::new(Kind::Failed, e.to_string()))?,
    };
    if asked.entries == Entries::None {
        let was_running = store::complete_quietly(db, run, &completion).await?;
        return if was_running { Ok(()) } else { Err(taken_for_dead(run)) };
    }
    let mut fields = redact::object(told.facts.clone());
    fields.insert("run_id".into(), json!(run));
    fields.insert("outcome".into(), json!(told.outcome));
    fields.insert("counts".into(), json!(counts));
    if let Some(report) = told.report {
        fields.insert("overall".into(), json!(report.summary.overall));
        fields.insert("checks".into(), json!(report.summary.counts));
        fields.insert("fingerprint".into(), json!(report.fingerprint));
    }
    let flow = asked.identity.flow;
    let (completion, fields) = (&completion, &fields);
    settled(db, DeedKey::fresh(), |mut change: Change| async move {
        if !store::lock_running(&mut change, run).await? {
            // Where it was this very deed, the answer to its commit was lost.
            let ours = store::is_completed_by(&mut change, run).await?;
            return if ours { Ok(()) } else { Err(taken_for_dead(run)) };
        }
        store::complete(&mut change, run, completion).await?;
        change.commit(NewEntry::new(flow.category, flow.completed, fields.clone())).await?;
        Ok(())
    })
    .await
}

fn taken_for_dead(run: RunId) -> Error {
    Error::new(Kind::Conflict, format!("run {run} was taken for dead while its work went on"))
        .hint("its process slept for longer than its lease")
}

fn outcome_of(error: &Error, job: &JobContext) -> Outcome {
    match error.kind() {
        Kind::Incomplete if job.cancellation().is_cancelled() => Outcome::Cancelled,
        Kind::Denied | Kind::Configuration | Kind::Unconfigured => Outcome::Blocked,
        _ => Outcome::Failed,
    }
}

/// What went wrong, as the column holds it.
fn failure(error: &Error) -> Value {
    let mut failure = json!({"kind": word(error.kind()), "message": redact::text(&error.to_string())});
    if let Some(hint) = error.hint_text() {
        failure["hint"] = redact::text(hint).into();
    }
    failure
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Failed | Kind::OtherBuild | Kind::ReaderGone => "failed",
        Kind::Usage => "usage",
        Kind::Incomplete => "incomplete",
        Kind::UnreadableInput => "unreadable_input",
        Kind::NoDatabase => "no_database",
        Kind::Denied => "denied",
        Kind::Configuration | Kind::Unconfigured => "configuration",
        Kind::WrongPassword => "wrong_password",
        Kind::Conflict => "conflict",
        Kind::NotFound => "not_found",
    }
}
