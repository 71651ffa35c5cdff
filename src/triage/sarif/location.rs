//! Where a result is: the first physical location, else a logical one.

use super::fields::{Fields, PATH_BYTES_MAX, PROSE_BYTES_MAX};
use super::run::{Artifact, Run};
use serde_json::{Map, Value};

/// How many locations are looked at for one that names a file.
const LOCATIONS_MAX: usize = 16;

/// A place in the code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// The path, normalised; empty where none is known.
    pub file: String,
    /// The first line.
    pub line: Option<i32>,
    /// The last line.
    pub end_line: Option<i32>,
    /// The code, with what is around it where the file has that.
    pub snippet: Option<String>,
    /// The line that the snippet starts at.
    pub snippet_line: Option<i32>,
    /// The code of the place itself, by which it is known again.
    pub code: Option<String>,
}

impl Location {
    /// The place of `result`.
    pub fn read(result: &Map<String, Value>, run: &Run, fields: &mut Fields<'_>) -> Self {
        let locations = fields.list(result.get("locations"), "locations");
        for (at, location) in locations.iter().take(LOCATIONS_MAX).enumerate() {
            let path = format!("locations[{at}]");
            let Some(location) = fields.object(Some(location), &path) else { continue };
            let path = format!("{path}.physicalLocation");
            let physical = fields.object(location.get("physicalLocation"), &path);
            if let Some(found) = physical.and_then(|physical| physical_location(physical, &path, run, fields))
            {
                return found;
            }
        }
        let logical = locations.iter().take(LOCATIONS_MAX).find_map(|location| logical_name(location, run));
        let file = match logical {
            Some(name) => fields.fit(&name, "locations[0].logicalLocations", PATH_BYTES_MAX),
            None => fields.object(result.get("analysisTarget"), "analysisTarget").and_then(|target| {
                let artifact = artifact(target, run)?;
                fields.fit(&artifact, "analysisTarget.uri", PATH_BYTES_MAX)
            }),
        };
        Location { file: file.unwrap_or_default(), ..Location::default() }
    }
}

fn physical_location(
    physical: &Map<String, Value>,
    path: &str,
    run: &Run,
    fields: &mut Fields<'_>,
) -> Option<Location> {
    let (holder, path_of_uri) = match (physical.get("artifactLocation"), physical.get("fileLocation")) {
        (None, Some(of_prerelease)) => {
            fields.note("location", &format!("{path}.fileLocation"), "read as artifactLocation");
            (Some(of_prerelease), format!("{path}.fileLocation"))
        }
        (holder, _) => (holder, format!("{path}.artifactLocation")),
    };
    let holder = match holder {
        Some(Value::String(uri)) => {
            fields.note("type", &path_of_uri, "text where an object belongs; read as its uri");
            Some(run.bases.path(uri, None))
        }
        other => fields.object(other, &path_of_uri).and_then(|location| {
            let uri = location.get("uri");
            if uri.is_some_and(|uri| !uri.is_string()) {
                let uri = fields.text(uri, &format!("{path_of_uri}.uri"), PATH_BYTES_MAX)?;
                return Some(run.bases.path(&uri, None));
            }
            artifact(location, run)
        }),
    };
    let file = holder.and_then(|file| fields.fit(&file, &format!("{path_of_uri}.uri"), PATH_BYTES_MAX))?;
    let region = fields.object(physical.get("region"), &format!("{path}.region"));
    let (line, end_line) = lines(region, &format!("{path}.region"), fields);
    let context = fields.object(physical.get("contextRegion"), &format!("{path}.contextRegion"));
    let code = region.and_then(|region| snippet(region, &format!("{path}.region"), fields));
    let around = context.and_then(|context| snippet(context, &format!("{path}.contextRegion"), fields));
    let (shown, snippet_line) = match around {
        Some(text) => (Some(text), lines(context, &format!("{path}.contextRegion"), fields).0),
        None => (code.clone(), line),
    };
    let shown = shown.and_then(|text| fields.fit(&text, &format!("{path}.region.snippet"), PROSE_BYTES_MAX));
    let snippet_line = shown.as_ref().and(snippet_line);
    Some(Location { file, line, end_line, snippet: shown, snippet_line, code })
}

/// The path of an artifactLocation: its URI, or the artifact that its index names.
fn artifact(location: &Map<String, Value>, run: &Run) -> Option<String> {
    let text = |key: &str| location.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(uri) = text("uri") {
        return Some(run.bases.path(uri, text("uriBaseId")));
    }
    let index = location.get("index").and_then(Value::as_u64)?;
    let Artifact { uri, base_id } = run.artifacts.get(usize::try_from(index).ok()?)?;
    (!uri.is_empty()).then(|| run.bases.path(uri, base_id.as_deref()))
}

fn lines(
    region: Option<&Map<String, Value>>,
    path: &str,
    fields: &mut Fields<'_>,
) -> (Option<i32>, Option<i32>) {
    let Some(region) = region else { return (None, None) };
    let line = fields.line(region.get("startLine"), &format!("{path}.startLine"));
    let end = fields.line(region.get("endLine"), &format!("{path}.endLine"));
    match (line, end) {
        (Some(line), Some(end)) if end < line => {
            fields.note("line", &format!("{path}.endLine"), format!("{end} is before {line}; left out"));
            (Some(line), None)
        }
        lines => lines,
    }
}

fn snippet(region: &Map<String, Value>, path: &str, fields: &mut Fields<'_>) -> Option<String> {
    match region.get("snippet")? {
        Value::Null => None,
        Value::Object(snippet) => match snippet.get("text")? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            other => fields.text(Some(other), &format!("{path}.snippet.text"), PROSE_BYTES_MAX),
        },
        other => fields.text(Some(other), &format!("{path}.snippet"), PROSE_BYTES_MAX),
    }
}

fn logical_name(location: &Value, run: &Run) -> Option<String> {
    let list = location.get("logicalLocations")?;
    let first = list.as_array().map_or(Some(list), |list| list.first())?;
    let named = first.get("fullyQualifiedName").or_else(|| first.get("name")).and_then(Value::as_str);
    let by_index = || {
        let index = usize::try_from(first.get("index")?.as_u64()?).ok()?;
        run.logical_locations.get(index).map(String::as_str)
    };
    named.or_else(by_index).filter(|name| !name.is_empty()).map(str::to_owned)
}
