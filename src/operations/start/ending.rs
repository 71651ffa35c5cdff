//! The end of a run: by its own work, or by whoever finds that its lease is past.

use super::{Done, Finished};
use crate::chain::change::Change;
use crate::chain::entry::NewEntry;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, RunId};
use crate::jobs::JobContext;
use crate::operations::redact;
use crate::operations::report::VerificationReport;
use crate::operations::run::{Flow, Identity, Outcome};
use crate::operations::store::{self, Completion};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Ends the run as its work ended, and hands on what that gave.
pub(super) async fn end<T>(
    db: &Db,
    identity: &Identity,
    run: RunId,
    worked: Result<Finished<T>>,
    job: &JobContext,
) -> Result<Done<T>> {
    match worked {
        Ok(Finished { value, outcome, counts, facts, checks }) => {
            let told = Told { outcome, counts, facts, checks, failure: None };
            let (report, record) = match complete(db, identity, run, &told).await {
                Ok(report) => (report, Ok(run)),
                // The work is done, whatever its record says.
                Err(why) => (unrecorded(identity, told.checks), Err(why)),
            };
            Ok(Done { value, report, record })
        }
        Err(error) => {
            let told = Told {
                outcome: outcome_of(&error, job),
                counts: Vec::new(),
                facts: Map::new(),
                checks: None,
                failure: Some(failure(&error)),
            };
            // Where this fails too, the lease ends the run; the work's own failure is what is told.
            drop(complete(db, identity, run, &told).await);
            Err(error)
        }
    }
}

/// Completes a run as failed whose lease is past; false where it is alive or was completed meanwhile.
pub(super) async fn bury(db: &Db, flow: Flow, run: RunId) -> Result<bool> {
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    if !store::lock_lost(&mut change, run).await? {
        return Ok(false);
    }
    let what = "its process ended without a word; what it had committed until then stands";
    let failure = json!({"kind": "lost", "message": what});
    let completion = Completion {
        outcome: Outcome::Failed,
        counts: &BTreeMap::new(),
        failure: Some(&failure),
        report: None,
    };
    store::complete(&mut change, run, &completion).await?;
    let mut fields = Map::new();
    fields.insert("run_id".into(), json!(run));
    fields.insert("outcome".into(), json!(Outcome::Failed));
    fields.insert("lost".into(), json!(true));
    change.commit(NewEntry::new(flow.category, flow.completed, fields)).await?;
    Ok(true)
}

/// What is recorded of an end.
struct Told {
    outcome: Outcome,
    counts: Vec<(&'static str, u64)>,
    facts: Map<String, Value>,
    checks: Option<Vec<crate::operations::check::Check>>,
    failure: Option<Value>,
}

async fn complete(
    db: &Db,
    identity: &Identity,
    run: RunId,
    told: &Told,
) -> Result<Option<VerificationReport>> {
    settled(db, DeedKey::fresh(), |mut change: Change| async move {
        let Some(now) = store::lock_running(&mut change, run).await? else {
            if let Some(report) = store::completed_by(&mut change, run).await? {
                // The answer to our own commit was lost.
                return Ok(report.and_then(|report| VerificationReport::read(&report).ok()));
            }
            let what = format!("run {run} was taken for dead while its work went on");
            return Err(Error::new(Kind::Conflict, what).hint("its process slept for longer than its lease"));
        };
        let report = match &told.checks {
            Some(checks) => {
                let before = store::report_before(&mut change, &identity.hash(), run).await?;
                Some(VerificationReport::of(identity, checks.clone(), now, before))
            }
            None => None,
        };
        let counts: BTreeMap<&str, u64> = told.counts.iter().copied().collect();
        let document = report.as_ref().map(serde_json::to_value).transpose();
        let document = document.map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
        let completion = Completion {
            outcome: told.outcome,
            counts: &counts,
            failure: told.failure.as_ref(),
            report: document.as_ref(),
        };
        store::complete(&mut change, run, &completion).await?;
        let mut fields = redact::object(told.facts.clone());
        fields.insert("run_id".into(), json!(run));
        fields.insert("outcome".into(), json!(told.outcome));
        fields.insert("counts".into(), json!(counts));
        if let Some(report) = &report {
            fields.insert("overall".into(), json!(report.summary.overall));
            fields.insert("checks".into(), json!(report.summary.counts));
            fields.insert("fingerprint".into(), json!(report.fingerprint));
        }
        change.commit(NewEntry::new(identity.flow.category, identity.flow.completed, fields)).await?;
        Ok(report)
    })
    .await
}

fn unrecorded(
    identity: &Identity,
    checks: Option<Vec<crate::operations::check::Check>>,
) -> Option<VerificationReport> {
    checks.map(|checks| VerificationReport::of(identity, checks, chrono::Utc::now(), None))
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
