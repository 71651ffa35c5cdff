//! Compliance reports: which entries of a period support which controls.
//!
//! A report says "supports", never "compliant". It is one JSON document; Markdown and HTML are ways to
//! read it and carry it whole. [`hash`] covers all of it but itself, and anyone can compute it from the
//! file: parse the document, leave `report_hash` out, print it with sorted keys and without spaces,
//! SHA-256.

pub mod html;
pub mod markdown;
mod period;

pub use period::Edge;

use crate::chain::hash::{Digest, payload_hash};
use crate::ids::EntrySeq;
use crate::text::SafeText;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// The word for the shape of the document.
pub const SCHEMA: &str = "attestor/report/v1";
/// What every report says of itself.
pub const STATEMENT: &str = "The entries counted here support the controls they are counted under. \
     They are evidence for a person to judge; they do not show by themselves that a control is met.";
/// How the sample is drawn, so that anyone can draw it again.
pub const SAMPLE_METHOD: &str =
    "the entries of the population with the smallest SHA-256 of \"SEED:SEQ\", in that order";
/// The most seqs that an exception or the gaps name; their count is always whole.
pub const SEQS_MAX: usize = 100;

/// Which controls a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportType {
    /// Those of SOC 2.
    Soc2,
    /// Those of ISO/IEC 27001:2022.
    Iso27001,
    /// All, over the entries that a filter lets through.
    Custom,
}

impl ReportType {
    /// The word, as the column holds it.
    pub fn word(self) -> &'static str {
        match self {
            ReportType::Soc2 => "soc2",
            ReportType::Iso27001 => "iso27001",
            ReportType::Custom => "custom",
        }
    }

    /// The type of a word.
    pub fn of_word(word: &str) -> Option<ReportType> {
        [ReportType::Soc2, ReportType::Iso27001, ReportType::Custom].into_iter().find(|of| of.word() == word)
    }

    /// Whether it is about `control`.
    pub fn covers(self, control: &str) -> bool {
        match self {
            ReportType::Soc2 => control.starts_with("SOC2:"),
            ReportType::Iso27001 => control.starts_with("ISO27001:"),
            ReportType::Custom => true,
        }
    }
}

/// A report; all that stands in its document but the hash.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Which controls it is about.
    pub report_type: ReportType,
    /// The chain.
    pub chain_id: SafeText,
    /// How its entries are hashed.
    pub profile: &'static str,
    /// The time that it is about.
    pub period: Period,
    /// The filter, as it is typed; empty for all entries of the period.
    pub query: String,
    /// When it was made, in UTC.
    pub generated_at: String,
    /// What made it.
    pub tool: String,
    /// [`STATEMENT`].
    pub statement: &'static str,
    /// The entries that it is about.
    pub population: Population,
    /// What a full verification of the chain found.
    pub chain: ChainState,
    /// The controls, with what supports them.
    pub controls: Vec<Control>,
    /// Entries for a person to look at.
    pub sample: Sample,
    /// What a person should look at first.
    pub exceptions: Vec<Exception>,
}

/// A time from, included, to, excluded; RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its begin.
    pub from: String,
    /// Its end.
    pub to: String,
}

impl Period {
    /// The period between two times.
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Period {
        Period { from: rfc3339(from), to: rfc3339(to) }
    }
}

/// The entries that a report is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Population {
    /// How many they are.
    pub entries: u64,
    /// The first.
    pub first_seq: Option<EntrySeq>,
    /// The last.
    pub last_seq: Option<EntrySeq>,
    /// How many entries are missing between those, whatever the filter.
    pub missing: u64,
    /// Where they are missing.
    pub gaps: Vec<Gap>,
}

/// Entries that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Gap {
    /// The first missing one.
    pub from: EntrySeq,
    /// The last missing one.
    pub to: EntrySeq,
}

/// What a full verification of the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainState {
    /// Its verdict.
    pub verdict: String,
    /// How many entries it read.
    pub entries: u64,
    /// How many breaks it found.
    pub breaks: u64,
    /// How many entries nobody can recompute.
    pub unverifiable: u64,
    /// The root of the Merkle tree over them.
    pub root: Option<String>,
    /// The trusted checkpoint that covers the chain, where there is one.
    pub checkpoint: Option<Anchor>,
}

/// A trusted checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anchor {
    /// How many entries it covers.
    pub size: u64,
    /// The root that it signs.
    pub root: String,
    /// When it was signed.
    pub time: Option<String>,
    /// Who signed it.
    pub key: String,
}

/// A control, with what supports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Its name, such as `SOC2:CC8.1`.
    pub control: SafeText,
    /// How many entries support it.
    pub entries: u64,
    /// The first of them.
    pub first_seq: Option<EntrySeq>,
    /// The last of them.
    pub last_seq: Option<EntrySeq>,
    /// How many of which category.
    pub categories: BTreeMap<SafeText, u64>,
}

/// Entries for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// What decided which.
    pub seed: String,
    /// [`SAMPLE_METHOD`].
    pub method: &'static str,
    /// The entries.
    pub entries: Vec<Sampled>,
}

/// An entry of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Sampled {
    /// Its position.
    pub seq: EntrySeq,
    /// When it was appended, to the microsecond.
    pub occurred_at: SafeText,
    /// What it is about.
    pub category: SafeText,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
    /// The login that appended it.
    pub db_user: SafeText,
    /// The repository that it concerns.
    pub repo_full_name: Option<SafeText>,
    /// Its hash.
    pub entry_hash: SafeText,
}

/// Entries that a person should look at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// What is the matter with them.
    pub kind: &'static str,
    /// The same in a sentence.
    pub meaning: &'static str,
    /// How many they are.
    pub entries: u64,
    /// The first [`SEQS_MAX`] of them.
    pub seqs: Vec<EntrySeq>,
}

/// The form of a report's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The document itself.
    Json,
    /// Markdown, the document at its end.
    Markdown,
    /// A page, the document at its end.
    Html,
}

impl Form {
    /// The form that the name of a file asks for.
    pub fn of_file(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "json" => Some(Form::Json),
            "md" => Some(Form::Markdown),
            "html" => Some(Form::Html),
            _ => None,
        }
    }

    /// The text of the file.
    pub fn text(self, report: &Report, filed: &Filed) -> String {
        match self {
            Form::Json => format!("{}\n", Value::Object(filed.document.clone())),
            Form::Markdown => markdown::markdown(report, filed),
            Form::Html => html::html(report, filed),
        }
    }
}

/// A report with its hash, as it is filed.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// The document, the hash in it.
    pub document: Map<String, Value>,
    /// The hash of all the rest.
    pub hash: Digest,
}

impl Report {
    /// The document with its hash.
    pub fn file(&self) -> Filed {
        let mut document = match serde_json::to_value(self) {
            Ok(Value::Object(document)) => document,
            // A struct of strings and numbers is an object.
            _ => Map::new(),
        };
        let hash = hash(&document);
        document.insert("report_hash".to_owned(), hash.to_string().into());
        Filed { document, hash }
    }
}

/// The hash of a report's document: over all of it but `report_hash`.
pub fn hash(document: &Map<String, Value>) -> Digest {
    // Keys stand sorted and without spaces. The document holds no fractions, so each number has one text.
    let rest: BTreeMap<&String, &Value> = document.iter().filter(|(key, _)| *key != "report_hash").collect();
    payload_hash(&canonical(&rest))
}

/// Whether the document says its own hash.
pub fn is_whole(document: &Map<String, Value>) -> bool {
    document.get("report_hash").and_then(Value::as_str) == Some(hash(document).to_string().as_str())
}

fn canonical(value: &impl Serialize) -> String {
    // `to_value` sorts the keys at every depth; text keys and plain numbers cannot fail.
    serde_json::to_value(value).map(|value| value.to_string()).unwrap_or_default()
}

/// A time as documents hold it: to the microsecond, in UTC.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
