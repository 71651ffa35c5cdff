//! How bad a result is: by its CVSS score where one is given, else by its level.

use super::fields::{Fields, type_of};
use super::rules::Rule;
use crate::intake::deviation::quoted;
use crate::triage::finding::Severity;
use serde_json::Value;

/// The words of SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing to judge.
    None,
    /// A remark.
    Note,
    /// What a result is without a word.
    Warning,
    /// An error.
    Error,
}

impl Level {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Level::None),
            "note" => Some(Level::Note),
            "warning" => Some(Level::Warning),
            "error" => Some(Level::Error),
            _ => None,
        }
    }

    /// The severity of a level.
    pub fn severity(self) -> Severity {
        match self {
            Level::None => Severity::Info,
            Level::Note => Severity::Low,
            Level::Warning => Severity::Medium,
            Level::Error => Severity::High,
        }
    }
}

/// A level; a word in other case or that nobody knows is noted.
pub fn level(value: Option<&Value>, path: &str, fields: &mut Fields<'_>) -> Option<Level> {
    let word = match value? {
        Value::Null => return None,
        Value::String(word) => word,
        other => {
            fields.note("level", path, format!("{} where a level belongs; left out", type_of(other)));
            return None;
        }
    };
    if let Some(level) = Level::parse(word) {
        return Some(level);
    }
    let level = match word.trim().to_lowercase().as_str() {
        "error" | "critical" | "high" | "fatal" => Some(Level::Error),
        "warning" | "warn" | "medium" | "moderate" => Some(Level::Warning),
        "note" | "low" | "info" | "information" | "informational" | "recommendation" => Some(Level::Note),
        "none" => Some(Level::None),
        _ => None,
    };
    let read = match level {
        Some(Level::Error) => "read as error",
        Some(Level::Warning) => "read as warning",
        Some(Level::Note) => "read as note",
        Some(Level::None) => "read as none",
        None => "left out",
    };
    fields.note("level", path, format!("{} is no level; {read}", quoted(word)));
    level
}

/// The severity of the `security-severity` in a property bag: a CVSS score, by its bands.
pub fn of_property(properties: Option<&Value>, path: &str, fields: &mut Fields<'_>) -> Option<Severity> {
    let value = properties?.get("security-severity")?;
    let score = match value {
        Value::Null => return None,
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    if let Some(score) = score
        && (0.0..=10.0).contains(&score)
    {
        return Some(band(score));
    }
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // Some scanners write the band's name instead of a score.
    let severity = match written.trim().to_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "high" => Some(Severity::High),
        "medium" | "moderate" => Some(Severity::Medium),
        "low" => Some(Severity::Low),
        "none" | "info" => Some(Severity::Info),
        _ => None,
    };
    let read = severity.map_or("left out".to_owned(), |severity| format!("read as {}", word(severity)));
    let what = format!("{} is no score from 0 to 10; {read}", quoted(&written));
    fields.note("score", &format!("{path}.security-severity"), what);
    severity
}

/// The severity of a CVSS score from 0 to 10.
pub fn band(score: f64) -> Severity {
    match score {
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        score if score > 0.0 => Severity::Low,
        _ => Severity::Info,
    }
}

/// The severity of a result: its own score, the rule's score, its level, the rule's level, warning.
///
/// A result that is no failure (`kind` pass, open, …) takes nothing from its rule: what the rule says
/// is about failures.
pub fn of_result(own: Option<Severity>, level: Option<Level>, rule: Option<&Rule>, fails: Fails) -> Severity {
    match (own, fails) {
        (Some(severity), _) => severity,
        (None, Fails::No) => level.unwrap_or(Level::None).severity(),
        (None, Fails::Yes) => {
            let of_rule = rule.and_then(|rule| rule.security_severity);
            let level = level.or_else(|| rule.and_then(|rule| rule.level)).unwrap_or(Level::Warning);
            of_rule.unwrap_or_else(|| level.severity())
        }
    }
}

/// Whether a result says that something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fails {
    /// It does.
    Yes,
    /// It says that all is well, or that there is nothing to say.
    No,
}

/// The word that the column holds.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}
