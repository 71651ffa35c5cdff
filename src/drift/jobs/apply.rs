//! Putting one repository right, as a reviewed plan says.
//!
//! It is looked at first, and each field held against the plan. What is in doubt after a failure is looked at
//! again, never sent blindly: so that nothing is done twice, also after a process was killed in the middle.

use super::look::{Look, NoLook, look_anew};
use crate::drift::diff::{Field, Outcome, apply as put_right};
use crate::drift::document::Document;
use crate::drift::github::{Client, RepoName, Request, Trouble, requests, send};
use crate::drift::plan::{Planned, RepoPlan, Verdict, judge};
use serde_json::{Map, Value};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often a repository is looked at before what was sent is called without effect.
const LOOKS_MAX: u32 = 4;
/// The pause before it is looked at again; each further one is twice as long. GitHub shows a change to readers
/// a moment after it was made.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Who the history names for what is put right.
const ACTOR: &str = "attestor";

/// What became of a repository.
#[derive(Debug)]
pub(super) struct Applied {
    /// What it was when it was looked at last; none where it never was.
    pub(super) look: Option<Look>,
    /// The fields that were sent to GitHub.
    pub(super) changed: Vec<Planned>,
    /// The fields that were as planned already.
    pub(super) done: Vec<Planned>,
    /// How it ended.
    pub(super) end: End,
}

/// How it ended.
#[derive(Debug, PartialEq)]
pub(super) enum End {
    /// All of it is as planned.
    Settled,
    /// It is not what the plan was made for.
    Refused(String),
    /// The run corrects no more repositories.
    Postponed,
    /// It could not be looked at, or not be changed.
    Failed {
        /// Why.
        why: String,
        /// Why, for programs.
        code: &'static str,
    },
    /// The person has cancelled it before anything was sent.
    Cancelled,
}

/// How many more repositories may be corrected.
#[derive(Debug)]
pub(super) struct Allowance(AtomicUsize);

impl Allowance {
    pub(super) fn of(repos: usize) -> Self {
        Allowance(AtomicUsize::new(repos))
    }

    fn take(&self) -> bool {
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok()
    }
}

/// Puts right what `plan` says of its repository.
pub(super) async fn apply(
    client: &Client,
    plan: &RepoPlan,
    desired: &Document,
    allowance: &Allowance,
) -> Applied {
    let mut applied = Applied { look: None, changed: Vec::new(), done: Vec::new(), end: End::Settled };
    applied.end = match settle(client, plan, desired, allowance, &mut applied).await {
        Ok(end) => end,
        Err(NoLook::Trouble(Trouble::Cancelled)) if applied.changed.is_empty() => End::Cancelled,
        Err(why) => failed(&why.to_string(), why.code(), &applied),
    };
    if let Some(look) = &mut applied.look {
        // The history names who made a field so; of its own changes, the reconciler knows.
        let actors = applied.changed.iter().map(|field| (field.path.to_string(), ACTOR.to_owned()));
        look.observation.actors.extend(actors);
    }
    let is_changed = |field: &Planned| applied.changed.iter().any(|changed| changed.path == field.path);
    applied.done = match applied.end {
        End::Settled => plan.fields.iter().filter(|field| !is_changed(field)).cloned().collect(),
        _ => Vec::new(),
    };
    applied
}

async fn settle(
    client: &Client,
    plan: &RepoPlan,
    desired: &Document,
    allowance: &Allowance,
    applied: &mut Applied,
) -> Result<End, NoLook> {
    let repo: RepoName = plan.repo.parse().map_err(NoLook::NoName)?;
    let mut pause = FIRST_PAUSE;
    // What was accepted is waited for; what is in doubt may be sent again.
    let mut accepted = false;
    for looks in 1..=LOOKS_MAX {
        if looks > 1 {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        let look = look_anew(client, &plan.repo, desired).await?;
        let verdict = judge(plan, &look.observation.document, &look.observation.unreadable);
        let fields = match verdict {
            Verdict::Done => {
                applied.look = Some(look);
                return Ok(End::Settled);
            }
            Verdict::Refused(why) => {
                applied.look = Some(look);
                return Ok(End::Refused(after_changes(&why, applied)));
            }
            Verdict::Change(fields) => fields,
        };
        let steps = steps(&look, &fields);
        applied.look = Some(look);
        if accepted {
            continue;
        }
        let steps = match steps {
            Ok(steps) => steps,
            Err(why) => return Ok(End::Refused(after_changes(&why, applied))),
        };
        if applied.changed.is_empty() && !allowance.take() {
            return Ok(End::Postponed);
        }
        match send_all(client, &repo, &steps, &fields, applied).await {
            Ok(()) => accepted = true,
            // Looked at again: it may have been done.
            Err(trouble) if trouble.leaves_doubt() && looks < LOOKS_MAX => {}
            // As where somebody made the label in between.
            Err(Trouble::Rejected(409 | 422, _)) if looks == 1 => {}
            Err(Trouble::Cancelled) if applied.changed.is_empty() => return Ok(End::Cancelled),
            Err(trouble) => return Ok(failed(&trouble.to_string(), trouble.code(), applied)),
        }
    }
    let why = if accepted { "GitHub accepted it, and does not show it" } else { "it cannot be changed now" };
    Ok(failed(why, "unknown_error", applied))
}

/// The requests that make of what was seen what was planned.
fn steps(look: &Look, fields: &[Planned]) -> Result<Vec<Request>, String> {
    let field = |planned: &Planned| Field {
        path: planned.path.clone(),
        desired: planned.to.clone(),
        observed: planned.from.clone(),
        tier: planned.tier,
        outcome: Outcome::Drift,
    };
    let fields: Vec<Field> = fields.iter().map(field).collect();
    let observed = &look.observation.document;
    let target = put_right(observed, &fields);
    let steps = requests(&look.seen, &values(observed), &values(&target))?;
    if steps.is_empty() {
        return Err("nothing that GitHub can be told makes it as planned".to_owned());
    }
    Ok(steps)
}

fn values(document: &Document) -> Map<String, Value> {
    match serde_json::to_value(document) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

async fn send_all(
    client: &Client,
    repo: &RepoName,
    steps: &[Request],
    fields: &[Planned],
    applied: &mut Applied,
) -> Result<(), Trouble> {
    for step in steps {
        let sent = send(client, repo, step).await;
        // Whatever was sent may have been done; one that was never sent was not.
        let may_be_done = match &sent {
            Ok(()) => true,
            Err(trouble) => trouble.leaves_doubt(),
        };
        if may_be_done {
            for field in fields.iter().filter(|field| step.concerns(&field.path)) {
                if !applied.changed.iter().any(|changed| changed.path == field.path) {
                    applied.changed.push(field.clone());
                }
            }
        }
        sent?;
    }
    Ok(())
}

fn failed(why: &str, code: &'static str, applied: &Applied) -> End {
    End::Failed { why: after_changes(why, applied), code }
}

/// The reason, with what was changed before it.
fn after_changes(why: &str, applied: &Applied) -> String {
    match applied.changed.len() {
        0 => why.to_owned(),
        fields => format!("{why} (after {fields} of its fields had been sent)"),
    }
}
