//! What a finding is beside its verdict, in marks and words: claimed, snoozed, accepted; new, moved, gone
//! or back since the scan before.

use super::attending::lasts;
use crate::triage::attention::AttentionKind;
use crate::triage::finding::{Finding, State};
use crate::ui::screen::Look;
use crate::ui::widgets::when;
use chrono::{DateTime, Utc};

/// Stands before a row that somebody looks at now.
pub const CLAIMED: &str = "@";

/// What the newest scan made of it, in one cell: new, moved, gone, back; nothing where it is as before.
pub fn mark(state: State) -> &'static str {
    match state {
        State::New => "+",
        State::Unchanged => "",
        State::Moved => "~",
        State::Absent => "-",
        State::Regressed => "!",
    }
}

/// In at most seven cells, why a finding that nobody decided need not be decided now.
pub fn waits(finding: &Finding, now: DateTime<Utc>) -> Option<&'static str> {
    if lasts(finding, AttentionKind::Acceptance, now) {
        Some("risk ok")
    } else if lasts(finding, AttentionKind::Snooze, now) {
        Some("snoozed")
    } else {
        None
    }
}

/// All of it in words, for who has it read to them; begins with a comma where there is any.
pub fn words(finding: &Finding, look: &Look<'_>) -> String {
    let mut words = String::new();
    if let Some((by, until)) = finding.claimed(look.now) {
        words += &format!(", claimed by {} until {}", by.one_line(), when::moment(until, look.clock));
    }
    if let Some(until) = finding.snoozed(look.now) {
        words += &format!(", snoozed until {}", when::moment(until, look.clock));
    }
    if let Some(until) = finding.accepted(look.now) {
        words += &format!(", risk accepted until {}", when::moment(until, look.clock));
    }
    words
}
