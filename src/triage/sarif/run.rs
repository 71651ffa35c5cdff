//! A run: one scan by one tool, without its results.

use super::fields::{Fields, NAME_BYTES_MAX};
use super::path::Bases;
use super::place::Place;
use super::provenance::Provenance;
use super::rules::Rules;
use crate::intake::deviation::Deviations;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How many artifacts and logical locations of a run are kept for results that name them by index.
const TABLE_ROWS_MAX: usize = 1_000_000;

/// What the results of a run are read by.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its place in the file, from 0.
    pub index: usize,
    /// The tool's name.
    pub tool: String,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// The tool's rules.
    pub rules: Rules,
    /// The URI and base of each artifact.
    pub artifacts: Vec<Artifact>,
    /// The name of each logical location.
    pub logical_locations: Vec<String>,
    /// What relative paths are relative to.
    pub bases: Bases,
    /// Where the code comes from.
    pub provenance: Provenance,
    /// What kind of scan it is: `automationDetails.id` without the part that names this one run.
    pub series: String,
    /// When the scan ended, as the file says.
    pub scanned_at: Option<DateTime<Utc>>,
    /// Whether the scan looked at everything: only then does what it does not see count as gone.
    pub completeness: Completeness,
    /// How many results it has.
    pub results: u64,
    /// Which of the keys `results` holds: the last one, from 1.
    pub results_key: usize,
}

/// Whether a scan got to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// It did.
    Complete,
    /// It failed or says nothing of its results.
    Partial,
}

/// Where an artifact lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Artifact {
    /// Its URI; empty where it has none.
    pub uri: String,
    /// The base of the URI.
    pub base_id: Option<String>,
}

/// A run while its properties come in, in any order.
#[derive(Debug, Default)]
pub struct RunDraft {
    values: BTreeMap<String, Value>,
    artifacts: Vec<Artifact>,
    logical_locations: Vec<String>,
    /// The number of results; none where they are absent or null.
    pub results: Option<u64>,
    /// How often `results` stood there.
    pub results_key: usize,
}

impl RunDraft {
    /// The properties that are needed whole.
    pub const KEYS: &'static [&'static str] = &[
        "automationDetails",
        "externalPropertyFileReferences",
        "invocations",
        "originalUriBaseIds",
        "resources",
        "tool",
        "versionControlProvenance",
    ];

    /// Keeps a property; says whether it stood there before.
    pub fn keep(&mut self, key: &str, value: Value) -> bool {
        self.values.insert(key.to_owned(), value).is_some()
    }

    /// Keeps an element of `artifacts` or `logicalLocations`.
    pub fn list_element(&mut self, key: &str, value: &Value) {
        if key == "artifacts" && self.artifacts.len() < TABLE_ROWS_MAX {
            let text = |key: &str| value.get("location")?.get(key)?.as_str().map(str::to_owned);
            let uri = text("uri").unwrap_or_default();
            self.artifacts.push(Artifact { uri, base_id: text("uriBaseId") });
        }
        if key == "logicalLocations" && self.logical_locations.len() < TABLE_ROWS_MAX {
            let name = value.get("fullyQualifiedName").or_else(|| value.get("name"));
            self.logical_locations.push(name.and_then(Value::as_str).unwrap_or_default().to_owned());
        }
    }

    /// The run, with everything that deviates noted.
    pub fn finish(self, index: usize, deviations: &mut Deviations) -> Run {
        let mut fields = Fields { deviations, place: Place::Run(index) };
        let value = |key: &str| self.values.get(key);
        let tool = fields.object(value("tool"), "tool");
        let driver = tool.and_then(|tool| tool.get("driver")).and_then(Value::as_object);
        let provenance = Provenance::read(value("versionControlProvenance"), &mut fields);
        let bases = fields.object(value("originalUriBaseIds"), "originalUriBaseIds");
        if value("externalPropertyFileReferences").is_some_and(|v| v.get("results").is_some()) {
            fields.note(
                "external results",
                "externalPropertyFileReferences",
                "results in other files; not read",
            );
        }
        Run {
            index,
            tool: tool_name(tool, driver, &mut fields),
            tool_version: tool_version(tool, driver, &mut fields),
            rules: Rules::read(value("tool"), value("resources"), &mut fields),
            bases: Bases::read(bases, provenance.root.as_deref()),
            provenance,
            series: series(value("automationDetails"), &mut fields),
            scanned_at: scanned_at(value("invocations")),
            completeness: completeness(self.results, value("invocations")),
            results: self.results.unwrap_or(0),
            results_key: self.results_key,
            artifacts: self.artifacts,
            logical_locations: self.logical_locations,
        }
    }
}

type Object = Map<String, Value>;

fn tool_name(tool: Option<&Object>, driver: Option<&Object>, fields: &mut Fields<'_>) -> String {
    let named = driver.and_then(|driver| {
        let name = fields.text(driver.get("name"), "tool.driver.name", NAME_BYTES_MAX);
        name.or_else(|| fields.text(driver.get("fullName"), "tool.driver.fullName", NAME_BYTES_MAX))
    });
    if let Some(name) = named {
        return name;
    }
    match tool.and_then(|tool| fields.text(tool.get("name"), "tool.name", NAME_BYTES_MAX)) {
        Some(name) => {
            fields.note("tool", "tool.name", "the name stands here and not in tool.driver; read");
            name
        }
        None => {
            fields.note("tool", "tool.driver.name", "missing; read as \"(no name)\"");
            "(no name)".to_owned()
        }
    }
}

fn tool_version(tool: Option<&Object>, driver: Option<&Object>, fields: &mut Fields<'_>) -> Option<String> {
    let holder = driver.or(tool)?;
    let mut text = |key: &str| fields.text(holder.get(key), &format!("tool.driver.{key}"), NAME_BYTES_MAX);
    text("version").or_else(|| text("semanticVersion")).or_else(|| text("dottedQuadFileVersion"))
}

/// All of `automationDetails.id` before its last slash: what follows names this one run.
fn series(details: Option<&Value>, fields: &mut Fields<'_>) -> String {
    let id = fields.object(details, "automationDetails").and_then(|details| details.get("id"));
    let id = fields.text(id, "automationDetails.id", NAME_BYTES_MAX).unwrap_or_default();
    id.rsplit_once('/').map_or(String::new(), |(series, _)| series.to_owned())
}

/// When the last invocation ended, or began where no end is given.
fn scanned_at(invocations: Option<&Value>) -> Option<DateTime<Utc>> {
    let list = invocations.and_then(Value::as_array)?;
    let time = |invocation: &Value, key: &str| {
        let text = invocation.get(key)?.as_str()?;
        DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
    };
    list.iter().filter_map(|of| time(of, "endTimeUtc").or_else(|| time(of, "startTimeUtc"))).max()
}

fn completeness(results: Option<u64>, invocations: Option<&Value>) -> Completeness {
    let list = invocations.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let failed = list.iter().any(|of| of.get("executionSuccessful") == Some(&Value::Bool(false)));
    if failed || results.is_none() { Completeness::Partial } else { Completeness::Complete }
}
