//! A report as a checklist: what was looked at, and how it came out.

use super::report::Report;
use super::verdict::{Break, Kind};
use crate::operations::check::{Check, ReasonCode, Severity, Status};
use crate::text::counted;

/// The most breaks that a check points at.
const POINTED_MAX: usize = 10;

/// What is looked at, by the breaks that it can have.
const LINES: [(&str, &str, &[Kind]); 7] = [
    ("rows.visible", "No row is hidden", &[Kind::HiddenRows]),
    ("entries.payload", "Payloads are those that were hashed", &[Kind::PayloadMismatch]),
    (
        "entries.columns",
        "Columns are those that were hashed",
        &[Kind::MetadataMismatch, Kind::ChainIdMismatch],
    ),
    ("entries.order", "Positions have no gap and stand once", &[Kind::Gap, Kind::Duplicate]),
    ("entries.links", "Every entry follows the one before it", &[Kind::LinkMismatch]),
    ("entries.time", "Time never runs backwards", &[Kind::TimeRegression]),
    (
        "checkpoints.agree",
        "Trusted checkpoints agree",
        &[Kind::Rollback, Kind::RootMismatch, Kind::Fork, Kind::BadSignature],
    ),
];

/// The checks of a report.
pub fn checks(report: &Report) -> Vec<Check> {
    let mut checks: Vec<Check> =
        LINES.iter().map(|(key, title, kinds)| of_breaks(report, key, title, kinds)).collect();
    checks.push(anchor(report));
    if let Some(reconciled) = &report.reconciled {
        checks.push(match reconciled.orphans {
            0 => Check::pass("decisions.entered", "Decisions and entries speak of the same deeds"),
            orphans => {
                let first = reconciled.first_orphans.first();
                let first =
                    first.map(|o| format!(", first {} {}: {}", o.table, o.id, o.why)).unwrap_or_default();
                failed("decisions.entered", "Decisions and entries speak of the same deeds", "orphans")
                    .message(format!("{orphans} do not fit{first}"))
            }
        });
    }
    for (about, title) in [
        ("triggers", "Triggers keep entries as they are"),
        ("constraints", "Constraints keep out what is no entry"),
        ("grants", "Nobody may write past the one door"),
    ] {
        let concerns: Vec<&str> =
            report.concerns.iter().filter(|c| c.about == about).map(|c| c.what.as_str()).collect();
        let key = format!("ground.{about}");
        checks.push(if concerns.is_empty() {
            Check::pass(&key, title)
        } else {
            Check::new(&key, title, Status::Warn, ReasonCode::InvalidState)
                .severity(Severity::Medium)
                .message(concerns.join("; "))
        });
    }
    checks
}

fn of_breaks(report: &Report, key: &str, title: &str, kinds: &[Kind]) -> Check {
    let mut found = report.breaks.iter().filter(|found| kinds.contains(&found.kind)).peekable();
    let Some(first) = found.peek() else {
        // What was not walked to its end is not known to be whole.
        return match &report.stopped {
            Some(why) => Check::new(key, title, Status::Skip, ReasonCode::ext("verification", "incomplete"))
                .message(format!("stopped after {}: {why}", counted(report.entries, "entry"))),
            None => Check::pass(key, title),
        };
    };
    let mut check = failed(key, title, first.kind.word()).message(told(first));
    for found in found.take(POINTED_MAX) {
        if let Some(seq) = found.seq {
            check = check.evidence("entry", seq);
        }
    }
    check
}

fn failed(key: &str, title: &str, reason: &str) -> Check {
    Check::new(key, title, Status::Fail, ReasonCode::ext("verification", reason))
        .severity(Severity::Critical)
        .blocking()
}

/// Whether a checkpoint vouches for the chain: without one, a chain that was rewritten whole looks whole.
fn anchor(report: &Report) -> Check {
    const TITLE: &str = "A trusted checkpoint vouches for it";
    const KEY: &str = "checkpoints.cover";
    if let Some(required) = report.required.filter(|required| !required.met) {
        return failed(KEY, TITLE, "not_covered")
            .message(format!("no trusted checkpoint covers the chain up to entry {}", required.seq));
    }
    match &report.anchored {
        Some(anchored) => Check::pass(KEY, TITLE).message(format!(
            "the first {}; {} came after it",
            counted(anchored.size, "entry"),
            anchored.tail
        )),
        None => Check::new(KEY, TITLE, Status::Warn, ReasonCode::MissingConfiguration)
            .severity(Severity::Medium)
            .message("none is trusted: this proves nothing against a rewrite of the whole chain"),
    }
}

/// A break in words.
pub fn told(found: &Break) -> String {
    let place = match (found.seq, found.range) {
        (Some(seq), _) => format!("entry {seq}: "),
        (None, Some((from, to))) => format!("entries {from} to {to}: "),
        (None, None) => String::new(),
    };
    format!("{place}{}: {}", found.kind.word(), found.why)
}
