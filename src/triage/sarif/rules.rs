//! The rules of a run: what a result leaves to its rule.

use super::cve;
use super::fields::{Fields, NAME_BYTES_MAX, PATH_BYTES_MAX, PROSE_BYTES_MAX};
use super::severity::{self, Level};
use crate::triage::finding::Severity;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// How many tags of one rule or result are kept.
pub const TAGS_MAX: usize = 64;
const TAG_BYTES_MAX: usize = 128;

/// A rule.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The level of its results where they name none.
    pub level: Option<Level>,
    /// The severity that its `security-severity` gives.
    pub security_severity: Option<Severity>,
    /// Its tags.
    pub tags: Vec<String>,
    /// CVE ids in its id, tags and properties.
    pub cve_ids: Vec<String>,
    /// Where it is explained.
    pub help_uri: Option<String>,
    /// What it is about, for results without a message.
    pub description: Option<String>,
    messages: HashMap<String, String>,
}

/// The rules of a tool's driver, or of one of its extensions.
#[derive(Debug, Clone, Default)]
pub struct Component {
    name: String,
    rules: Vec<Rule>,
    by_id: HashMap<String, usize>,
    messages: HashMap<String, String>,
}

/// The rules of a run.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    driver: Component,
    extensions: Vec<Component>,
}

/// A rule as a result refers to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// `ruleId`, or the id of the `rule` object.
    pub id: Option<String>,
    /// `ruleIndex`, or the index of the `rule` object.
    pub index: Option<usize>,
    /// The extension that `rule.toolComponent` names by its index.
    pub extension: Option<usize>,
    /// The component that `rule.toolComponent` names by its name.
    pub component: Option<String>,
}

impl Rules {
    /// The rules of a run's `tool`; `resources` is where the prerelease of SARIF has them.
    pub fn read(tool: Option<&Value>, resources: Option<&Value>, fields: &mut Fields<'_>) -> Self {
        let tool = tool.and_then(Value::as_object);
        let driver = tool.and_then(|tool| tool.get("driver"));
        let driver = fields.object(driver.or(resources), "tool.driver");
        let extensions = fields.list(tool.and_then(|tool| tool.get("extensions")), "tool.extensions");
        let mut components = Vec::new();
        for (at, extension) in extensions.iter().enumerate() {
            let path = format!("tool.extensions[{at}]");
            let extension = fields.object(Some(extension), &path);
            components.push(Component::read(extension, &path, fields));
        }
        Rules { driver: Component::read(driver, "tool.driver", fields), extensions: components }
    }

    /// The rule that `reference` means, and the component whose words it may use.
    pub fn find(&self, reference: &Reference) -> (&Component, Option<&Rule>) {
        let named = self.component(reference);
        if let Some(rule) = reference.index.and_then(|index| named.rules.get(index)) {
            // An index that leads to another rule than the id says is wrong; the id holds.
            if reference.id.as_ref().is_none_or(|id| is_of(id, &rule.id)) {
                return (named, Some(rule));
            }
        }
        let everywhere = || [named, &self.driver].into_iter().chain(&self.extensions);
        let mut id = reference.id.as_deref();
        while let Some(wanted) = id {
            let found = everywhere().find_map(|component| {
                component.by_id.get(wanted).map(|at| (component, Some(&component.rules[*at])))
            });
            if let Some(found) = found {
                return found;
            }
            // An id may have parts: CA2101/0 is a case of CA2101.
            id = wanted.rsplit_once('/').map(|(parent, _)| parent);
        }
        (named, None)
    }

    fn component(&self, reference: &Reference) -> &Component {
        let by_index = reference.extension.and_then(|at| self.extensions.get(at));
        let by_name = || {
            let name = reference.component.as_ref()?;
            self.extensions.iter().find(|component| component.name == *name)
        };
        by_index.or_else(by_name).unwrap_or(&self.driver)
    }
}

/// Whether `id` is `rule`, or a case of it.
fn is_of(id: &str, rule: &str) -> bool {
    rule.is_empty() || id.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Component {
    fn read(object: Option<&Map<String, Value>>, path: &str, fields: &mut Fields<'_>) -> Self {
        let Some(object) = object else { return Component::default() };
        let mut component = Component {
            name: object.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            messages: messages(object.get("globalMessageStrings")),
            ..Component::default()
        };
        let path = format!("{path}.rules");
        match object.get("rules") {
            // In the prerelease the rules are an object by id.
            Some(Value::Object(rules))
                if rules.values().all(Value::is_object) && !rules.contains_key("id") =>
            {
                for (id, rule) in rules {
                    let mut rule = Rule::read(rule, &format!("{path}.{id}"), fields);
                    rule.id = if rule.id.is_empty() { id.clone() } else { rule.id };
                    component.add(rule);
                }
            }
            rules => {
                for (at, rule) in fields.list(rules, &path).iter().enumerate() {
                    component.add(Rule::read(rule, &format!("{path}[{at}]"), fields));
                }
            }
        }
        component
    }

    fn add(&mut self, rule: Rule) {
        self.by_id.entry(rule.id.clone()).or_insert(self.rules.len());
        self.rules.push(rule);
    }

    /// The words of a message that a result names by id.
    pub fn message<'a>(&'a self, rule: Option<&'a Rule>, id: &str) -> Option<&'a str> {
        let own = rule.and_then(|rule| rule.messages.get(id));
        own.or_else(|| self.messages.get(id)).map(String::as_str)
    }
}

impl Rule {
    fn read(value: &Value, path: &str, fields: &mut Fields<'_>) -> Self {
        let Some(object) = fields.object(Some(value), path) else { return Rule::default() };
        let id = fields.text(object.get("id"), &format!("{path}.id"), NAME_BYTES_MAX).unwrap_or_default();
        let configuration = object.get("defaultConfiguration").or_else(|| object.get("configuration"));
        let level = configuration.and_then(|c| c.get("level").or_else(|| c.get("defaultLevel")));
        let level = severity::level(level, &format!("{path}.defaultConfiguration.level"), fields);
        let properties = object.get("properties");
        let security_severity = severity::of_property(properties, &format!("{path}.properties"), fields);
        let tags = tags(properties, &format!("{path}.properties.tags"), fields);
        let mut cve_ids = Vec::new();
        cve::collect(&id, &mut cve_ids);
        collect_cves(properties, &mut cve_ids);
        let help_uri = fields.text(object.get("helpUri"), &format!("{path}.helpUri"), PATH_BYTES_MAX);
        let described = ["shortDescription", "fullDescription", "name"].iter().find_map(|key| {
            let value = object.get(*key)?;
            value.get("text").unwrap_or(value).as_str().filter(|text| !text.is_empty())
        });
        let description = described.and_then(|text| fields.fit(text, path, PROSE_BYTES_MAX));
        let messages = messages(object.get("messageStrings"));
        Rule { id, level, security_severity, tags, cve_ids, help_uri, description, messages }
    }
}

fn messages(value: Option<&Value>) -> HashMap<String, String> {
    let text = |value: &Value| -> Option<String> {
        let words = value.get("text").or_else(|| value.get("markdown")).unwrap_or(value);
        words.as_str().map(str::to_owned)
    };
    let strings = value.and_then(Value::as_object).into_iter().flatten();
    strings.filter_map(|(id, value)| Some((id.clone(), text(value)?))).collect()
}

/// The tags of a property bag.
pub fn tags(properties: Option<&Value>, path: &str, fields: &mut Fields<'_>) -> Vec<String> {
    let Some(value) = properties.and_then(|properties| properties.get("tags")) else { return Vec::new() };
    let one = [value.clone()];
    let list = if value.is_string() { &one[..] } else { fields.list(Some(value), path) };
    if list.len() > TAGS_MAX {
        fields.note("length", path, format!("{} tags; the first {TAGS_MAX} were read", list.len()));
    }
    list.iter().take(TAGS_MAX).filter_map(|tag| fields.text(Some(tag), path, TAG_BYTES_MAX)).collect()
}

/// Adds the CVE ids that a property bag holds, in lists too.
pub fn collect_cves(value: Option<&Value>, ids: &mut Vec<String>) {
    match value {
        Some(Value::String(text)) => cve::collect(text, ids),
        Some(Value::Array(list)) => list.iter().for_each(|value| collect_cves(Some(value), ids)),
        Some(Value::Object(object)) => object.values().for_each(|value| collect_cves(Some(value), ids)),
        _ => {}
    }
}
