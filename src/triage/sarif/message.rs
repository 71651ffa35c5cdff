//! What a result says: its text, or its tool's words by their id.

use super::fields::{Fields, PROSE_BYTES_MAX};
use super::rules::{Component, Rule};
use serde_json::{Map, Value};

/// The message of a result; one without words says what its rule is about.
pub fn message(
    result: &Map<String, Value>,
    of: (&Component, Option<&Rule>),
    fields: &mut Fields<'_>,
) -> String {
    let (component, rule) = of;
    let described = || rule.and_then(|rule| rule.description.clone()).unwrap_or_default();
    let message = match result.get("message") {
        Some(Value::String(text)) => {
            fields.note("message", "message", "text where an object belongs; read as its text");
            return fields.fit(text, "message", PROSE_BYTES_MAX).unwrap_or_else(described);
        }
        other => fields.object(other, "message"),
    };
    let Some(message) = message else {
        fields.note("message", "message", "missing; the rule's description was taken");
        return described();
    };
    let words = ["text", "markdown"].iter().find_map(|key| {
        message.get(*key).filter(|value| value.as_str() != Some("")).map(|value| (*key, value))
    });
    let text = match words {
        Some((_, Value::String(text))) => Some(text.clone()),
        Some((key, other)) => fields.text(Some(other), &format!("message.{key}"), PROSE_BYTES_MAX),
        None => by_id(message, component, rule, fields),
    };
    let arguments = fields.list(message.get("arguments"), "message.arguments");
    let text = text.map(|text| if arguments.is_empty() { text } else { filled(&text, arguments) });
    text.and_then(|text| fields.fit(&text, "message.text", PROSE_BYTES_MAX)).unwrap_or_else(described)
}

fn by_id(
    message: &Map<String, Value>,
    component: &Component,
    rule: Option<&Rule>,
    fields: &mut Fields<'_>,
) -> Option<String> {
    let id = message.get("id").or_else(|| message.get("messageId"));
    let id = fields.text(id, "message.id", PROSE_BYTES_MAX)?;
    let words = component.message(rule, &id);
    if words.is_none() {
        let what =
            format!("{} is no message of the tool; the id was taken", crate::intake::deviation::quoted(&id));
        fields.note("message", "message.id", what);
    }
    Some(words.map_or(id, str::to_owned))
}

/// `text` with `{0}`, `{1}`, … replaced by the arguments; `{{` and `}}` are braces.
fn filled(text: &str, arguments: &[Value]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let placeholder = rest.strip_prefix('{').and_then(|inner| {
            let (number, tail) = inner.split_once('}')?;
            let argument = arguments.get(number.parse::<usize>().ok()?)?;
            Some((argument, tail))
        });
        if let Some((argument, tail)) = placeholder {
            match argument {
                Value::String(text) => filled.push_str(text),
                other => filled.push_str(&other.to_string()),
            }
            rest = tail;
        } else {
            filled.push_str(&rest[..1]);
            let is_doubled = rest.starts_with("{{") || rest.starts_with("}}");
            rest = &rest[if is_doubled { 2 } else { 1 }..];
        }
        if filled.len() > PROSE_BYTES_MAX * 2 {
            break;
        }
    }
    filled.push_str(rest);
    filled
}
