//! What the chain keeps of tests: the payloads of their entries.
//!
//! A decision on one test names it and the evidence that it was made on. One on many names how many, and a
//! digest over one line for each row of `trust.flaky_decisions` with the key of the deed, in the order of
//! the tests: `flaky_test_id id deed`, with single spaces and ended by a line feed; SHA-256, in hex.

use super::actions::Decide;
use super::decision::{Step, What};
use super::preview::Preview;
use super::state::Thresholds;
use super::test::Test;
use crate::chain::entry::{ActorType, Category, NewEntry};
use crate::ids::TestId;
use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How the payload names what its digest is over.
const DIGEST_OF: &str = "flaky_test_id id deed";
/// The most of a filter's text that is kept.
const FILTER_CHARS_MAX: usize = 8_192;

/// The entry of a decision on `tests`, whose rows have the ids of `written`.
pub fn decision(tests: &[Test], steps: &[Step], written: &[(TestId, i64)], deed: &Decide) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("reason".into(), deed.what.reason().as_str().into());
    if let What::Quarantine { owner, link, until, .. } = &deed.what {
        payload.insert("owner".into(), owner.as_ref().map(super::quarantine::Owner::as_str).into());
        payload.insert("link".into(), link.as_ref().map(super::quarantine::Link::as_str).into());
        payload.insert("until".into(), until.to_rfc3339_opts(SecondsFormat::Micros, true).into());
    }
    payload.insert("by_rule".into(), steps.iter().all(|step| step.by_rule).into());
    if let Some(filter) = &deed.filter {
        payload.insert("filter".into(), filter.chars().take(FILTER_CHARS_MAX).collect::<String>().into());
    }
    match tests {
        [test] => {
            payload.insert("flaky_test_id".into(), json!(test.id));
            payload.insert("test_id".into(), json!(test.test_id));
            payload.insert("suite".into(), json!(test.test_suite));
            payload.insert("test".into(), json!(test.test_name));
            payload.insert("environment".into(), json!(test.environment));
            payload.insert("evidence".into(), evidence(test));
        }
        _ => {
            let word = deed.what.word();
            let mut lines = String::new();
            for (test, row) in written {
                // Writing into a string cannot fail.
                let _ = writeln!(lines, "{test} {row} {word}");
            }
            payload.insert("count".into(), tests.len().into());
            payload.insert("digest".into(), hex(&Sha256::digest(lines)).into());
            payload.insert("digest_of".into(), DIGEST_OF.into());
        }
    }
    let event = match deed.what {
        What::Quarantine { .. } => "test_quarantined",
        What::Graduate { .. } => "test_graduated",
        What::Dismiss { .. } => "suggestion_dismissed",
    };
    let repo = tests.first().map(|test| &*test.repo).filter(|repo| repo.len() <= 1_024);
    let repo = repo.filter(|repo| tests.iter().all(|test| &*test.repo == *repo));
    NewEntry::new(Category::Quarantine, event, payload).about(repo, None)
}

fn evidence(test: &Test) -> Value {
    json!({
        "score": test.flakiness_score, "basis": test.basis, "severity": test.severity,
        "first_try": test.first_try, "flaked": test.flaked, "never_passed": test.never_passed,
        "isolated": test.isolated,
    })
}

/// The entry of a scoring.
pub fn recomputed(repo: &str, counts: &BTreeMap<&'static str, u64>, how: &str, at: Thresholds) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("counts".into(), json!(counts));
    payload.insert("how".into(), how.into());
    payload.insert("thresholds".into(), json!(at));
    let repo = Some(repo).filter(|repo| repo.len() <= 1_024);
    let mut entry = NewEntry::new(Category::Quarantine, "tests.recomputed", payload).about(repo, None);
    // The program counts; nobody decides.
    entry.actor_type = ActorType::System;
    entry
}

/// The entry of other thresholds, with what they change.
pub fn thresholds(before: Thresholds, after: Thresholds, reason: &str, preview: &Preview) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("setting".into(), "flaky_thresholds".into());
    payload.insert("before".into(), json!(before));
    payload.insert("after".into(), json!(after));
    payload.insert("reason".into(), reason.into());
    payload.insert("flagged".into(), json!(preview.flagged));
    payload.insert("unflagged".into(), json!(preview.unflagged));
    NewEntry::new(Category::ConfigChange, "flaky_thresholds_set", payload)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
