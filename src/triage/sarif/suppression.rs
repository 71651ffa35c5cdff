//! Whether the scanner's own configuration suppresses a result, and why.

use super::fields::{Fields, PROSE_BYTES_MAX};
use serde_json::{Map, Value};

/// How many suppressions of one result are told.
const TOLD_MAX: usize = 8;

/// The suppressions of `result` in words; none where there are none. Those that were rejected or are
/// under review are told as such: whether they hold is for a person to judge.
pub fn suppression(result: &Map<String, Value>, fields: &mut Fields<'_>) -> Option<String> {
    let (key, list) = match (result.get("suppressions"), result.get("suppressionStates")) {
        (None, Some(of_prerelease)) => ("suppressionStates", Some(of_prerelease)),
        (list, _) => ("suppressions", list),
    };
    let list = fields.list(list, key);
    if list.is_empty() {
        return None;
    }
    let told: Vec<String> = list.iter().take(TOLD_MAX).map(tell).collect();
    fields.fit(&told.join("; "), key, PROSE_BYTES_MAX)
}

fn tell(suppression: &Value) -> String {
    let text = |key: &str| suppression.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let kind = suppression.as_str().or_else(|| text("kind")).unwrap_or("suppressed");
    // `state` stands in drafts of the standard, its own example among them.
    let status = text("status").or_else(|| text("state")).unwrap_or("accepted");
    match text("justification") {
        Some(justification) => format!("{kind}, {status}: {justification}"),
        None => format!("{kind}, {status}"),
    }
}
