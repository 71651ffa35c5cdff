//! One thing that was looked at: how it stands, what was found, and what to do.

use crate::cli::output::Tabular;
use crate::text::{visible, visible_lines};
use serde::Serialize;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// As it should be.
    Ok,
    /// It could not be found out.
    Unknown,
    /// It works, and could be better or safer.
    Warning,
    /// Something would not work.
    Fails,
}

impl Standing {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Ok => "ok",
            Standing::Unknown => "unknown",
            Standing::Warning => "warning",
            Standing::Fails => "fails",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The part of the world that it belongs to: terminal, configuration, database, local.
    pub area: &'static str,
    /// What was looked at.
    pub check: String,
    /// How it stands.
    pub status: Standing,
    /// What was found.
    pub found: String,
    /// What to do about it; nothing where all is well.
    pub advice: Option<String>,
}

impl Check {
    /// A check; what comes from outside is made visible.
    pub fn new(area: &'static str, check: &str, status: Standing, found: impl AsRef<str>) -> Check {
        let found = visible(found.as_ref()).into_owned();
        Check { area, check: visible(check).into_owned(), status, found, advice: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl AsRef<str>) -> Check {
        self.advice = Some(visible_lines(advice.as_ref()).into_owned());
        self
    }
}

impl Tabular for Check {
    const COLUMNS: &'static [&'static str] = &["area", "check", "status", "found", "advice"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.area.to_owned(),
            self.check.clone(),
            self.status.word().to_owned(),
            self.found.clone(),
            self.advice.clone().unwrap_or_default(),
        ]
    }
}
