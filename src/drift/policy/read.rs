//! Reads one file of policies, and finds what is wrong in it, all of it.

use super::check::check_desired;
use super::{Mode, Policy};
use crate::drift::document::{Document, Json, Key, Node, Number, Shape, read};
use crate::drift::glob::Glob;
use crate::drift::mistake::{Mistake, Place};
use crate::text::visible;
use serde::Serialize;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Longest name of a policy, in bytes.
const NAME_BYTES_MAX: usize = 255;
/// How alike two words are, from 0 to 1, for the one to be meant by the other.
const ALIKE: f64 = 0.8;

/// What a policy can say.
const KEYS: &[&str] = &["name", "repos", "except", "mode", "priority", "desired"];
/// What a file can say beside that.
const FILE_KEYS: &[&str] = &["policy", "policies", "defaults"];

/// Something to know about a place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    level: Level,
    /// Where, what, and what to try.
    #[serde(flatten)]
    pub mistake: Mistake,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// The file is neither TOML nor JSON.
    Syntax,
    /// It cannot be meant.
    Error,
    /// It can be meant.
    Warning,
}

impl Finding {
    /// Whether the policy cannot be used as it is.
    pub fn is_mistake(&self) -> bool {
        self.level != Level::Warning
    }

    /// Whether the file could not be read at all.
    pub fn is_syntax(&self) -> bool {
        self.level == Level::Syntax
    }

    /// `error` or `warning`.
    pub fn word(&self) -> &'static str {
        if self.is_mistake() { "error" } else { "warning" }
    }

    pub(super) fn of_file(what: String, hint: &str) -> Finding {
        let place = Place { line: 1, column: 1 };
        Finding { level: Level::Error, mistake: Mistake { place, what, hint: Some(hint.to_owned()) } }
    }
}

/// The policies of a file, as far as they can be understood, and what is wrong with it. A name that ends in
/// `.json` is JSON, any other is TOML.
pub fn read_policies(file: &str, text: &str) -> (Vec<Policy>, Vec<Finding>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reading = Reading { file, text, policies: Vec::new(), findings: Vec::new() };
    let root = if file.to_lowercase().ends_with(".json") { read(text) } else { of_toml(text) };
    match root {
        Ok(root) => reading.file(&root),
        Err(mistake) => reading.findings.push(Finding { level: Level::Syntax, mistake }),
    }
    reading.findings.sort_by_key(|finding| finding.mistake.place);
    (reading.policies, reading.findings)
}

/// What a reader of a file has so far.
pub(super) struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    policies: Vec<Policy>,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    fn file(&mut self, root: &Node) {
        let Some(fields) = self.object(root, "a file of policies") else { return };
        let own: Vec<_> = fields.iter().filter(|(key, _)| !FILE_KEYS.contains(&key.name.as_str())).collect();
        let has_others = own.len() < fields.len();
        for (key, value) in fields {
            match (key.name.as_str(), &value.shape) {
                ("defaults", _) => self.defaults(key, value),
                ("policy" | "policies", Shape::List(items)) => {
                    for (i, item) in items.iter().enumerate() {
                        let name = format!("{}-{}", stem(self.file), i + 1);
                        self.policy(item, &name);
                    }
                }
                ("policy" | "policies", _) => {
                    self.wrong(
                        value.at,
                        format!("`{}` is a list of policies", key.name),
                        "write [[policy]] before each",
                    );
                }
                _ => {}
            }
        }
        if !own.is_empty() || !has_others {
            let name = stem(self.file).to_owned();
            self.policy_of(root.at, &own, &name, FILE_KEYS);
        }
    }

    fn defaults(&mut self, key: &Key, value: &Node) {
        let Some(desired) = self.desired(value) else { return };
        let name = format!("{}:defaults", stem(self.file));
        let Ok(everything) = Glob::of_repos("**") else { return };
        let at = key.at;
        self.keep(at, Policy { priority: i32::MIN, ..policy(self.file, name, vec![everything], desired) });
    }

    fn policy(&mut self, node: &Node, name: &str) {
        let Some(fields) = self.object(node, "a policy") else { return };
        let fields: Vec<_> = fields.iter().collect();
        self.policy_of(node.at, &fields, name, &[]);
    }

    fn policy_of(&mut self, at: usize, fields: &[&(Key, Node)], name: &str, also: &[&str]) {
        let before = self.findings.len();
        for (key, _) in fields {
            if !KEYS.contains(&key.name.as_str()) {
                let known: Vec<&str> = KEYS.iter().chain(also).copied().collect();
                self.unknown(key, &known);
            }
        }
        let field = |name: &str| fields.iter().find(|(key, _)| key.name == name).map(|(_, value)| value);
        let name = field("name").map_or_else(|| Some(name.to_owned()), |value| self.name(value));
        let repos = match field("repos") {
            Some(value) => self.globs(value, "repos"),
            None => {
                self.wrong(
                    at,
                    "this policy says not for which repositories it is",
                    "add repos = [\"owner/*\"]",
                );
                Vec::new()
            }
        };
        let excepted = field("except").map(|value| self.globs(value, "except")).unwrap_or_default();
        let mode = field("mode").and_then(|value| self.mode(value));
        let priority = field("priority").map_or(0, |value| self.priority(value));
        let desired = match field("desired") {
            Some(value) => self.desired(value),
            None => {
                self.wrong(at, "this policy desires nothing", "add a table [desired.settings] or the like");
                None
            }
        };
        let whole = !self.findings[before..].iter().any(Finding::is_mistake);
        if let (true, Some(name), Some(desired)) = (whole, name, desired) {
            self.keep(at, Policy { excepted, mode, priority, ..policy(self.file, name, repos, desired) });
        }
    }

    fn keep(&mut self, at: usize, policy: Policy) {
        if policy.desired.0.is_empty() {
            self.doubtful(
                at,
                "this policy desires nothing".to_owned(),
                "add what the repositories should be",
            );
        }
        self.policies.push(policy);
    }

    fn name(&mut self, value: &Node) -> Option<String> {
        match &value.shape {
            Shape::Text(name)
                if !name.trim().is_empty()
                    && name.len() <= NAME_BYTES_MAX
                    && !name.contains(char::is_control) =>
            {
                Some(name.clone())
            }
            _ => {
                self.wrong(
                    value.at,
                    "`name` is a text of 1 to 255 bytes in one line",
                    "name = \"web services\"",
                );
                None
            }
        }
    }

    fn globs(&mut self, value: &Node, key: &str) -> Vec<Glob> {
        let items = match &value.shape {
            Shape::Text(_) => std::slice::from_ref(value),
            Shape::List(items) => items,
            _ => {
                self.wrong(value.at, format!("`{key}` is a glob or a list of globs"), "repos = [\"acme/*\"]");
                return Vec::new();
            }
        };
        if items.is_empty() && key == "repos" {
            self.wrong(value.at, "`repos` names no repository", "** stands for all of them");
        }
        let mut globs = Vec::new();
        for item in items {
            match &item.shape {
                Shape::Text(text) => match Glob::of_repos(text) {
                    Ok(glob) => {
                        if !text.contains('/') && text != "**" {
                            let hint =
                                format!("a repository is owner/name; did you mean \"{}/*\"?", visible(text));
                            self.doubtful(
                                item.at,
                                "this glob has one part, and matches no repository".to_owned(),
                                &hint,
                            );
                        }
                        globs.push(glob);
                    }
                    Err(what) => self.wrong(
                        item.at,
                        what,
                        "* is any name of one part, ** any number of parts: \"acme/*\"",
                    ),
                },
                _ => self.wrong(item.at, "a glob is a text", "write it between quotes: \"acme/*\""),
            }
        }
        globs
    }

    fn mode(&mut self, value: &Node) -> Option<Mode> {
        let mode = match &value.shape {
            Shape::Text(word) => Mode::from_str(word).ok(),
            _ => None,
        };
        if mode.is_none() {
            self.wrong(value.at, "this is no mode", "observe, warn or correct");
        }
        mode
    }

    fn priority(&mut self, value: &Node) -> i32 {
        let number = match &value.shape {
            Shape::Number(number) => number.as_str().parse().ok().filter(|n| (-1000..=1000).contains(n)),
            _ => None,
        };
        number.unwrap_or_else(|| {
            self.wrong(value.at, "`priority` is a whole number from -1000 to 1000", "leave it out for 0");
            0
        })
    }

    fn desired(&mut self, value: &Node) -> Option<Document> {
        self.object(value, "what is desired")?;
        check_desired(self, value);
        Document::of(Json::from(value.clone()))
    }

    pub(super) fn object<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        match &node.shape {
            Shape::Object(fields) => Some(fields),
            _ => {
                self.wrong(node.at, format!("{what} is a table"), "write keys and values: key = value");
                None
            }
        }
    }

    pub(super) fn unknown(&mut self, key: &Key, known: &[&str]) {
        let hint = alike(&key.name, known).map_or_else(
            || format!("known here: {}", known.join(", ")),
            |known| format!("did you mean `{known}`?"),
        );
        self.wrong(key.at, format!("`{}` is not known here", visible(&key.name)), &hint);
    }

    pub(super) fn wrong(&mut self, at: usize, what: impl Into<String>, hint: &str) {
        let mistake = Mistake::at(self.text, at, what).hint(hint);
        self.findings.push(Finding { level: Level::Error, mistake });
    }

    pub(super) fn doubtful(&mut self, at: usize, what: String, hint: &str) {
        let mistake = Mistake::at(self.text, at, what).hint(hint);
        self.findings.push(Finding { level: Level::Warning, mistake });
    }
}

fn policy(file: &str, name: String, repos: Vec<Glob>, desired: Document) -> Policy {
    let file = file.to_owned();
    Policy { name, repos, excepted: Vec::new(), mode: None, priority: 0, rank: 0, desired, file }
}

/// The word that is meant by one that is not known, where one is like it.
pub(super) fn alike<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name: String = name.to_lowercase().replace('-', "_").chars().take(100).collect();
    let rated = known.iter().map(|known| (strsim::jaro_winkler(&name, known), *known));
    rated.filter(|(rate, _)| *rate >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// The word of which another is a slip: a letter or two differ.
pub(super) fn slipped<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name: String = name.to_lowercase().replace('-', "_").chars().take(100).collect();
    let slips_max = if name.len() < 6 { 1 } else { 2 };
    let rated = known.iter().map(|known| (strsim::osa_distance(&name, known), *known));
    rated.filter(|(slips, _)| *slips <= slips_max).min().map(|(_, known)| known)
}

fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn of_toml(text: &str) -> Result<Node, Mistake> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let what = error.message().trim().replace('\n', ", ");
        Mistake::at(text, at, format!("this is not TOML: {}", visible(&what))).hint("look at https://toml.io")
    })?;
    let at = table.span().start;
    Ok(Node { at, shape: of_table(text, table.get_ref())? })
}

fn of_table(text: &str, table: &DeTable<'_>) -> Result<Shape, Mistake> {
    let field = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        Ok((Key { at: key.span().start, name: name.to_string() }, of_value(text, value)?))
    };
    Ok(Shape::Object(table.iter().map(field).collect::<Result<_, _>>()?))
}

fn of_value(text: &str, value: &Spanned<DeValue<'_>>) -> Result<Node, Mistake> {
    let at = value.span().start;
    let number =
        |digits: &str| Number::parse(digits).map(Shape::Number).map_err(|what| Mistake::at(text, at, what));
    let shape = match value.get_ref() {
        DeValue::String(text) if text.contains('\0') => {
            return Err(Mistake::at(text, at, "U+0000 cannot be kept in a database"));
        }
        DeValue::String(text) => Shape::Text(text.to_string()),
        DeValue::Integer(integer) => {
            let digits = integer.as_str().replace('_', "");
            let parsed = i64::from_str_radix(&digits, integer.radix()).map(|n| n.to_string());
            number(parsed.as_deref().unwrap_or(digits.trim_start_matches('+')))?
        }
        DeValue::Float(float) => number(float.as_str().replace('_', "").trim_start_matches('+'))?,
        DeValue::Boolean(truth) => Shape::Bool(*truth),
        DeValue::Datetime(time) => Shape::Text(time.to_string()),
        DeValue::Array(items) => {
            Shape::List(items.iter().map(|item| of_value(text, item)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => of_table(text, table)?,
    };
    Ok(Node { at, shape })
}
