//! Small steps of reading what GitHub answers.

use serde_json::{Map, Value};

/// The fields of an object.
pub(super) fn of_object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{what} is no object"))
}

/// A yes or no, bare or as `{"enabled": …}`.
pub(super) fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(set) => Some(*set),
        Value::Object(fields) => fields.get("enabled")?.as_bool(),
        _ => None,
    }
}

/// The names in a list, bare or each below `key`, sorted; an absent list is empty.
pub(super) fn names(list: Option<&Value>, key: Option<&str>) -> Result<Vec<String>, String> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or("a list of names is none")?;
    let name = |item: &Value| {
        let name = key.map_or(Some(item), |key| item.get(key)).and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| "a name in a list is none".to_owned())
    };
    let mut names: Vec<String> = list.iter().map(name).collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}
