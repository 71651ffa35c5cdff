//! Setting one field of a protection to what was planned.

use super::protection::{Actors, Checks, FLAGS, Protection, REVIEW_FLAGS, SIGNATURES};
use crate::drift::document::Json;
use crate::drift::path::Path;
use crate::drift::schema;
use serde::Deserialize;
use serde_json::Value;

/// Sets the field `name` of the section to `to`; none is what holds where nothing is said.
pub(super) fn set(protection: &mut Protection, name: &str, to: Option<&Value>) -> Result<(), String> {
    let to = to.filter(|to| !to.is_null());
    let wrong = |what: &str| format!("branch_protection.{} is no {what}", crate::text::visible(name));
    let truth = || to.map_or(Some(false), Value::as_bool).ok_or_else(|| wrong("yes or no"));
    let count = || to.map_or(Some(0), Value::as_u64).ok_or_else(|| wrong("number"));
    let actors = || {
        let read = |to: &Value| Actors::deserialize(to).map_err(|_| wrong("list of users, teams and apps"));
        to.map(read).transpose()
    };
    if let Some((flag, _)) = FLAGS.iter().find(|(_, told)| *told == name) {
        protection.flags.insert((*flag).to_owned(), truth()?.into());
        return Ok(());
    }
    if REVIEW_FLAGS.contains(&name) {
        if protection.reviews.is_some() || truth()? {
            let reviews = protection.reviews.get_or_insert_default();
            reviews.flags.insert(name.to_owned(), truth()?.into());
        }
        return Ok(());
    }
    match name {
        SIGNATURES => drop(protection.flags.insert(SIGNATURES.to_owned(), truth()?.into())),
        "required_reviews" => {
            if protection.reviews.is_some() || count()? > 0 {
                protection.reviews.get_or_insert_default().count = count()?;
            }
        }
        "restrictions" => protection.restrictions = actors()?,
        "dismissal_restrictions" | "bypass_pull_request_allowances" => {
            let actors = actors()?;
            if actors.is_some() || protection.reviews.is_some() {
                let reviews = protection.reviews.get_or_insert_default();
                // Left out, GitHub leaves them as they are; an empty list takes them away.
                let actors = Some(actors.unwrap_or_default());
                match name {
                    "dismissal_restrictions" => reviews.dismissal_restrictions = actors,
                    _ => reviews.bypass_pull_request_allowances = actors,
                }
            }
        }
        "require_status_checks" if to.is_some_and(Value::is_boolean) || to.is_none() => {
            match (truth()?, &protection.checks) {
                (true, None) => protection.checks = Some(Checks::none_yet()),
                (true, Some(_)) => {}
                (false, _) => protection.checks = None,
            }
        }
        "require_status_checks" | "required_status_checks" => {
            let contexts = contexts(to).ok_or_else(|| wrong("list of names"))?;
            if protection.checks.is_some() || !contexts.is_empty() {
                protection.checks.get_or_insert_with(Checks::none_yet).set(contexts);
            }
        }
        "strict_status_checks" => {
            let strict = truth()?;
            if protection.checks.is_some() || strict {
                protection.checks.get_or_insert_with(Checks::none_yet).strict = strict;
            }
        }
        "branch" => {
            return Err("branch_protection.branch says which branch it is, and cannot be changed".to_owned());
        }
        other => {
            let other = crate::text::visible(other);
            return Err(format!("branch_protection.{other} is nothing that GitHub can be told"));
        }
    }
    Ok(())
}

/// The names of checks: bare, or each below `context`.
fn contexts(list: Option<&Value>) -> Option<Vec<String>> {
    let Some(list) = list else { return Some(Vec::new()) };
    let name = |item: &Value| item.as_str().or_else(|| item["context"].as_str()).map(str::to_owned);
    list.as_array()?.iter().map(name).collect()
}

/// What holds for a yes or no of a section where nothing is said; none where that is not known.
pub(super) fn default_of(section: &str, name: &str) -> Option<Value> {
    let path = Path::of_keys([section, name]);
    let truth = [true, false].into_iter().find(|truth| schema::is_default(&path, &Json::Bool(*truth)));
    truth.map(Value::Bool)
}
