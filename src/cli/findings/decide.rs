//! `attestor findings triage` and `attestor findings undo`.

use super::{Chosen, TriageOptions, UndoOptions, filter, usage};
use crate::cli::Global;
use crate::cli::confirm::confirm;
use crate::config::Session;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, FeedbackId, FindingId, Version};
use crate::triage::actions::{self, Decided, GiveFeedback, Outcome, TakeBack, When};
use crate::triage::feedback::{Reason, Target};
use crate::triage::finding::Verdict;
use crate::triage::store::{feedbacks, fields::FIELDS, findings};
use chrono::Utc;
use serde_json::json;
use std::io::{ErrorKind, Write};

/// The most conflicts or refusals that are told one by one.
const TOLD_MAX: usize = 20;

/// Decides findings.
pub(super) async fn triage(options: TriageOptions, global: &Global) -> Result<u8> {
    let reason = Reason::new(&options.reason)?;
    let verdict = options.verdict;
    let Choice { session, key, targets } = match choose(&options.chosen, global, "").await? {
        Begun::Choice(choice) => *choice,
        Begun::Done(done) => return told(&Outcome::Done(done), global),
    };
    if targets.is_empty() {
        return nothing(global);
    }
    let question = format!("Decide {} as {}", counted(targets.len()), verdict.word());
    asked(&options.chosen, global, &question, targets.len()).await?;
    let filter = options.chosen.filter.clone();
    let deed = GiveFeedback { targets, verdict, reason, filter, key };
    told(&actions::give_feedback(&session.db, &deed).await?, global)
}

/// Takes verdicts back.
pub(super) async fn undo(options: UndoOptions, global: &Global) -> Result<u8> {
    let reason = options.reason.as_deref().map(Reason::new).transpose()?;
    let (session, key, targets) = if options.last {
        let session = writable(global).await?;
        let mine = feedbacks::my_last_deed(&session.db).await?;
        let targets: Vec<_> = mine.into_iter().map(|(target, feedback)| (target, Some(feedback))).collect();
        (session, deed_key(&options.chosen), targets)
    } else {
        // A filter means those with something to take back.
        let Choice { session, key, targets } = match choose(&options.chosen, global, "is:decided").await? {
            Begun::Choice(choice) => *choice,
            Begun::Done(done) => return told(&Outcome::Done(done), global),
        };
        (session, key, targets.into_iter().map(|target| (target, None)).collect())
    };
    if targets.is_empty() {
        return nothing(global);
    }
    let question = format!("Take back the verdict on {}", named(&targets));
    if options.last {
        confirm(global, &question, targets.len()).await?;
    } else {
        asked(&options.chosen, global, &question, targets.len()).await?;
    }
    let deed = TakeBack { targets, reason, filter: options.chosen.filter.clone(), key };
    told(&actions::take_back(&session.db, &deed).await?, global)
}

/// The findings of a deed, and where it is done.
struct Choice {
    session: Session,
    key: DeedKey,
    targets: Vec<Target>,
}

/// A deed that can be done, or was done before under its key.
enum Begun {
    Choice(Box<Choice>),
    Done(Decided),
}

/// Finds the findings that were named or that the filter, and `besides` it, lets through.
async fn choose(chosen: &Chosen, global: &Global, besides: &str) -> Result<Begun> {
    let key = deed_key(chosen);
    let Some(text) = &chosen.filter else {
        let mut ids = chosen.ids.clone();
        ids.sort_unstable();
        ids.dedup();
        check_named(chosen, &ids)?;
        let session = writable(global).await?;
        let mut targets = findings::targets_by_ids(&session.db, &ids).await?;
        if let (Some(version), [target]) = (chosen.if_version, &mut *targets) {
            target.version = Version(version);
        }
        return Ok(Begun::Choice(Box::new(Choice { session, key, targets })));
    };
    let filter = filter(text)?.with_term(besides, &FIELDS)?;
    let session = writable(global).await?;
    // What was decided under this key may no longer be what the filter lets through.
    if chosen.key.is_some()
        && let Some(done) = actions::done(&session.db, key).await?
    {
        return Ok(Begun::Done(done));
    }
    let targets = findings::targets(&session.db, &filter, Utc::now()).await?;
    Ok(Begun::Choice(Box::new(Choice { session, key, targets })))
}

fn check_named(chosen: &Chosen, ids: &[FindingId]) -> Result<()> {
    match ids.len() {
        0 => Err(usage("no finding is named").hint("name findings by number, or choose them with --filter")),
        1 => Ok(()),
        _ if chosen.if_version.is_some() => Err(usage("--if-version is for one finding")),
        _ => Ok(()),
    }
}

/// The database, where it may be written to.
async fn writable(global: &Global) -> Result<Session> {
    let session = global.open().await?;
    if session.read_only {
        return Err(Error::new(
            Kind::Denied,
            format!("{} is read-only here; nothing was decided", session.name),
        )
        .hint("leave --read-only out, or choose a connection that may write"));
    }
    Ok(session)
}

fn deed_key(chosen: &Chosen) -> DeedKey {
    chosen.key.map_or_else(DeedKey::fresh, DeedKey)
}

/// Asks, where a filter chose the findings or there are many of them.
async fn asked(chosen: &Chosen, global: &Global, question: &str, count: usize) -> Result<()> {
    const UNASKED_MAX: usize = 100;
    if chosen.filter.is_none() && count <= UNASKED_MAX {
        return Ok(());
    }
    confirm(global, question, count).await
}

fn nothing(global: &Global) -> Result<u8> {
    if global.json {
        say(&json!({ "outcome": "nothing", "count": 0 }))?;
    } else {
        say(&"no finding is concerned; nothing was written")?;
    }
    Ok(0)
}

/// Tells what became of the deed.
fn told(outcome: &Outcome, global: &Global) -> Result<u8> {
    if global.json {
        say(&as_json(outcome))?;
    }
    match outcome {
        Outcome::Done(decided) if !global.json => {
            say(&done_words(decided))?;
            Ok(0)
        }
        Outcome::Done(_) => Ok(0),
        Outcome::Conflict(conflicts) => {
            let lines = told_one_by_one(conflicts);
            Err(Error::new(Kind::Conflict, format!("{}; nothing was written", changed(conflicts.len())))
                .hint(format!("look again, then decide\n{lines}")))
        }
        Outcome::Refused(refusals) => {
            let lines = told_one_by_one(refusals);
            Err(Error::new(Kind::Failed, "nothing was taken back").hint(format!("see why\n{lines}")))
        }
    }
}

/// Prints a line. A reader that has gone away has seen enough; what was done is done.
fn say(line: &dyn std::fmt::Display) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    match outcome {
        Outcome::Done(decided) => json!({
            "outcome": "done",
            "seq": decided.seq,
            "count": decided.count,
            "already_done": decided.done == When::Before,
            "findings": decided.rows,
            "feedback_ids": decided.feedback,
        }),
        Outcome::Conflict(conflicts) => json!({ "outcome": "conflict", "conflicts": conflicts }),
        Outcome::Refused(refusals) => json!({ "outcome": "refused", "refusals": refusals }),
    }
}

fn done_words(decided: &Decided) -> String {
    let what = match decided.rows.as_slice() {
        [finding] => {
            let verdict = finding.triage_decision.map_or("undecided again", Verdict::word);
            format!("finding #{} is {verdict} (version {})", finding.id, finding.version.0)
        }
        _ => format!("{} written", counted(decided.count)),
    };
    let before = match decided.done {
        When::Now => "",
        When::Before => ", done before under this key",
    };
    format!("{what}; entry {} of the audit chain{before}", decided.seq)
}

fn told_one_by_one(items: &[impl std::fmt::Display]) -> String {
    let mut lines: Vec<String> = items.iter().take(TOLD_MAX).map(ToString::to_string).collect();
    if items.len() > TOLD_MAX {
        lines.push(format!("and {} more", items.len() - TOLD_MAX));
    }
    lines.join("\n")
}

fn changed(count: usize) -> String {
    if count == 1 {
        "the finding changed meanwhile".to_owned()
    } else {
        format!("{count} findings changed meanwhile")
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

fn named(targets: &[(Target, Option<FeedbackId>)]) -> String {
    match targets {
        [(target, _)] => format!("finding #{}", target.finding),
        _ => counted(targets.len()),
    }
}
