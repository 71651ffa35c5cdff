//! What the chain keeps of a deed of triage: the payloads of its entries.
//!
//! A deed on one finding names it. A deed on many names how many and a digest, so that an entry stays
//! small however much was decided; the digest commits to every row. To recompute it, take the rows of
//! `triage.feedbacks` whose `deed_key` is the payload's `idempotency_key`, in the order of their
//! `finding_id`, and hash one line for each, ended by a line feed:
//!
//! ```text
//! finding_id id user_verdict retracts
//! ```
//!
//! with single spaces and `-` for NULL; SHA-256 over the UTF-8 of all lines, in lowercase hex digits.
//! The payload names this listing as `digest_of`. In SQL, given the key, this is the text to hash:
//!
//! ```sql
//! select string_agg(concat_ws(' ', finding_id, id, coalesce(user_verdict, '-'),
//!                             coalesce(retracts::text, '-')) || e'\n', '' order by finding_id)
//! from triage.feedbacks where deed_key = '...'
//! ```

mod attention;

pub use attention::{attention, category};

use super::actions::{GiveComment, GiveFeedback};
use super::blind::Share;
use super::feedback::{Decision, Reason};
use super::finding::Verdict;
use super::store::feedbacks::Locked;
use crate::chain::entry::{Category, NewEntry};
use crate::ids::{EntrySeq, FeedbackId, FindingId};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// How the payload names what its digest is over.
const DIGEST_OF: &str = "finding_id id user_verdict retracts";

/// The longest repository name and commit that an entry's columns take.
const COLUMN_BYTES_MAX: usize = 1_024;

/// The most of a filter's text that is kept; it explains the choice, the digest proves it.
const FILTER_CHARS_MAX: usize = 8_192;

/// What a taking back says of itself.
pub struct Why<'a> {
    /// Why, if that was said.
    pub reason: Option<&'a Reason>,
    /// The filter that chose the findings, as text.
    pub filter: Option<&'a str>,
    /// The entry that is taken back as a whole.
    pub takes_back: Option<EntrySeq>,
}

type Said<'a> = &'a [(FindingId, FeedbackId)];

/// The entry of a verdict.
pub fn verdict(locked: &[Locked], decisions: &[Decision], said: Said<'_>, deed: &GiveFeedback) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("verdict".into(), deed.verdict.word().into());
    payload.insert("reason".into(), deed.reason.as_str().into());
    concerning(&mut payload, locked, decisions, said, Some(deed.verdict));
    chosen_by(&mut payload, deed.filter.as_deref());
    entry("finding_triaged", payload, locked)
}

/// The entry of a taking back.
pub fn taking_back(locked: &[Locked], decisions: &[Decision], said: Said<'_>, why: &Why<'_>) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("reason".into(), why.reason.map(Reason::as_str).into());
    concerning(&mut payload, locked, decisions, said, None);
    if let [decision] = decisions {
        // The verdict that stands again.
        payload.insert("verdict".into(), word(decision.verdict));
        payload.insert("retracts".into(), decision.retracts.map(|f| f.0).into());
    }
    chosen_by(&mut payload, why.filter);
    taken_back(&mut payload, why);
    entry("triage_taken_back", payload, locked)
}

/// The entry of a comment.
pub fn comment(locked: &[Locked], said: Said<'_>, deed: &GiveComment) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("comment".into(), deed.comment.as_str().into());
    for (row, (_, feedback)) in locked.iter().zip(said) {
        name(&mut payload, row);
        payload.insert("feedback_id".into(), feedback.0.into());
        payload.insert("version".into(), row.standing.version.0.into());
    }
    entry("finding_commented", payload, locked)
}

/// The entry of another share of blind findings.
pub fn blind_share(before: Share, share: Share) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("from".into(), before.get().into());
    payload.insert("to".into(), share.get().into());
    NewEntry::new(Category::ConfigChange, "blind_share_set", payload)
}

/// Which entry is taken back as a whole. Rows that were decided again since are not among the count.
fn taken_back(payload: &mut Map<String, Value>, why: &Why<'_>) {
    if let Some(seq) = why.takes_back {
        payload.insert("takes_back".into(), seq.0.into());
    }
}

fn entry(event_type: &'static str, payload: Map<String, Value>, locked: &[Locked]) -> NewEntry {
    let repo = shared(locked, |row| row.named.project_name.as_deref());
    let commit = shared(locked, |row| row.named.commit_sha.as_deref());
    // A commit without its repository says nothing.
    NewEntry::new(Category::FindingTriage, event_type, payload).about(repo, repo.and(commit))
}

/// What all findings of the deed have in common, if they do and a column can hold it.
fn shared<'a>(locked: &'a [Locked], of: impl Fn(&'a Locked) -> Option<&'a str>) -> Option<&'a str> {
    let first = of(locked.first()?)?;
    (first.len() <= COLUMN_BYTES_MAX && locked.iter().all(|row| of(row) == Some(first))).then_some(first)
}

fn concerning(
    payload: &mut Map<String, Value>,
    locked: &[Locked],
    decisions: &[Decision],
    said: Said<'_>,
    verdict: Option<Verdict>,
) {
    if let ([row], [decision], [(_, feedback)]) = (locked, decisions, said) {
        name(payload, row);
        payload.insert("feedback_id".into(), feedback.0.into());
        payload.insert("previous".into(), word(decision.previous));
        payload.insert("version".into(), decision.version.0.into());
        return;
    }
    payload.insert("count".into(), said.len().into());
    payload.insert("digest".into(), digest(decisions, said, verdict).into());
    payload.insert("digest_of".into(), DIGEST_OF.into());
}

fn name(payload: &mut Map<String, Value>, row: &Locked) {
    payload.insert("finding_id".into(), row.standing.finding.0.into());
    payload.insert("rule_id".into(), row.named.rule_id.as_deref().into());
    payload.insert("file".into(), row.named.file.as_deref().into());
    payload.insert("fingerprint".into(), row.named.fingerprint.as_deref().into());
}

fn chosen_by(payload: &mut Map<String, Value>, filter: Option<&str>) {
    if let Some(filter) = filter {
        let filter: String = filter.chars().filter(|c| *c != '\0').take(FILTER_CHARS_MAX).collect();
        payload.insert("filter".into(), json!(filter));
    }
}

fn word(verdict: Option<Verdict>) -> Value {
    verdict.map(Verdict::word).into()
}

/// The digest over the listing of a deed's feedback, as the top of this file specifies it.
fn digest(decisions: &[Decision], said: Said<'_>, verdict: Option<Verdict>) -> String {
    let mut hash = Sha256::new();
    let mut line = String::new();
    for (decision, (finding, feedback)) in decisions.iter().zip(said) {
        line.clear();
        let verdict = verdict.map_or("-", Verdict::word);
        let retracts = decision.retracts.map_or("-".to_owned(), |f| f.to_string());
        let _ = writeln!(line, "{finding} {feedback} {verdict} {retracts}");
        hash.update(line.as_bytes());
    }
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
