//! What was seen of a repository as a document, in the words of policies.
//!
//! A field that policies may leave out and that has no default is told only where the policy of the
//! repository speaks of it, or says nothing of its whole section: otherwise what nobody asked for would
//! count as a difference.

use super::observe::{Part, Seen};
use super::protection::{FLAGS, Protection, REVIEW_FLAGS, SIGNATURES};
use super::repository::Label;
use super::ruleset::Ruleset;
use crate::drift::diff::Unreadable;
use crate::drift::document::{Document, Json};
use crate::drift::path::{Path, Step};
use crate::drift::schema;
use serde_json::{Map, Value, json};

/// The settings without a default, which are told where they are asked for.
const ASKED_SETTINGS: [&str; 7] = [
    "allow_forking",
    "default_branch",
    "merge_commit_message",
    "merge_commit_title",
    "squash_merge_commit_message",
    "squash_merge_commit_title",
    "visibility",
];

/// Why such a field is missing in an answer.
const ADMINS_ALONE: &str = "GitHub tells it only to those who may change it";

/// The names of the sections.
pub(super) const PROTECTION: &str = "branch_protection";
pub(super) const SETTINGS: &str = "settings";
pub(super) const LABELS: &str = "required_labels";
pub(super) const RULESETS: &str = "rulesets";

/// What was seen, as a document, and what could not be read of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// The document, as GitHub's values.
    pub fields: Map<String, Value>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// What was seen, told in the form in which `desired` asks for it.
pub fn told(seen: &Seen, desired: &Document) -> Told {
    let desired = value_of(desired);
    let mut told = Told::default();
    told.settings(seen, desired.get(SETTINGS));
    match &seen.protection {
        Part::Is(Some(is)) => {
            let section = protection(is, &seen.branch, desired.get(PROTECTION));
            told.fields.insert(PROTECTION.into(), section.into());
        }
        // What is not there is not in the document.
        Part::Is(None) => {}
        Part::Unreadable(why) => told.withheld(Path::of_keys([PROTECTION]), why),
    }
    match &seen.labels {
        Part::Is(is) => drop(told.fields.insert(LABELS.into(), labels(is, desired.get(LABELS)))),
        Part::Unreadable(why) => told.withheld(Path::of_keys([LABELS]), why),
    }
    match &seen.rulesets {
        Part::Is(is) => told.rulesets(is, desired.get(RULESETS)),
        Part::Unreadable(why) => told.withheld(Path::of_keys([RULESETS]), why),
    }
    told
}

/// A document as serde_json holds it.
pub(super) fn value_of(document: &Document) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}

impl Told {
    /// The document.
    pub fn document(&self) -> Document {
        Document::of(Json::from(Value::Object(self.fields.clone()))).unwrap_or_default()
    }

    fn withheld(&mut self, path: Path, why: &str) {
        self.unreadable.push(Unreadable { path, reason: why.to_owned() });
    }

    fn settings(&mut self, seen: &Seen, desired: Option<&Value>) {
        let is_told = |name: &str| !ASKED_SETTINGS.contains(&name) || is_asked(desired, name);
        let all = seen.repository.settings.iter().filter(|(name, _)| is_told(name));
        let section: Map<String, Value> = all.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.fields.insert(SETTINGS.into(), section.into());
        for name in seen.repository.untold() {
            self.withheld(Path::of_keys([SETTINGS, name]), ADMINS_ALONE);
        }
    }

    fn rulesets(&mut self, rulesets: &[Ruleset], desired: Option<&Value>) {
        let is_asked_of = |name: &str, part: &str| {
            let list = desired.and_then(Value::as_array).into_iter().flatten();
            let wanted = list.into_iter().find(|wanted| wanted["name"] == name);
            wanted.is_none_or(|wanted| wanted.get(part).is_some())
        };
        let document = |ruleset: &Ruleset| {
            let mut document = ruleset.parts.clone();
            document.insert("name".into(), ruleset.name.clone().into());
            if !is_asked_of(&ruleset.name, "target") {
                document.remove("target");
            }
            Value::Object(document)
        };
        let list: Value = rulesets.iter().map(document).collect();
        let path = Path::of_keys([RULESETS]);
        if let (Json::List(items), Some(kind)) = (Json::from(list.clone()), schema::list(&path)) {
            for (ruleset, item) in rulesets.iter().zip(kind.items(&items)) {
                if !ruleset.parts.contains_key("bypass_actors") {
                    let bypass = path.then(Step::Item(item)).then(Step::Key("bypass_actors".to_owned()));
                    self.withheld(bypass, ADMINS_ALONE);
                }
            }
        }
        self.fields.insert(RULESETS.into(), list);
    }
}

/// Whether `name` is asked for in a section, or nothing is said of the section at all.
fn is_asked(section: Option<&Value>, name: &str) -> bool {
    section.is_none_or(|section| section.get(name).is_some())
}

/// The protection of a branch as the section of a document.
pub(super) fn protection(is: &Protection, branch: &str, desired: Option<&Value>) -> Map<String, Value> {
    let mut section = Map::new();
    for (name, as_told) in FLAGS.iter().chain(&[(SIGNATURES, SIGNATURES)]) {
        if let Some(set) = is.flags.get(*name) {
            section.insert((*as_told).into(), set.clone());
        }
    }
    let reviews = is.reviews.as_ref();
    section.insert("required_reviews".into(), reviews.map_or(0, |reviews| reviews.count).into());
    for name in REVIEW_FLAGS {
        let set = reviews.and_then(|reviews| reviews.flags.get(name)).cloned();
        section.insert(name.into(), set.unwrap_or(false.into()));
    }
    let actors = |actors: Option<&super::Actors>| json!(actors);
    section.insert("restrictions".into(), actors(is.restrictions.as_ref()));
    section.insert(
        "dismissal_restrictions".into(),
        actors(reviews.and_then(|reviews| reviews.dismissal_restrictions.as_ref())),
    );
    section.insert(
        "bypass_pull_request_allowances".into(),
        actors(reviews.and_then(|reviews| reviews.bypass_pull_request_allowances.as_ref())),
    );
    let checks = is.checks.as_ref();
    let contexts: Vec<&str> =
        checks.into_iter().flat_map(|checks| &checks.required).map(|(context, _)| context.as_str()).collect();
    let asks_for_names = desired.is_some_and(|section| section["require_status_checks"].is_array());
    let require = if asks_for_names { json!(contexts) } else { checks.is_some().into() };
    section.insert("require_status_checks".into(), require);
    let asked = [
        ("branch", json!(branch)),
        ("required_status_checks", json!(contexts)),
        ("strict_status_checks", checks.is_some_and(|checks| checks.strict).into()),
    ];
    for (name, value) in asked {
        if is_asked(desired, name) {
            section.insert(name.into(), value);
        }
    }
    section
}

/// The labels as a list of names; one whose colour or description is asked for tells these.
fn labels(labels: &[Label], desired: Option<&Value>) -> Value {
    let wanted = |name: &str| {
        let list = desired.and_then(Value::as_array).into_iter().flatten();
        let is_it =
            |label: &&Value| label["name"].as_str().is_some_and(|wanted| wanted.eq_ignore_ascii_case(name));
        list.into_iter().find(is_it)
    };
    let told = labels.iter().map(|label| {
        let Some(wanted) = wanted(&label.name) else { return json!(label.name) };
        let mut told = Map::new();
        told.insert("name".into(), label.name.clone().into());
        if wanted.get("color").is_some() {
            told.insert("color".into(), label.color.clone().into());
        }
        if wanted.get("description").is_some() {
            told.insert("description".into(), json!(label.description));
        }
        Value::Object(told)
    });
    told.collect()
}
