//! What became of a deed, for people and for programs.

use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::flaky::actions::{Done, Outcome, Refusal, When};
use crate::flaky::test::Test;
use crate::text::counted;
use serde_json::json;
use std::io::{ErrorKind, Write};

/// The most conflicts or refusals that are told one by one.
const TOLD_MAX: usize = 20;

/// Says that no test is concerned.
pub(super) fn nothing(global: &Global) -> Result<u8> {
    if global.json {
        say(&json!({ "outcome": "nothing", "count": 0 }))?;
    } else {
        say(&"no test is concerned; nothing was written")?;
    }
    Ok(0)
}

/// Tells what became of the deed.
pub(super) fn told(outcome: &Outcome, global: &Global) -> Result<u8> {
    if global.json {
        say(&match outcome {
            Outcome::Done(done) => {
                json!({ "outcome": "done", "seq": done.seq, "count": done.count, "done": done.done, "tests": done.rows })
            }
            Outcome::Conflict(conflicts) => json!({ "outcome": "conflict", "conflicts": conflicts }),
            Outcome::Refused(refusals) => json!({ "outcome": "refused", "refusals": refusals }),
        })?;
    }
    match outcome {
        Outcome::Done(done) => {
            if !global.json {
                say(&words(done))?;
            }
            Ok(0)
        }
        Outcome::Conflict(conflicts) => {
            Err(Error::new(Kind::Conflict, "somebody decided meanwhile; nothing was written")
                .hint(format!("look again, then decide\n{}", one_by_one(conflicts))))
        }
        Outcome::Refused(refusals) => {
            let can = |refusal: &Refusal| refusal.why.can_be_overridden();
            let hint = match refusals.iter().all(can) {
                true => "--force does it all the same, and records that",
                false => "see why",
            };
            Err(Error::new(Kind::Failed, "the rules do not allow it; nothing was written")
                .hint(format!("{hint}\n{}", one_by_one(refusals))))
        }
    }
}

fn words(done: &Done) -> String {
    let what = match &*done.rows {
        [test] if done.count == 1 => one(test),
        rows => {
            let state = rows.first().map_or("", |test| test.state.word());
            format!("{} written, {state}", counted(done.count, "test"))
        }
    };
    let before = match done.done {
        When::Now => "",
        When::Before => ", done before under this key",
    };
    format!("{what}; entry {} of the audit chain{before}", done.seq)
}

fn one(test: &Test) -> String {
    let mut words = format!("test #{} is {} (version {})", test.id, test.state, test.version.0);
    if let (true, Some(owner), Some(end)) = (test.quarantined, &test.owner, test.expires_at) {
        words +=
            &format!(", looked after by {} until {}", owner.one_line(), end.format("%Y-%m-%d %H:%M:%SZ"));
        if let Some(left) = test.runs_left() {
            words += &format!(", may leave after {left} clean runs");
        }
    }
    words
}

fn one_by_one(items: &[impl std::fmt::Display]) -> String {
    let mut lines: Vec<String> = items.iter().take(TOLD_MAX).map(ToString::to_string).collect();
    if items.len() > TOLD_MAX {
        lines.push(format!("and {} more", items.len() - TOLD_MAX));
    }
    lines.join("\n")
}

/// Prints a line. A reader that has gone away has seen enough; what was done is done.
pub(super) fn say(line: &dyn std::fmt::Display) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
