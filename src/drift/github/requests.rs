//! The requests that turn a repository as it was seen into one as it was planned: those that change what
//! differs, and nothing else.

use super::document::{LABELS, PROTECTION, RULESETS, SETTINGS};
use super::observe::Seen;
use super::protection::{Protection, SIGNATURES};
use super::repository::{NEVER_CHANGED, SETTINGS as KNOWN_SETTINGS};
use super::ruleset::PARTS;
use super::set::{default_of, set};
use crate::drift::path::{ItemName, Path, Step};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// One request that changes something.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where, below the repository.
    pub path: Vec<String>,
    /// What.
    pub body: Option<Value>,
}

impl Request {
    /// Whether it may have changed the field at `path`.
    pub fn concerns(&self, path: &Path) -> bool {
        let section = path.section();
        match self.path.first().map(String::as_str) {
            None => section == Some(SETTINGS),
            Some("branches") => {
                let signs = self.path.last().is_some_and(|last| last == SIGNATURES);
                let of_signatures = path.location().nth(1) == Some(&Step::Key(SIGNATURES.to_owned()));
                let whole = path.location().count() == 1;
                section == Some(PROTECTION) && (whole || signs == of_signatures)
            }
            Some("rulesets") => section == Some(RULESETS),
            Some("labels") => {
                let body = self.body.as_ref().and_then(|body| body["name"].as_str());
                let name = self.path.get(1).map(String::as_str).or(body).unwrap_or_default().to_lowercase();
                let is_it = |step: &Step| match step {
                    Step::Item(item) => {
                        matches!(&item.name, ItemName::Text(text) if text.to_lowercase() == name)
                    }
                    _ => false,
                };
                let mut below = path.location().skip(1).peekable();
                section == Some(LABELS) && (below.peek().is_none() || below.any(is_it))
            }
            Some(_) => false,
        }
    }
}

type Fields = Map<String, Value>;

/// The requests that make `target` of what was `seen` and told as `observed`, in the order in which they are
/// sent.
///
/// # Errors
/// Why it cannot be done by this API: then nothing of it should be.
pub fn requests(seen: &Seen, observed: &Fields, target: &Fields) -> Result<Vec<Request>, String> {
    let mut requests = Vec::new();
    for (section, to) in differing(observed, target) {
        let from = observed.get(section);
        match section {
            SETTINGS => settings(&mut requests, from, to)?,
            PROTECTION => protect(&mut requests, seen, from, to)?,
            RULESETS => rulesets(&mut requests, seen, from, to)?,
            LABELS => labels(&mut requests, from, to)?,
            other => return Err(format!("{} is nothing that GitHub can be told", shown(other))),
        }
    }
    Ok(requests)
}

/// The entries that differ, by name: what each is to be, none where it is to go.
fn differing<'v>(observed: &'v Fields, target: &'v Fields) -> Vec<(&'v str, Option<&'v Value>)> {
    let changed = target.iter().filter(|(name, value)| observed.get(*name) != Some(value));
    let gone = observed.keys().filter(|name| !target.contains_key(*name));
    let changed = changed.map(|(name, value)| (name.as_str(), Some(value)));
    changed.chain(gone.map(|name| (name.as_str(), None))).collect()
}

fn fields<'v>(value: Option<&'v Value>, what: &str, none: &'v Fields) -> Result<&'v Fields, String> {
    match value {
        None | Some(Value::Null) => Ok(none),
        Some(value) => value.as_object().ok_or_else(|| format!("{what} is no object")),
    }
}

fn settings(requests: &mut Vec<Request>, from: Option<&Value>, to: Option<&Value>) -> Result<(), String> {
    let none = Fields::new();
    let (from, to) = (fields(from, SETTINGS, &none)?, fields(to, SETTINGS, &none)?);
    let mut body = Fields::new();
    for (name, value) in differing(from, to) {
        if !KNOWN_SETTINGS.contains(&name) {
            return Err(format!("settings.{} is nothing that GitHub can be told", shown(name)));
        }
        if NEVER_CHANGED.contains(&name) {
            return Err(format!("settings.{name} is changed by a person on GitHub, never from here"));
        }
        let value = value.cloned().or_else(|| default_of(SETTINGS, name));
        let value = value.ok_or_else(|| format!("settings.{name} cannot be taken away"))?;
        body.insert(name.to_owned(), value);
    }
    if !body.is_empty() {
        requests.push(Request { method: Method::PATCH, path: Vec::new(), body: Some(body.into()) });
    }
    Ok(())
}

fn protect(
    requests: &mut Vec<Request>,
    seen: &Seen,
    from: Option<&Value>,
    to: Option<&Value>,
) -> Result<(), String> {
    let Some(now) = seen.protection.readable() else {
        return Err("the protection of the branch cannot be read".to_owned());
    };
    let none = Fields::new();
    let (from, to) = (
        fields(from, PROTECTION, &none)?,
        match to {
            Some(to) => fields(Some(to), PROTECTION, &none)?,
            None => return Err("the protection of a branch is taken away by a person on GitHub".to_owned()),
        },
    );
    let before = now.clone().unwrap_or_default();
    let mut after: Protection = before.clone();
    for (name, value) in differing(from, to) {
        // What was looked at is the branch that is asked for: a new protection is its own.
        if name == "branch" && now.is_none() && value.and_then(Value::as_str) == Some(&seen.branch) {
            continue;
        }
        set(&mut after, name, value)?;
    }
    let at = |last: Option<&str>| {
        let path = ["branches", &seen.branch, "protection"].into_iter().chain(last);
        path.map(str::to_owned).collect::<Vec<_>>()
    };
    let signed = |of: &Protection| of.flags.get(SIGNATURES).and_then(Value::as_bool).unwrap_or(false);
    let (was_signed, is_signed) = (signed(&before), signed(&after));
    let unsigned = |mut of: Protection| {
        of.flags.remove(SIGNATURES);
        of
    };
    let body = after.body();
    if now.is_none() || unsigned(before) != unsigned(after) {
        requests.push(Request { method: Method::PUT, path: at(None), body: Some(body) });
    }
    if was_signed != is_signed {
        let method = if is_signed { Method::POST } else { Method::DELETE };
        requests.push(Request { method, path: at(Some(SIGNATURES)), body: None });
    }
    Ok(())
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn rulesets(
    requests: &mut Vec<Request>,
    seen: &Seen,
    from: Option<&Value>,
    to: Option<&Value>,
) -> Result<(), String> {
    let Some(known) = seen.rulesets.readable() else {
        return Err("the rulesets cannot be read".to_owned());
    };
    let (from, to) = (items(from), items(to));
    let named = |list: &'_ [Value], name: &Value| list.iter().filter(|item| item["name"] == *name).count();
    if let Some(gone) = from.iter().find(|ruleset| named(to, &ruleset["name"]) == 0) {
        return Err(format!(
            "the ruleset {} is taken away by a person on GitHub",
            shown(&gone["name"].to_string())
        ));
    }
    for ruleset in to {
        let name = ruleset["name"].as_str().ok_or("a ruleset has no name")?;
        let wanted = ruleset.as_object().ok_or("a ruleset is no object")?;
        if let Some(part) = wanted.keys().find(|part| *part != "name" && !PARTS.contains(&part.as_str())) {
            return Err(format!("{} of a ruleset is nothing that GitHub can be told", shown(part)));
        }
        let before = from.iter().find(|before| before["name"] == ruleset["name"]).and_then(Value::as_object);
        let Some(before) = before else {
            let path = vec!["rulesets".to_owned()];
            requests.push(Request { method: Method::POST, path, body: Some(ruleset.clone()) });
            continue;
        };
        let mut body = Fields::new();
        for (part, value) in differing(before, wanted) {
            let empty = match part {
                "rules" | "bypass_actors" => Some(json!([])),
                _ => None,
            };
            let value = value.cloned().or(empty);
            body.insert(
                part.to_owned(),
                value.ok_or_else(|| format!("{part} of a ruleset cannot be taken away"))?,
            );
        }
        if body.is_empty() {
            continue;
        }
        let mut same = known.iter().filter(|known| known.name == name);
        let (Some(one), None) = (same.next(), same.next()) else {
            return Err(format!("more than one ruleset is called {}", shown(name)));
        };
        let path = vec!["rulesets".to_owned(), one.id.to_string()];
        requests.push(Request { method: Method::PUT, path, body: Some(body.into()) });
    }
    Ok(())
}

fn labels(requests: &mut Vec<Request>, from: Option<&Value>, to: Option<&Value>) -> Result<(), String> {
    let (from, to) = (items(from), items(to));
    let name = |label: &Value| label.as_str().or_else(|| label["name"].as_str()).map(str::to_owned);
    // GitHub tells labels apart without regard to letter case.
    let find = |list: &[Value], wanted: &str| {
        let is_it =
            |label: &&Value| name(label).is_some_and(|name| name.to_lowercase() == wanted.to_lowercase());
        list.iter().find(is_it).cloned()
    };
    let at = |name: &str| vec!["labels".to_owned(), name.to_owned()];
    for label in from {
        let name = name(label).ok_or("a label has no name")?;
        if find(to, &name).is_none() {
            requests.push(Request { method: Method::DELETE, path: at(&name), body: None });
        }
    }
    for label in to {
        let name = name(label).ok_or("a label has no name")?;
        let body = match label {
            Value::Object(fields) => fields.clone(),
            _ => Fields::from_iter([("name".to_owned(), json!(name))]),
        };
        if let Some(field) =
            body.keys().find(|field| !["name", "color", "description"].contains(&field.as_str()))
        {
            return Err(format!("{} of a label is nothing that GitHub can be told", shown(field)));
        }
        match find(from, &name) {
            None => requests.push(Request {
                method: Method::POST,
                path: vec!["labels".to_owned()],
                body: Some(body.into()),
            }),
            Some(before) if before == *label => {}
            Some(before) => {
                let before = before.as_object().cloned().unwrap_or_default();
                let changed = differing(&before, &body).into_iter().filter(|(field, _)| *field != "name");
                let changed: Fields =
                    changed.map(|(field, value)| (field.to_owned(), json!(value))).collect();
                if !changed.is_empty() {
                    requests.push(Request {
                        method: Method::PATCH,
                        path: at(&name),
                        body: Some(changed.into()),
                    });
                }
            }
        }
    }
    Ok(())
}

fn shown(name: &str) -> String {
    crate::text::visible(&name.chars().take(100).collect::<String>()).into_owned()
}
