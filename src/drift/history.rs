//! How fields stood over time: what a new look at a repository adds to that.
//!
//! A field enters its history when it first differs, and every change of what is observed, desired or thought
//! of it begins a new spell. What nobody can tell is no history: an unreadable field keeps its spell.

use super::diff::{Diff, Field, Outcome, get};
use super::document::{Document, Json};
use super::path::Path;
use super::schema::Tier;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// Longest path that has a history, in bytes.
const PATH_BYTES_MAX: usize = 4096;

/// A spell that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// Its row.
    pub id: i64,
    /// The field, as it is written.
    pub path: String,
    /// How it stands, in a word.
    pub outcome: String,
    /// How much that matters.
    pub tier: String,
    /// What it should be.
    pub desired: Option<Json>,
    /// What it is.
    pub observed: Option<Json>,
}

/// A spell that begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// The field, as it is written.
    pub path: String,
    /// How it stands, in a word.
    pub outcome: &'static str,
    /// How much that matters.
    pub tier: Tier,
    /// What it should be.
    pub desired: Option<Json>,
    /// What it is.
    pub observed: Option<Json>,
    /// What it was before, where what is observed changed.
    pub changed: Option<Option<Json>>,
    /// Who made it so, where the source tells.
    pub actor: Option<String>,
}

/// What a look at a repository adds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// The spells that end.
    pub ended: Vec<i64>,
    /// Those that begin.
    pub begun: Vec<Begun>,
}

/// What was seen and what should be, before and now.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What was observed before; nothing where nobody had looked.
    pub before: Option<&'a Document>,
    /// What is observed.
    pub observed: &'a Document,
    /// What is desired.
    pub desired: &'a Document,
    /// Who made fields what they are.
    pub actors: &'a BTreeMap<String, String>,
}

/// What `diff` adds to the spells that are open.
pub fn news(open: &[Open], diff: &Diff, seen: &Seen<'_>) -> News {
    let mut news = News::default();
    let fields: BTreeMap<String, &Field> =
        diff.fields.iter().map(|field| (field.path.to_string(), field)).collect();
    let standing: BTreeMap<&str, &Open> = open.iter().map(|open| (open.path.as_str(), open)).collect();
    let paths: BTreeSet<&str> = fields.keys().map(String::as_str).chain(standing.keys().copied()).collect();
    for path in paths.into_iter().filter(|path| path.len() <= PATH_BYTES_MAX) {
        let Some(now) = stands(path, fields.get(path).copied(), diff, seen) else { continue };
        match standing.get(path) {
            None if now.outcome == "match" || now.tier == Tier::Low => {}
            None => {
                let was = seen.before.map(|before| at(before, path).cloned());
                news.begun.push(with_change(now, was, seen));
            }
            Some(open) if is_same(open, &now) => {}
            Some(open) => {
                news.ended.push(open.id);
                news.begun.push(with_change(now, Some(open.observed.clone()), seen));
            }
        }
    }
    news
}

/// How the field at `path` stands; nothing where nobody can tell.
fn stands(path: &str, field: Option<&Field>, diff: &Diff, seen: &Seen<'_>) -> Option<Begun> {
    let begun = |outcome, tier, desired: Option<&Json>, observed: Option<&Json>| Begun {
        path: path.to_owned(),
        outcome,
        tier,
        desired: desired.cloned(),
        observed: observed.cloned(),
        changed: None,
        actor: None,
    };
    if let Some(field) = field {
        return match &field.outcome {
            Outcome::Unreadable { .. } => None,
            outcome => {
                Some(begun(outcome.word(), field.tier, field.desired.as_ref(), field.observed.as_ref()))
            }
        };
    }
    // It is no longer a field of its own: what was missing is there again, or lies in what is missing now.
    let way = Path::from_str(path).ok()?;
    let hidden =
        |field: &&Field| matches!(field.outcome, Outcome::Unreadable { .. }) && way.is_within(&field.path);
    if diff.fields.iter().any(|field| hidden(&field)) {
        return None;
    }
    Some(begun("match", Tier::Low, get(seen.desired, &way), get(seen.observed, &way)))
}

fn with_change(mut begun: Begun, was: Option<Option<Json>>, seen: &Seen<'_>) -> Begun {
    begun.changed = was.filter(|was| *was != begun.observed);
    if begun.changed.is_some() {
        begun.actor = seen.actors.get(&begun.path).cloned();
    }
    begun
}

fn at<'a>(document: &'a Document, path: &str) -> Option<&'a Json> {
    get(document, &Path::from_str(path).ok()?)
}

fn is_same(open: &Open, now: &Begun) -> bool {
    let tier_matters = now.outcome != "match";
    open.outcome == now.outcome
        && open.desired == now.desired
        && open.observed == now.observed
        && (!tier_matters || open.tier == now.tier.word())
}
