//! The entries of claims, snoozes and accepted risks.
//!
//! A deed on many findings names how many and a digest. To recompute it, take the rows of
//! `triage.attention` whose `deed_key` is the payload's `idempotency_key`, in the order of their
//! `finding_id`, and hash one line for each, ended by a line feed, as for verdicts:
//!
//! ```text
//! finding_id id state ends
//! ```

use super::{Why, chosen_by, hex, name, shared, taken_back};
use crate::chain::entry::{Category, NewEntry};
use crate::ids::{AttentionId, FindingId};
use crate::triage::attention::{Attend, AttentionKind, Step};
use crate::triage::reason::Reason;
use crate::triage::store::feedbacks::Locked;
use chrono::SecondsFormat;
use serde_json::Map;
use sha2::{Digest, Sha256};

/// How the payload names what its digest is over.
const DIGEST_OF: &str = "finding_id id state ends";

/// What a deed about `kind` is entered as.
pub fn category(kind: AttentionKind) -> Category {
    match kind {
        AttentionKind::Claim | AttentionKind::Snooze => Category::FindingTriage,
        AttentionKind::Acceptance => Category::RiskAcceptance,
    }
}

/// The entry of `deed`, which wrote `written` for `steps`, on the findings of `locked`.
pub fn attention(
    locked: &[Locked],
    steps: &[Step],
    written: &[(FindingId, AttentionId)],
    deed: &Attend,
    why: &Why<'_>,
) -> NewEntry {
    let mut payload = Map::new();
    payload.insert("state".into(), deed.kind().word().into());
    let until = deed.until().map(|until| until.to_rfc3339_opts(SecondsFormat::Micros, true));
    payload.insert("until".into(), until.into());
    payload.insert("reason".into(), deed.reason().map(Reason::as_str).into());
    if let ([row], [step], [(_, id)]) = (locked, steps, written) {
        name(&mut payload, row);
        payload.insert("attention_id".into(), id.0.into());
        payload.insert("ends".into(), step.ends.map(|id| id.0).into());
    } else {
        payload.insert("count".into(), written.len().into());
        payload.insert("digest".into(), digest(steps, written, deed.kind()).into());
        payload.insert("digest_of".into(), DIGEST_OF.into());
    }
    chosen_by(&mut payload, why.filter);
    taken_back(&mut payload, why);
    let repo = shared(locked, |row| row.named.project_name.as_deref());
    let commit = shared(locked, |row| row.named.commit_sha.as_deref());
    NewEntry::new(category(deed.kind()), deed.event_type(), payload).about(repo, repo.and(commit))
}

fn digest(steps: &[Step], written: &[(FindingId, AttentionId)], kind: AttentionKind) -> String {
    let mut hash = Sha256::new();
    for (step, (finding, id)) in steps.iter().zip(written) {
        let ends = step.ends.map_or("-".to_owned(), |id| id.to_string());
        hash.update(format!("{finding} {id} {} {ends}\n", kind.word()));
    }
    hex(hash)
}
