//! What is exported, and how its files are called.

use crate::ids::EntrySeq;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Which entries are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of a day in UTC; the day is exported once, and stays the same.
    Nightly(NaiveDate),
    /// Those of a day in UTC.
    Day(NaiveDate),
    /// Those between two positions, both included.
    Range(EntrySeq, EntrySeq),
}

/// The sort of an export, as the column holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportType {
    /// By the nightly run.
    Nightly,
    /// A day that a person asked for.
    Day,
    /// Positions that a person asked for.
    Range,
}

impl ExportType {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            ExportType::Nightly => "nightly",
            ExportType::Day => "day",
            ExportType::Range => "range",
        }
    }
}

impl Which {
    /// Its sort.
    pub fn export_type(self) -> ExportType {
        match self {
            Which::Nightly(_) => ExportType::Nightly,
            Which::Day(_) => ExportType::Day,
            Which::Range(..) => ExportType::Range,
        }
    }

    /// The day, where it is one.
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            Which::Nightly(day) | Which::Day(day) => Some(day),
            Which::Range(..) => None,
        }
    }

    /// The time of the day, its end excluded.
    pub fn period(self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let day = self.day()?;
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        Some((midnight(day), midnight(day.checked_add_days(Days::new(1))?)))
    }

    /// What was asked for in words of SQL, so that anyone can ask the same. Where times of the chain run
    /// backwards the answer may be another than that of the export, which takes a day by its edges.
    pub fn query(self) -> String {
        match (self, self.period()) {
            (Which::Range(first, last), _) => format!("seq between {first} and {last} order by seq"),
            (_, Some((from, to))) => format!(
                "occurred_at >= '{}' and occurred_at < '{}' order by seq",
                from.format("%FT%TZ"),
                to.format("%FT%TZ")
            ),
            (_, None) => String::new(),
        }
    }

    /// How its files are called, without their endings.
    pub fn stem(self) -> String {
        match self {
            Which::Nightly(day) | Which::Day(day) => format!("audit-{day}"),
            Which::Range(first, last) => format!("audit-{first}-{last}"),
        }
    }
}

/// Where the files of an export stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The entries.
    pub lines: PathBuf,
    /// Their digest, for `sha256sum -c`.
    pub digest: PathBuf,
    /// The manifest.
    pub manifest: PathBuf,
    /// The signature over the manifest.
    pub signature: PathBuf,
    /// The proof of the last entry, by the checkpoint that covers it.
    pub proof: PathBuf,
}

impl Files {
    /// The files of the export whose entries stand at `lines`.
    pub fn beside(lines: &Path) -> Files {
        let with = |ending: &str| {
            let mut name = lines.with_extension("").into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        let mut digest = lines.as_os_str().to_owned();
        digest.push(".sha256");
        Files {
            lines: lines.to_owned(),
            digest: digest.into(),
            manifest: with(".manifest.json"),
            signature: with(".manifest.json.sig"),
            proof: with(".proof.json"),
        }
    }

    /// The files of `which` in `folder`.
    pub fn of(which: Which, folder: &Path) -> Files {
        Files::beside(&folder.join(format!("{}.jsonl", which.stem())))
    }
}
