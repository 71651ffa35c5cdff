//! One check of a report: what was looked at, how it came out, why, and what to do about it.

use super::redact;
use crate::text::SafeText;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Reverse;
use std::fmt;

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 200;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 300;
/// Longest message, and longest value of an evidence, in characters.
const TEXT_CHARS_MAX: usize = 2_000;
/// Most pointers, and most next steps, of a check.
const EACH_MAX: usize = 50;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All is well.
    Pass,
    /// It is not as it must be.
    Fail,
    /// It is not as it should be.
    Warn,
    /// It was not looked at.
    Skip,
    /// It is being looked at.
    Running,
}

impl Status {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Warn => "warn",
            Status::Skip => "skip",
            Status::Running => "running",
        }
    }
}

/// How much a check matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is told for the record.
    Info,
    /// Little.
    Low,
    /// Somewhat.
    Medium,
    /// Much.
    High,
    /// Most.
    Critical,
}

impl Severity {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// Why a check came out so, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    /// There is nothing to say.
    Ok,
    /// It does not apply here.
    NotApplicable,
    /// Something has to be configured first.
    MissingConfiguration,
    /// A right is missing.
    PermissionDenied,
    /// Logging in failed.
    AuthenticationFailed,
    /// Somebody asked too often.
    Throttled,
    /// Something that it needs could not be reached.
    DependencyUnreachable,
    /// Something is not in the state that it must be in.
    InvalidState,
    /// Nobody knows.
    UnknownError,
    /// A reason of one flow: `ext.<flow>.<detail>`.
    Ext(String),
}

const PLAIN: [(&str, ReasonCode); 9] = [
    ("ok", ReasonCode::Ok),
    ("not_applicable", ReasonCode::NotApplicable),
    ("missing_configuration", ReasonCode::MissingConfiguration),
    ("permission_denied", ReasonCode::PermissionDenied),
    ("authentication_failed", ReasonCode::AuthenticationFailed),
    ("throttled", ReasonCode::Throttled),
    ("dependency_unreachable", ReasonCode::DependencyUnreachable),
    ("invalid_state", ReasonCode::InvalidState),
    ("unknown_error", ReasonCode::UnknownError),
];

impl ReasonCode {
    /// `ext.<flow>.<detail>`; other characters than lowercase letters, digits, `_` and `-` become `_`.
    pub fn ext(flow: &str, detail: &str) -> Self {
        let plain = |text: &str| -> String {
            let lower = text.chars().flat_map(char::to_lowercase);
            let kept: String = lower.map(|c| if is_plain(c) { c } else { '_' }).take(80).collect();
            if kept.is_empty() { "_".to_owned() } else { kept }
        };
        ReasonCode::Ext(format!("ext.{}.{}", plain(flow), plain(detail)))
    }

    /// The code that `text` is.
    pub fn read(text: &str) -> Option<Self> {
        if let Some((_, code)) = PLAIN.iter().find(|(word, _)| *word == text) {
            return Some(code.clone());
        }
        let mut parts = text.strip_prefix("ext.")?.split('.');
        let is_code = parts.clone().count() >= 2
            && parts.all(|part| !part.is_empty() && part.chars().all(is_plain))
            && text.len() <= KEY_BYTES_MAX;
        is_code.then(|| ReasonCode::Ext(text.to_owned()))
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReasonCode::Ext(code) => f.write_str(code),
            plain => f.write_str(PLAIN.iter().find(|(_, code)| code == plain).map_or("", |(word, _)| word)),
        }
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReasonCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown =
            || serde::de::Error::custom(format!("\"{}\" is no reason code", crate::text::visible(&text)));
        ReasonCode::read(&text).ok_or_else(unknown)
    }
}

/// A pointer to what a check saw: an id, a hash, a masked value. Never the thing itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What the value is, in a word.
    pub kind: SafeText,
    /// The value.
    pub value: Pointer,
}

/// The value of an evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Pointer {
    /// A number.
    Number(i64),
    /// A text.
    Text(SafeText),
}

impl From<i64> for Pointer {
    fn from(number: i64) -> Self {
        Pointer::Number(number)
    }
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        Pointer::Text(SafeText::new(&redact::text(&cut(text, TEXT_CHARS_MAX))))
    }
}

impl From<String> for Pointer {
    fn from(text: String) -> Self {
        Pointer::from(text.as_str())
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pointer::Number(number) => number.fmt(f),
            Pointer::Text(text) => text.fmt(f),
        }
    }
}

/// Where to go from a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextStep {
    /// What is found there.
    pub label: SafeText,
    /// Where: `https://…`, or `attestor:` and a place in the console such as `runs/12`.
    pub url: SafeText,
}

/// What was looked at, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name for programs, unique in the report: letters, digits and `. _ : / -`.
    pub key: String,
    /// Its name for people.
    pub title: SafeText,
    /// How it came out.
    pub status: Status,
    /// How much it matters.
    pub severity: Severity,
    /// Whether nothing should go on while it fails.
    pub blocking: bool,
    /// Why it came out so, for programs.
    pub reason_code: ReasonCode,
    /// Why it came out so, for people.
    pub message: SafeText,
    /// What it saw.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub next_steps: Vec<NextStep>,
}

impl Check {
    /// A check that came out as `status` because of `reason`. One that passes or is skipped is told for
    /// the record, others matter somewhat, unless [`Check::severity`] says otherwise.
    pub fn new(key: &str, title: &str, status: Status, reason: ReasonCode) -> Self {
        let severity = match status {
            Status::Pass | Status::Skip | Status::Running => Severity::Info,
            Status::Warn => Severity::Medium,
            Status::Fail => Severity::High,
        };
        Check {
            key: key_of(key),
            title: safe(title, TITLE_CHARS_MAX),
            status,
            severity,
            blocking: false,
            reason_code: reason,
            message: SafeText::default(),
            evidence: Vec::new(),
            next_steps: Vec::new(),
        }
    }

    /// A check that passed.
    pub fn pass(key: &str, title: &str) -> Self {
        Check::new(key, title, Status::Pass, ReasonCode::Ok)
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Nothing should go on while it fails.
    #[must_use]
    pub fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Why it came out so, for people; what looks like a secret is masked.
    #[must_use]
    pub fn message(mut self, message: impl AsRef<str>) -> Self {
        self.message = safe(message.as_ref(), TEXT_CHARS_MAX);
        self
    }

    /// Adds a pointer to what it saw, unless its kind names what must not be kept.
    #[must_use]
    pub fn evidence(mut self, kind: &str, value: impl Into<Pointer>) -> Self {
        if !redact::is_sensitive(kind) && self.evidence.len() < EACH_MAX {
            self.evidence.push(Evidence { kind: safe(kind, KEY_BYTES_MAX), value: value.into() });
        }
        self
    }

    /// Adds where to go from here. An address that a click should not open is left out.
    #[must_use]
    pub fn next(mut self, label: &str, url: &str) -> Self {
        if may_open(url) && self.next_steps.len() < EACH_MAX {
            let step = NextStep { label: safe(label, TITLE_CHARS_MAX), url: safe(url, TEXT_CHARS_MAX) };
            self.next_steps.push(step);
        }
        self
    }

    /// Where it stands in a report: blocking fails, fails, warns, running, skips, passes; in each the
    /// worst first, then by key.
    pub(super) fn place(&self) -> (u8, Reverse<Severity>, String) {
        let rank = match self.status {
            Status::Fail if self.blocking => 0,
            Status::Fail => 1,
            Status::Warn => 2,
            Status::Running => 3,
            Status::Skip => 4,
            Status::Pass => 5,
        };
        (rank, Reverse(self.severity), self.key.clone())
    }

    /// Whether it fails and blocks.
    pub fn blocks(&self) -> bool {
        self.blocking && self.status == Status::Fail
    }

    /// What of it breaks the contract, if anything does.
    pub(super) fn fault(&self) -> Option<String> {
        let key = crate::text::visible(&self.key);
        if self.key.is_empty() || self.key.len() > KEY_BYTES_MAX || !self.key.chars().all(is_key_char) {
            return Some(format!("\"{key}\" is no key of a check"));
        }
        if let Some(evidence) = self.evidence.iter().find(|evidence| redact::is_sensitive(&evidence.kind)) {
            return Some(format!("{key}: evidence of kind \"{}\" must not be kept", evidence.kind));
        }
        let step = self.next_steps.iter().find(|step| !may_open(&step.url))?;
        Some(format!("{key}: \"{}\" is no address to go to", step.url))
    }
}

/// Whether an address may be offered.
fn may_open(url: &str) -> bool {
    let has_scheme = ["https://", "http://", "attestor:"].iter().any(|scheme| url.starts_with(scheme));
    has_scheme && url.len() <= TEXT_CHARS_MAX && url.chars().all(|c| c.is_ascii_graphic())
}

fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '-')
}

fn key_of(key: &str) -> String {
    let kept: String =
        key.chars().take(KEY_BYTES_MAX).map(|c| if is_key_char(c) { c } else { '_' }).collect();
    if kept.is_empty() { "_".to_owned() } else { kept }
}

fn safe(raw: &str, chars_max: usize) -> SafeText {
    SafeText::new(&redact::text(&cut(raw, chars_max)))
}

fn cut(raw: &str, chars_max: usize) -> String {
    raw.chars().take(chars_max).collect()
}
