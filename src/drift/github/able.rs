//! What can be put right through GitHub's API, told by the path of a field alone.

use super::document::{LABELS, PROTECTION, RULESETS, SETTINGS};
use super::protection::{FLAGS, REVIEW_FLAGS, SIGNATURES};
use super::repository::{NEVER_CHANGED, SETTINGS as KNOWN_SETTINGS};
use super::ruleset::PARTS;
use super::set::default_of;
use crate::drift::document::Json;
use crate::drift::path::{Path, Step};

/// The fields of a protection beside its yes and no.
const PROTECTION_FIELDS: [&str; 7] = [
    "required_reviews",
    "require_status_checks",
    "required_status_checks",
    "strict_status_checks",
    "restrictions",
    "dismissal_restrictions",
    "bypass_pull_request_allowances",
];

/// Why the field at `path` cannot be made `to`; none where it can, as far as its path tells.
pub fn why_not(path: &Path, to: Option<&Json>) -> Option<String> {
    let steps: Vec<&Step> = path.location().collect();
    let unknown = || Some("it is nothing that GitHub can be told".to_owned());
    let key = |at: usize| match steps.get(at) {
        Some(Step::Key(key)) => Some(key.as_str()),
        _ => None,
    };
    match (key(0), steps.len()) {
        (Some(SETTINGS), 2..) => match key(1) {
            Some(name) if NEVER_CHANGED.contains(&name) => {
                Some("it is changed by a person on GitHub, never from here".to_owned())
            }
            Some(name) if KNOWN_SETTINGS.contains(&name) => {
                let stays = to.is_none() && default_of(SETTINGS, name).is_none();
                stays.then(|| "it cannot be taken away".to_owned())
            }
            _ => unknown(),
        },
        (Some(PROTECTION), 1) if to.is_none() => {
            Some("the protection of a branch is taken away by a person on GitHub".to_owned())
        }
        (Some(PROTECTION), 1) => match to {
            Some(Json::Object(fields))
                if fields.keys().all(|name| name == "branch" || is_of_protection(name)) =>
            {
                None
            }
            _ => unknown(),
        },
        (Some(PROTECTION), _) => match key(1) {
            Some("branch") => Some("it says which branch it is, and cannot be changed".to_owned()),
            Some(name) if is_of_protection(name) => None,
            _ => unknown(),
        },
        (Some(LABELS), 2..) => None,
        (Some(RULESETS), 2) if to.is_none() => {
            Some("a ruleset is taken away by a person on GitHub".to_owned())
        }
        (Some(RULESETS), 2) => match to {
            Some(Json::Object(fields)) if fields.keys().all(|name| name == "name" || is_of_ruleset(name)) => {
                None
            }
            _ => unknown(),
        },
        (Some(RULESETS), 3..) => match key(2) {
            Some(name) if is_of_ruleset(name) => {
                let stays = to.is_none() && steps.len() == 3 && !matches!(name, "rules" | "bypass_actors");
                stays.then(|| "it cannot be taken away".to_owned())
            }
            _ => unknown(),
        },
        // A list as a whole, where none is there yet.
        (Some(LABELS | RULESETS | SETTINGS), 1) if to.is_some() => None,
        _ => unknown(),
    }
}

fn is_of_protection(name: &str) -> bool {
    FLAGS.iter().any(|(_, told)| *told == name)
        || REVIEW_FLAGS.contains(&name)
        || PROTECTION_FIELDS.contains(&name)
        || name == SIGNATURES
}

fn is_of_ruleset(name: &str) -> bool {
    PARTS.contains(&name)
}
