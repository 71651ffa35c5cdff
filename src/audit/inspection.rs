//! The sample of a report as a worklist: what was drawn, and what a person saw in it.

use super::entry::Listed;
use crate::error::{Error, Kind, Result};
use crate::ids::{EntrySeq, ReportId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A report that was filed.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct FiledReport {
    /// Its number.
    pub id: ReportId,
    /// Which controls it is about, in a word.
    pub report_type: SafeText,
    /// The period's begin.
    pub period_start: DateTime<Utc>,
    /// The period's end.
    pub period_end: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The login that made it.
    pub created_by: SafeText,
}

/// The sample of a report, in the order in which it was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Worklist {
    /// The report.
    pub report: FiledReport,
    /// Its entries.
    pub items: Vec<Item>,
}

/// An entry of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The entry, as the report has it.
    pub listed: Listed,
    /// What the chain has in its place now.
    pub standing: Standing,
    /// What a person saw in it; none where nobody has looked.
    pub inspection: Option<Inspection>,
}

/// What the chain has in the place of an entry that was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// An entry of the same hash.
    Same,
    /// An entry of another hash.
    Changed,
    /// None.
    Gone,
}

impl Standing {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Same => "same",
            Standing::Changed => "changed",
            Standing::Gone => "gone",
        }
    }
}

/// That a person has looked at an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// What they saw.
    pub note: SafeText,
    /// The login.
    pub by: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

impl Worklist {
    /// How many entries were inspected.
    pub fn inspected(&self) -> usize {
        self.items.iter().filter(|item| item.inspection.is_some()).count()
    }

    /// The entry of the sample at `seq`.
    pub fn item(&self, seq: EntrySeq) -> Option<&Item> {
        self.items.iter().find(|item| item.listed.seq == seq)
    }
}

/// What a person saw in an entry: visible words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// The longest, in bytes.
    pub const BYTES_MAX: usize = 1024;

    /// The note in `raw`, without the space around it.
    ///
    /// # Errors
    /// [`Kind::Usage`] where it shows nothing, or is too long.
    pub fn new(raw: &str) -> Result<Self> {
        let text = raw.trim();
        let refused = match () {
            () if SafeText::new(text).trim().is_empty() => "the note is empty; say what you saw".to_owned(),
            () if text.contains('\0') => {
                "the note holds the character U+0000, which cannot be kept".to_owned()
            }
            () if text.len() > Self::BYTES_MAX => {
                format!("the note has {} bytes; at most {} are kept", text.len(), Self::BYTES_MAX)
            }
            () => return Ok(Note(text.to_owned())),
        };
        Err(Error::new(Kind::Usage, refused))
    }

    /// The text as it was typed; [`SafeText`] before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
