//! What became of an edition of EPSS or KEV that was taken in.

use crate::ids::{EntrySeq, RunId};
use crate::text::SafeText;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::fmt;

/// A feed about the threat of CVEs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    /// The probability that a CVE is exploited soon.
    Epss,
    /// The CVEs that are known to be exploited.
    Kev,
}

impl Feed {
    /// The word, as the column holds it.
    pub fn word(self) -> &'static str {
        match self {
            Feed::Epss => "epss",
            Feed::Kev => "kev",
        }
    }

    /// The event of its intake in the audit chain.
    pub fn event(self) -> &'static str {
        match self {
            Feed::Epss => "epss_imported",
            Feed::Kev => "kev_imported",
        }
    }
}

/// An edition that was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Taken {
    /// The name of its file.
    pub file_name: SafeText,
    /// The day that it holds for; none where the file did not say.
    pub edition_date: Option<NaiveDate>,
    /// The version of the model or of the catalogue; none where the file did not say.
    pub model_version: Option<SafeText>,
    /// CVEs in it.
    pub row_count: i32,
    /// When it was taken in.
    pub imported_at: DateTime<Utc>,
}

impl fmt::Display for Taken {
    /// As a person reads it: `2026-01-15 (v2025.03.14), 236417 CVEs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.edition_date {
            Some(date) => write!(f, "{date}")?,
            None => write!(f, "undated, taken in {}", self.imported_at.format("%Y-%m-%d"))?,
        }
        if let Some(version) = &self.model_version {
            write!(f, " ({})", version.one_line())?;
        }
        write!(f, ", {} CVEs", self.row_count)
    }
}

/// What an intake came to. Serialised, it is one line of `import epss --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThreatReport {
    /// The file, as it was named.
    pub file: String,
    /// CVEs in it.
    pub rows: u64,
    /// The day that it holds for; none where the file does not say.
    pub date: Option<NaiveDate>,
    /// The version of the model or of the catalogue; none where the file does not say.
    pub model_version: Option<SafeText>,
    /// Rows that were added, changed or taken out.
    pub changed: u64,
    /// Findings whose risk became another one.
    pub rescored: u64,
    /// The later day of the edition that stood before, where this one is older. It was taken in all the
    /// same: who imports an old file by hand means it.
    pub older_than: Option<NaiveDate>,
    /// SHA-256 of the bytes of the file.
    pub sha256: String,
    /// The entry in the audit chain.
    pub entry: EntrySeq,
    /// The run that says how it went; none where nobody may record it.
    pub run_id: Option<RunId>,
}
