//! Files of observed repositories: JSON documents, one or many, one after the other or in lists.
//!
//! A document is `{"repo": "owner/name", "observed": {…}}`, with what else is known beside it: `at`, the time;
//! `unreadable`, what could not be read and why; `actors`, who made fields what they are. Without `observed`
//! (or `observed_state`), the other entries are what was observed.

use super::diff::Unreadable;
use super::document::{Document, Json, Key, Node, Shape, texts};
use super::mistake::Mistake;
use super::observation::Observation;
use super::path::Path;
use crate::text::visible;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// Largest document of one repository, compact, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// Most repositories of a file.
pub const REPOS_MAX: usize = 100_000;
/// Longest name of a repository, in bytes.
const NAME_BYTES_MAX: usize = 255;

const NAMES: &[&str] = &["repo", "repository", "full_name", "repo_full_name"];
const STATES: &[&str] = &["observed", "observed_state"];
const TIMES: &[&str] = &["at", "observed_at"];

/// Reads the observations of a file. `repo` names the repository of a document that does not name its own;
/// what has no time was seen at `now`.
///
/// # Errors
/// The first mistake, with its place.
pub fn read_observed(
    text: &str,
    repo: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Observation>, Mistake> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reading = Reading { text, repo, now, seen: BTreeSet::new(), found: Vec::new() };
    for node in texts(text) {
        reading.either(&node?)?;
    }
    if reading.found.is_empty() {
        return Err(Mistake::at(text, text.len(), "there is no document in this file").hint(SHAPE));
    }
    Ok(reading.found)
}

const SHAPE: &str = "{\"repo\": \"owner/name\", \"observed\": {…}}, or a list or lines of these";

struct Reading<'a> {
    text: &'a str,
    repo: Option<&'a str>,
    now: DateTime<Utc>,
    seen: BTreeSet<String>,
    found: Vec<Observation>,
}

impl Reading<'_> {
    fn either(&mut self, node: &Node) -> Result<(), Mistake> {
        match &node.shape {
            Shape::List(items) => items.iter().try_for_each(|item| self.one(item)),
            Shape::Object(fields) => match fields.iter().find(|(key, _)| key.name == "repositories") {
                Some((_, Node { shape: Shape::List(items), .. })) if fields.len() == 1 => {
                    items.iter().try_for_each(|item| self.one(item))
                }
                _ => self.one(node),
            },
            _ => Err(self.wrong(node.at, "a document is an object").hint(SHAPE)),
        }
    }

    fn one(&mut self, node: &Node) -> Result<(), Mistake> {
        let Shape::Object(fields) = &node.shape else {
            return Err(self.wrong(node.at, "a document is an object").hint(SHAPE));
        };
        let find = |names: &[&str]| fields.iter().find(|(key, _)| names.contains(&key.name.as_str()));
        let repo = match (find(NAMES), self.repo) {
            (Some((_, value)), _) => self.name(value)?,
            (None, Some(repo)) => repo.to_owned(),
            (None, None) => {
                let what = "this document names no repository";
                return Err(self
                    .wrong(node.at, what)
                    .hint("add \"repo\": \"owner/name\", or name it with --repo"));
            }
        };
        if !self.seen.insert(repo.clone()) {
            let what = format!("the repository {} comes twice", visible(&repo));
            return Err(self.wrong(node.at, what).hint("a file says of each repository once what it is"));
        }
        if self.found.len() >= REPOS_MAX {
            return Err(self.wrong(node.at, format!("a file has at most {REPOS_MAX} repositories")));
        }
        let document = match find(STATES) {
            Some((_, value)) => self.document(value)?,
            None => {
                let beside = |key: &Key| {
                    let known = [NAMES, TIMES, &["unreadable", "actors"]].concat();
                    known.contains(&key.name.as_str())
                };
                let own = fields.iter().filter(|(key, _)| !beside(key));
                Document(own.map(|(key, value)| (key.name.clone(), Json::from(value.clone()))).collect())
            }
        };
        let bytes = document.to_string().len();
        if bytes > DOCUMENT_BYTES_MAX {
            return Err(
                self.wrong(node.at, format!("this document has {bytes} bytes; at most 1 MiB is kept"))
            );
        }
        let at = find(TIMES).map(|(_, value)| self.time(value)).transpose()?.unwrap_or(self.now);
        let unreadable = find(&["unreadable"]).map(|(_, value)| self.unreadable(value)).transpose()?;
        let actors = find(&["actors"]).map(|(_, value)| self.actors(value)).transpose()?;
        self.found.push(Observation {
            repo,
            document,
            unreadable: unreadable.unwrap_or_default(),
            at,
            actors: actors.unwrap_or_default(),
        });
        Ok(())
    }

    fn name(&self, value: &Node) -> Result<String, Mistake> {
        match &value.shape {
            Shape::Text(name) if is_name(name) => Ok(name.trim().to_owned()),
            _ => Err(self
                .wrong(value.at, "this is no name of a repository")
                .hint("owner/name, in at most 255 bytes without control characters")),
        }
    }

    fn document(&self, value: &Node) -> Result<Document, Mistake> {
        Document::of(Json::from(value.clone()))
            .ok_or_else(|| self.wrong(value.at, "what is observed is an object").hint(SHAPE))
    }

    fn time(&self, value: &Node) -> Result<DateTime<Utc>, Mistake> {
        let wrong = || self.wrong(value.at, "this is no time").hint("as RFC 3339: \"2026-01-31T12:00:00Z\"");
        let Shape::Text(text) = &value.shape else { return Err(wrong()) };
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?.to_utc();
        if at > self.now + chrono::TimeDelta::minutes(5) {
            return Err(self
                .wrong(value.at, "this time is yet to come")
                .hint("look at the clock that it is from"));
        }
        // The oldest that a database keeps with microseconds is far older than any repository.
        if at.timestamp() < 0 { Err(wrong()) } else { Ok(at) }
    }

    /// A list of paths, of objects with `path` and `reason`, or an object of reasons by path.
    fn unreadable(&self, value: &Node) -> Result<Vec<Unreadable>, Mistake> {
        const UNTOLD: &str = "it could not be read";
        let hint = "[{\"path\": \"branch_protection\", \"reason\": \"no right to read it\"}]";
        let one = |at: usize, path: &str, reason: &str| {
            let path = Path::from_str(path).map_err(|what| self.wrong(at, what).hint(hint))?;
            Ok(Unreadable { path, reason: reason.chars().take(500).collect() })
        };
        match &value.shape {
            Shape::Object(reasons) => reasons
                .iter()
                .map(|(key, value)| match &value.shape {
                    Shape::Text(reason) => one(key.at, &key.name, reason),
                    _ => Err(self.wrong(value.at, "a reason is a text").hint(hint)),
                })
                .collect(),
            Shape::List(items) => items
                .iter()
                .map(|item| match &item.shape {
                    Shape::Text(path) => one(item.at, path, UNTOLD),
                    Shape::Object(fields) => {
                        let text = |name: &str| {
                            fields.iter().find_map(|(key, value)| match &value.shape {
                                Shape::Text(text) if key.name == name => Some(text.as_str()),
                                _ => None,
                            })
                        };
                        let path = text("path")
                            .ok_or_else(|| self.wrong(item.at, "a path is missing").hint(hint))?;
                        one(item.at, path, text("reason").unwrap_or(UNTOLD))
                    }
                    _ => Err(self.wrong(item.at, "a path is a text").hint(hint)),
                })
                .collect(),
            _ => Err(self.wrong(value.at, "`unreadable` is a list of paths").hint(hint)),
        }
    }

    fn actors(&self, value: &Node) -> Result<BTreeMap<String, String>, Mistake> {
        let hint = "{\"settings.has_wiki\": \"octocat\"}";
        let Shape::Object(fields) = &value.shape else {
            return Err(self.wrong(value.at, "`actors` is an object of logins by path").hint(hint));
        };
        let one = |(key, value): &(Key, Node)| match &value.shape {
            Shape::Text(login) => {
                // As it is written here, whatever quotes it came with.
                let path = Path::from_str(&key.name).map_err(|what| self.wrong(key.at, what).hint(hint))?;
                Ok((path.to_string(), login.chars().take(200).collect()))
            }
            _ => Err(self.wrong(value.at, "a login is a text").hint(hint)),
        };
        fields.iter().map(one).collect()
    }

    fn wrong(&self, at: usize, what: impl Into<String>) -> Mistake {
        Mistake::at(self.text, at, what)
    }
}

/// Whether a repository can be called so.
pub fn is_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.contains(|c: char| c.is_control())
}
