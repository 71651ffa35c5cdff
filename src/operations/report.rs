//! The report of a run: a checklist, worst first, as a document that others can read too.
//!
//! Its contract is `docs/verification-report.schema.json`. [`VerificationReport::of`] makes one, and
//! [`VerificationReport::read`] takes one from the database, where anyone may have written it: what
//! breaks the contract is told as [`Broken`], with the document beside it.

use super::check::{Check, Status};
use super::redact;
use super::run::{Identity, Since, hex};
use crate::ids::RunId;
use crate::text::visible;
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version that reports are written in.
pub const SCHEMA_VERSION: &str = "1.0.0";
/// The most checks that a report holds.
pub const CHECKS_MAX: usize = 1_000;

/// What a run checked, and how it came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationReport {
    /// The version of the contract: `1.x.y`.
    pub schema_version: String,
    /// The sort of work.
    pub flow: String,
    /// What it is about, and what it was given.
    pub identity: BTreeMap<String, Scalar>,
    /// When it was made.
    pub generated_at: DateTime<Utc>,
    /// SHA-256, in hex, over what decides whether two reports say the same.
    pub fingerprint: String,
    /// The run that holds the report before this one of the same identity.
    pub previous_report_id: Option<RunId>,
    /// The whole of it in a word, and counts.
    pub summary: Summary,
    /// The checks, worst first.
    pub checks: Vec<Check>,
}

/// A value of a report's identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A number.
    Number(i64),
    /// A text.
    Text(crate::text::SafeText),
}

/// The whole of a report in a word, and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The word.
    pub overall: Overall,
    /// How many checks came out how.
    pub counts: Counts,
}

/// A report in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    /// A blocking check fails.
    Blocked,
    /// A check fails or warns.
    NeedsAttention,
    /// A check is still being looked at.
    Running,
    /// All is well.
    Ready,
}

impl Overall {
    const ALL: [Overall; 4] = [Overall::Blocked, Overall::NeedsAttention, Overall::Running, Overall::Ready];

    /// What follows from the checks.
    pub fn of(checks: &[Check]) -> Overall {
        let any = |status| checks.iter().any(|check| check.status == status);
        match () {
            () if any(Status::Running) => Overall::Running,
            () if checks.iter().any(Check::blocks) => Overall::Blocked,
            () if any(Status::Fail) || any(Status::Warn) => Overall::NeedsAttention,
            () => Overall::Ready,
        }
    }

    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Overall::Blocked => "blocked",
            Overall::NeedsAttention => "needs_attention",
            Overall::Running => "running",
            Overall::Ready => "ready",
        }
    }

    /// The overall that a word means.
    pub fn read(word: &str) -> Option<Overall> {
        Overall::ALL.into_iter().find(|overall| overall.word() == word)
    }
}

/// How many checks came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// All is well.
    pub pass: u64,
    /// Not as it must be.
    pub fail: u64,
    /// Not as it should be.
    pub warn: u64,
    /// Not looked at.
    pub skip: u64,
    /// Being looked at.
    pub running: u64,
}

impl Counts {
    /// The counts of `checks`.
    pub fn of(checks: &[Check]) -> Counts {
        let count = |status| checks.iter().filter(|check| check.status == status).count() as u64;
        Counts {
            total: checks.len() as u64,
            pass: count(Status::Pass),
            fail: count(Status::Fail),
            warn: count(Status::Warn),
            skip: count(Status::Skip),
            running: count(Status::Running),
        }
    }
}

/// SHA-256, in hex, over the sorted lines `key|status|blocking|reason_code|severity`, joined by line
/// feeds; blocking is `true` or `false`. Messages and evidence may differ, and a report says the same.
pub fn fingerprint(checks: &[Check]) -> String {
    let line = |c: &Check| {
        let (status, severity) = (c.status.word(), c.severity.word());
        format!("{}|{status}|{}|{}|{severity}", c.key, c.blocking, c.reason_code)
    };
    let mut lines: Vec<String> = checks.iter().map(line).collect();
    lines.sort_unstable();
    hex(&Sha256::digest(lines.join("\n")))
}

/// Why a document is no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken(pub String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the report breaks its contract: {}", self.0)
    }
}

impl VerificationReport {
    /// The report of these checks; of several with one key the first counts.
    pub fn of(
        identity: &Identity,
        checks: Vec<Check>,
        generated_at: DateTime<Utc>,
        previous_report_id: Option<RunId>,
    ) -> Self {
        let mut keys = BTreeSet::new();
        let mut checks: Vec<Check> =
            checks.into_iter().filter(|check| keys.insert(check.key.clone())).collect();
        checks.sort_by_cached_key(Check::place);
        checks.truncate(CHECKS_MAX);
        let kept = identity.kept().into_iter();
        VerificationReport {
            schema_version: SCHEMA_VERSION.to_owned(),
            flow: identity.flow.name.to_owned(),
            identity: kept.map(|(name, value)| (name, Scalar::Text(value.into()))).collect(),
            generated_at: generated_at.trunc_subsecs(6),
            fingerprint: fingerprint(&checks),
            previous_report_id,
            summary: Summary { overall: Overall::of(&checks), counts: Counts::of(&checks) },
            checks,
        }
    }

    /// Reads a report that anyone may have written, and puts its checks in order.
    ///
    /// # Errors
    /// [`Broken`] where it breaks the contract.
    pub fn read(document: &Value) -> Result<Self, Broken> {
        let mut report = VerificationReport::deserialize(document)
            .map_err(|error| Broken(visible(&error.to_string()).into_owned()))?;
        match report.fault() {
            Some(fault) => Err(Broken(fault)),
            None => {
                report.checks.sort_by_cached_key(Check::place);
                Ok(report)
            }
        }
    }

    /// Compared with the report before it, whose fingerprint is `before`.
    pub fn since(&self, before: Option<&str>) -> Since {
        match before {
            None => Since::First,
            Some(before) if before == self.fingerprint => Since::Unchanged,
            Some(_) => Since::Changed,
        }
    }

    /// The check of a key.
    pub fn check(&self, key: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.key == key)
    }

    /// What of it breaks the contract, beyond what its types tell.
    fn fault(&self) -> Option<String> {
        if !is_version_1(&self.schema_version) {
            return Some(format!("schema_version \"{}\" is not 1.x.y", visible(&self.schema_version)));
        }
        if !is_name(&self.flow) {
            return Some(format!("flow \"{}\" is no name", visible(&self.flow)));
        }
        if let Some(name) = self.identity.keys().find(|name| redact::is_sensitive(name)) {
            return Some(format!("identity.{} must not be kept", visible(name)));
        }
        if self.checks.len() > CHECKS_MAX {
            return Some(format!("it has {} checks; at most {CHECKS_MAX} are kept", self.checks.len()));
        }
        if let Some(fault) = self.checks.iter().find_map(Check::fault) {
            return Some(fault);
        }
        let mut keys = BTreeSet::new();
        if let Some(twice) = self.checks.iter().find(|check| !keys.insert(&check.key)) {
            return Some(format!("the check {} is in it twice", twice.key));
        }
        let (counts, overall) = (Counts::of(&self.checks), Overall::of(&self.checks));
        if self.summary.counts != counts {
            return Some("summary.counts are not those of its checks".to_owned());
        }
        if self.summary.overall != overall {
            let said = self.summary.overall.word();
            return Some(format!("summary.overall says {said}, its checks say {}", overall.word()));
        }
        (self.fingerprint != fingerprint(&self.checks))
            .then(|| "the fingerprint is not that of its checks".to_owned())
    }
}

/// `1.x.y`, of plain numbers.
fn is_version_1(version: &str) -> bool {
    let mut parts = version.split('.');
    let is_number = |part: &str| {
        (1..=9).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    parts.next() == Some("1") && version.split('.').count() == 3 && parts.all(is_number)
}

/// A flow's name as anyone may write it.
fn is_name(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'/' | b'-'))
}
