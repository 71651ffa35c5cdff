//! What became of a deed, for people and for programs.

use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::text::counted;
use crate::triage::actions::{Decided, Outcome, When};
use crate::triage::finding::{Finding, Verdict};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::io::{ErrorKind, Write};

/// The most conflicts or refusals that are told one by one.
const TOLD_MAX: usize = 20;

/// Says that no finding is concerned.
pub(super) fn nothing(global: &Global) -> Result<u8> {
    if global.json {
        say(&json!({ "outcome": "nothing", "count": 0 }))?;
    } else {
        say(&"no finding is concerned; nothing was written")?;
    }
    Ok(0)
}

/// Tells what became of the deed.
pub(super) fn told(outcome: &Outcome, global: &Global) -> Result<u8> {
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
        Outcome::Held(held) => {
            let lines = told_one_by_one(held);
            Err(Error::new(Kind::Conflict, "another holds it; nothing was written")
                .hint(format!("ask them, or wait until it ends\n{lines}")))
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
            "left": decided.left,
        }),
        Outcome::Conflict(conflicts) => json!({ "outcome": "conflict", "conflicts": conflicts }),
        Outcome::Held(held) => json!({ "outcome": "held", "held": held }),
        Outcome::Refused(refusals) => json!({ "outcome": "refused", "refusals": refusals }),
    }
}

fn done_words(decided: &Decided) -> String {
    let what = match decided.rows.as_slice() {
        [finding] if decided.feedback.is_empty() => format!("finding #{}{}", finding.id, attended(finding)),
        [finding] => {
            let verdict = finding.triage_decision.map_or("undecided again", Verdict::word);
            format!("finding #{} is {verdict} (version {})", finding.id, finding.version.0)
        }
        _ => format!("{} written", counted(decided.count, "finding")),
    };
    let before = match decided.done {
        When::Now => "",
        When::Before => ", done before under this key",
    };
    let mut words = format!("{what}; entry {} of the audit chain{before}", decided.seq);
    if !decided.left.is_empty() {
        words += &format!(
            "\n{} left as they are:\n{}",
            counted(decided.left.len(), "finding"),
            told_one_by_one(&decided.left)
        );
    }
    words
}

/// What stands beside the verdict after a claim or its like.
fn attended(finding: &Finding) -> String {
    let until = |until: DateTime<Utc>| until.format("%Y-%m-%d %H:%M:%SZ");
    let mut words = String::new();
    if let (Some(by), Some(end)) = (&finding.claimed_by, finding.claimed_until) {
        words += &format!(", claimed by {} until {}", by.one_line(), until(end));
    }
    if let Some(end) = finding.snoozed_until {
        words += &format!(", snoozed until {}", until(end));
    }
    if let Some(end) = finding.accepted_until {
        words += &format!(", accepted until {}", until(end));
    }
    if words.is_empty() { " is neither claimed, snoozed nor accepted".to_owned() } else { words }
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
