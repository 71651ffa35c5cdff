//! What is known of desired documents, held against what a policy says.
//!
//! A field that is not known is taken as it is; one that is nearly like a known one is a slip.

use super::read::{Reading, alike, slipped};
use crate::drift::document::{Key, Node, Shape};
use crate::text::visible;

/// What a field holds.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    YesOrNo,
    Whole,
    Text,
    /// Yes, no, or the names of the checks.
    Checks,
    Anything,
}

const SECTIONS: &[&str] = &["branch_protection", "required_labels", "settings", "rulesets"];

const PROTECTION: &[(&str, Holds)] = &[
    ("branch", Holds::Text),
    ("required_reviews", Holds::Whole),
    ("require_linear_history", Holds::YesOrNo),
    ("allow_force_pushes", Holds::YesOrNo),
    ("allow_deletions", Holds::YesOrNo),
    ("enforce_admins", Holds::YesOrNo),
    ("require_status_checks", Holds::Checks),
    ("required_status_checks", Holds::Anything),
    ("required_signatures", Holds::YesOrNo),
    ("required_conversation_resolution", Holds::YesOrNo),
    ("dismiss_stale_reviews", Holds::YesOrNo),
    ("require_code_owner_reviews", Holds::YesOrNo),
    ("require_last_push_approval", Holds::YesOrNo),
    ("block_creations", Holds::YesOrNo),
    ("lock_branch", Holds::YesOrNo),
    ("allow_fork_syncing", Holds::YesOrNo),
    ("restrictions", Holds::Anything),
];

const SETTINGS: &[(&str, Holds)] = &[
    ("has_issues", Holds::YesOrNo),
    ("has_projects", Holds::YesOrNo),
    ("has_wiki", Holds::YesOrNo),
    ("has_discussions", Holds::YesOrNo),
    ("has_downloads", Holds::YesOrNo),
    ("has_pages", Holds::YesOrNo),
    ("allow_squash_merge", Holds::YesOrNo),
    ("allow_merge_commit", Holds::YesOrNo),
    ("allow_rebase_merge", Holds::YesOrNo),
    ("allow_auto_merge", Holds::YesOrNo),
    ("allow_update_branch", Holds::YesOrNo),
    ("delete_branch_on_merge", Holds::YesOrNo),
    ("web_commit_signoff_required", Holds::YesOrNo),
    ("is_template", Holds::YesOrNo),
    ("archived", Holds::YesOrNo),
    ("visibility", Holds::Text),
    ("default_branch", Holds::Text),
    ("description", Holds::Text),
];

const RULESET: &[&str] = &["name", "target", "enforcement", "bypass_actors", "conditions", "rules"];

/// Finds what is wrong with a desired document.
pub(super) fn check_desired(reading: &mut Reading<'_>, desired: &Node) {
    let Shape::Object(sections) = &desired.shape else { return };
    for (key, value) in sections {
        match key.name.as_str() {
            "branch_protection" => fields(reading, value, "branch_protection", PROTECTION),
            "settings" => fields(reading, value, "settings", SETTINGS),
            "required_labels" => labels(reading, value),
            "rulesets" => rulesets(reading, value),
            _ => slip(reading, key, SECTIONS, "section"),
        }
    }
}

fn fields(reading: &mut Reading<'_>, value: &Node, section: &str, known: &[(&str, Holds)]) {
    if value.shape == Shape::Null {
        return;
    }
    let Some(entries) = reading.object(value, &format!("`{section}`")) else { return };
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    for (key, value) in entries {
        let Some((_, holds)) = known.iter().find(|(name, _)| *name == key.name) else {
            slip(reading, key, &names, "field");
            continue;
        };
        let (fits, what, hint) = match (holds, &value.shape) {
            (_, Shape::Null) | (Holds::Anything, _) => (true, "", ""),
            (Holds::YesOrNo, shape) => {
                (matches!(shape, Shape::Bool(_)), "true or false", "write it without quotes")
            }
            (Holds::Text, shape) => (matches!(shape, Shape::Text(_)), "a text", "write it between quotes"),
            (Holds::Whole, Shape::Number(number)) => {
                let fits = number.as_str().parse::<u32>().is_ok_and(|n| n <= 6);
                (fits, "a whole number from 0 to 6", "GitHub asks for at most 6 reviews")
            }
            (Holds::Whole, _) => (false, "a whole number from 0 to 6", "write it without quotes"),
            (Holds::Checks, Shape::Bool(_)) => (true, "", ""),
            (Holds::Checks, Shape::List(items)) => {
                let fits = items.iter().all(|item| matches!(item.shape, Shape::Text(_)));
                (fits, "true, false or a list of names", "[\"build\", \"test\"]")
            }
            (Holds::Checks, _) => (false, "true, false or a list of names", "[\"build\", \"test\"]"),
        };
        if !fits {
            reading.wrong(value.at, format!("`{}` is {what}", key.name), hint);
        }
    }
}

fn labels(reading: &mut Reading<'_>, value: &Node) {
    let Shape::List(items) = &value.shape else {
        if value.shape != Shape::Null {
            reading.wrong(value.at, "`required_labels` is a list of names", "required_labels = [\"bug\"]");
        }
        return;
    };
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        let name = match &item.shape {
            Shape::Text(name) => Some(name),
            Shape::Object(fields) => fields.iter().find_map(|(key, value)| match &value.shape {
                Shape::Text(name) if key.name == "name" => Some(name),
                _ => None,
            }),
            _ => None,
        };
        match name {
            Some(name) if name.trim().is_empty() => reading.wrong(item.at, "a label has a name", "\"bug\""),
            Some(name) if !seen.insert(name.to_lowercase()) => {
                let what = format!("the label \"{}\" comes twice", visible(name));
                reading.doubtful(item.at, what, "letter case does not tell labels apart");
            }
            Some(_) => {}
            None => reading.wrong(item.at, "a label is its name, or a table with a name", "\"bug\""),
        }
    }
}

fn rulesets(reading: &mut Reading<'_>, value: &Node) {
    let Shape::List(items) = &value.shape else {
        if value.shape != Shape::Null {
            reading.wrong(
                value.at,
                "`rulesets` is a list of tables",
                "write [[desired.rulesets]] before each",
            );
        }
        return;
    };
    for item in items {
        let Some(entries) = reading.object(item, "a ruleset") else { continue };
        let is_name =
            |(key, value): &&(Key, Node)| key.name == "name" && matches!(value.shape, Shape::Text(_));
        if !entries.iter().any(|entry| is_name(&entry)) {
            reading.wrong(item.at, "a ruleset has a name, which tells it from the others", "name = \"main\"");
        }
        for (key, value) in entries {
            match (key.name.as_str(), &value.shape) {
                ("enforcement", Shape::Text(word))
                    if ["active", "evaluate", "disabled"].contains(&word.as_str()) => {}
                ("enforcement", _) => {
                    reading.wrong(value.at, "this is no enforcement", "active, evaluate or disabled");
                }
                ("bypass_actors" | "rules", Shape::List(_)) | ("conditions", Shape::Object(_)) => {}
                ("bypass_actors" | "rules", _) => {
                    reading.wrong(value.at, format!("`{}` is a list", key.name), "[] stands for none");
                }
                ("conditions", _) => {
                    reading.wrong(value.at, "`conditions` is a table", "leave it out for none")
                }
                (name, _) if RULESET.contains(&name) => {}
                _ => slip(reading, key, RULESET, "field"),
            }
        }
    }
}

/// A name that is not known: a slip where a known one is like it, else something of its own.
fn slip(reading: &mut Reading<'_>, key: &Key, known: &[&str], sort: &str) {
    let what = format!("the {sort} `{}` is not known", visible(&key.name));
    match (slipped(&key.name, known), alike(&key.name, known)) {
        (Some(known), _) => reading.wrong(key.at, what, &format!("did you mean `{known}`?")),
        (None, Some(known)) => {
            reading.doubtful(key.at, what, &format!("did you mean `{known}`? It is compared as it stands"));
        }
        (None, None) => reading.doubtful(key.at, what, "it is compared as it stands"),
    }
}
