//! Whether a plan still fits what a repository is.

use super::{Planned, RepoPlan, said};
use crate::drift::diff::{Diff, Unreadable, get, put};
use crate::drift::document::{Document, Json};
use crate::drift::path::Path;
use chrono::DateTime;

/// What is to be done with one repository.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// All that was planned is there already.
    Done,
    /// These are still as they were when the plan was made; the others are there already.
    Change(Vec<Planned>),
    /// Something is neither as it was nor as it is to be: nothing of the plan is done here.
    Refused(String),
}

/// Holds `plan` against what the repository is now.
pub fn judge(plan: &RepoPlan, observed: &Document, unreadable: &[Unreadable]) -> Verdict {
    let mut change = Vec::new();
    for field in &plan.fields {
        if let Some(hidden) = unreadable.iter().find(|hidden| field.path.is_within(&hidden.path)) {
            return Verdict::Refused(format!("{} cannot be read any more: {}", field.path, hidden.reason));
        }
        let now = get(observed, &field.path).cloned();
        // Asked first: where both hold, nothing is to be done.
        if is_done(&field.path, field.to.as_ref(), now.as_ref()) {
            continue;
        }
        if said(now.clone()) != field.from {
            let told = |value: Option<&Json>| value.map_or("nothing".to_owned(), short);
            let (now, from) = (told(now.as_ref()), told(field.from.as_ref()));
            return Verdict::Refused(format!(
                "{} has moved: it is {now}, and was {from} when planned",
                field.path
            ));
        }
        change.push(field.clone());
    }
    if change.is_empty() { Verdict::Done } else { Verdict::Change(change) }
}

/// Whether `now` is what `to` asks for at `path`: a whole may have more than it was asked for, as long as
/// nothing of that counts as a difference.
fn is_done(path: &Path, to: Option<&Json>, now: Option<&Json>) -> bool {
    if said(to.cloned()) == said(now.cloned()) {
        return true;
    }
    let (mut wanted, mut is) = (Document::default(), Document::default());
    put(&mut wanted, path, to);
    put(&mut is, path, now);
    if to.is_none() {
        // The section is spoken of, so that what is left in it counts.
        if let Some(section) = path.section() {
            wanted.0.entry(section.to_owned()).or_insert_with(|| Json::Object(Default::default()));
        }
    }
    let diff = Diff::of(&wanted, &is, &[], &[], DateTime::UNIX_EPOCH);
    diff.drift().next().is_none()
}

/// A value as a message may hold it.
fn short(value: &Json) -> String {
    const CHARS_MAX: usize = 60;
    let text = value.to_string();
    let cut: String = text.chars().take(CHARS_MAX).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{more}", crate::text::visible(&cut))
}
