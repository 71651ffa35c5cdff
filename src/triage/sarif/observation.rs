//! A result as attestor keeps it.

use super::fields::{Fields, NAME_BYTES_MAX};
use super::location::Location;
use super::place::Place;
use super::rules::{self, Reference, Rule, TAGS_MAX};
use super::run::Run;
use super::severity::{self, Fails};
use super::{cve, message, suppression};
use crate::intake::deviation::{Deviations, quoted};
use crate::triage::finding::Severity;
use crate::triage::identity::{Fingerprint, Marks};
use serde_json::{Map, Value};

/// The rule of a result that names none.
pub const NO_RULE: &str = "(no rule)";

/// What a scan saw at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Who it is across scans.
    pub fingerprint: Fingerprint,
    /// The rule.
    pub rule_id: String,
    /// Where.
    pub location: Location,
    /// How bad.
    pub severity: Severity,
    /// What the scanner says.
    pub message: String,
    /// `fail`, `pass`, `open`, `review`, `informational`, `notApplicable`.
    pub kind: Option<String>,
    /// Where the rule is explained.
    pub help_uri: Option<String>,
    /// CVE ids.
    pub cve_ids: Vec<String>,
    /// Tags of the rule and of the result.
    pub tags: Vec<String>,
    /// How the scanner's own configuration suppresses it, if it does.
    pub suppression: Option<String>,
}

/// What a result turns out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Something that the scan saw.
    Seen(Box<Observation>),
    /// Something that an earlier scan saw and this one did not (`baselineState: absent`).
    Gone,
    /// Nothing that can be understood.
    LeftOut,
}

/// Reads the result at `place`.
pub fn observe(value: &Value, run: &Run, place: Place, deviations: &mut Deviations) -> Reading {
    let mut fields = Fields { deviations, place };
    let Some(result) = value.as_object() else {
        let what = format!("{} where a result belongs; left out", super::fields::type_of(value));
        fields.note("type", "", what);
        return Reading::LeftOut;
    };
    if result.get("baselineState").and_then(Value::as_str) == Some("absent") {
        return Reading::Gone;
    }
    let reference = reference(result, &mut fields);
    let (component, rule) = run.rules.find(&reference);
    let of_rule = |rule: &Rule| Some(rule.id.clone()).filter(|id| !id.is_empty());
    let rule_id =
        reference.id.clone().or_else(|| rule.and_then(of_rule)).unwrap_or_else(|| NO_RULE.to_owned());
    let location = Location::read(result, run, &mut fields);
    let message = message::message(result, (component, rule), &mut fields);
    let kind = fields.text(result.get("kind"), "kind", NAME_BYTES_MAX);
    let properties = fields.object(result.get("properties"), "properties").and(result.get("properties"));
    let severity = {
        let own = severity::of_property(properties, "properties", &mut fields);
        let level = severity::level(result.get("level"), "level", &mut fields);
        let fails = fails(kind.as_deref(), &mut fields);
        severity::of_result(own, level, rule, fails)
    };
    let marks = Marks {
        tool: &run.tool,
        rule: &rule_id,
        file: &location.file,
        code: location.code.as_deref(),
        message: &message,
    };
    let fingerprint = marks.fingerprint(&fingerprints(result, &mut fields), line_hash(result).as_deref());
    let observation = Observation {
        fingerprint,
        severity,
        kind,
        help_uri: rule.and_then(|rule| rule.help_uri.clone()),
        cve_ids: cve_ids(&rule_id, rule, properties),
        tags: tags(rule, properties, &mut fields),
        suppression: suppression::suppression(result, &mut fields),
        rule_id,
        location,
        message,
    };
    Reading::Seen(Box::new(observation))
}

fn reference(result: &Map<String, Value>, fields: &mut Fields<'_>) -> Reference {
    let rule = fields.object(result.get("rule"), "rule");
    let component = rule.and_then(|rule| rule.get("toolComponent"));
    let mut id = fields.text(result.get("ruleId"), "ruleId", NAME_BYTES_MAX);
    let mut index = fields.index(result.get("ruleIndex"), "ruleIndex");
    if let Some(rule) = rule {
        id = id.or_else(|| fields.text(rule.get("id"), "rule.id", NAME_BYTES_MAX));
        index = index.or_else(|| fields.index(rule.get("index"), "rule.index"));
    }
    let extension = component.and_then(|component| component.get("index")).and_then(Value::as_u64);
    let name = component.and_then(|component| component.get("name")).and_then(Value::as_str);
    Reference {
        id,
        index,
        extension: extension.and_then(|at| usize::try_from(at).ok()),
        component: name.map(str::to_owned),
    }
}

fn fails(kind: Option<&str>, fields: &mut Fields<'_>) -> Fails {
    match kind {
        None | Some("fail") => Fails::Yes,
        Some("pass" | "open" | "review" | "informational" | "notApplicable") => Fails::No,
        Some(word) => {
            fields.note("kind", "kind", format!("{} is no kind of result; judged as fail", quoted(word)));
            Fails::Yes
        }
    }
}

/// The `fingerprints` of a result that tell something. A scanner without an account writes the same
/// words into all of them.
fn fingerprints<'r>(result: &'r Map<String, Value>, fields: &mut Fields<'_>) -> Vec<(&'r str, &'r str)> {
    let object = fields.object(result.get("fingerprints"), "fingerprints");
    let texts = object.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
    texts.filter(|(_, value)| !value.trim().is_empty() && *value != "requires login").collect()
}

fn line_hash(result: &Map<String, Value>) -> Option<String> {
    let hash = result.get("partialFingerprints")?.get("primaryLocationLineHash")?.as_str()?;
    (!hash.trim().is_empty()).then(|| hash.to_owned())
}

fn cve_ids(rule_id: &str, rule: Option<&Rule>, properties: Option<&Value>) -> Vec<String> {
    let mut ids = Vec::new();
    cve::collect(rule_id, &mut ids);
    rules::collect_cves(properties, &mut ids);
    for id in rule.into_iter().flat_map(|rule| &rule.cve_ids) {
        if ids.len() < cve::IDS_MAX && !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

fn tags(rule: Option<&Rule>, properties: Option<&Value>, fields: &mut Fields<'_>) -> Vec<String> {
    let mut tags = rule.map(|rule| rule.tags.clone()).unwrap_or_default();
    for tag in rules::tags(properties, "properties.tags", fields) {
        if tags.len() < TAGS_MAX && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
