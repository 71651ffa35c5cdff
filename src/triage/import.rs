//! An import: what it was asked for, and what it came to.

use super::sarif::fields::NAME_BYTES_MAX;
use super::sarif::provenance::{Address, branch_name};
use super::sarif::run::Run;
use crate::error::{Error, Kind, Result};
use crate::ids::{EntrySeq, RunId, ScanId};
use crate::text::visible;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// What the person says about the scans; it holds before what the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The repository: `owner/name`, or its address.
    pub repo: Option<String>,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// The branch that was scanned.
    pub branch: Option<String>,
    /// The repository's host, in a word.
    pub platform: Option<String>,
}

impl ImportOptions {
    /// Refuses names that no column holds.
    pub fn check(&self) -> Result<()> {
        let named = [
            ("--repo", &self.repo),
            ("--commit", &self.commit),
            ("--branch", &self.branch),
            ("--platform", &self.platform),
        ];
        for (flag, value) in named {
            let Some(value) = value else { continue };
            if value.trim().is_empty() || value.len() > NAME_BYTES_MAX || value.chars().any(char::is_control)
            {
                let what =
                    format!("{flag} takes a name of 1 to {NAME_BYTES_MAX} bytes without control characters");
                return Err(Error::new(Kind::Usage, what));
            }
        }
        Ok(())
    }
}

/// Where the code of a run comes from, after the person and the file have been heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The repository.
    pub repo: String,
    /// Its address.
    pub repo_url: Option<String>,
    /// Its host, in a word.
    pub platform: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// Whether nobody named the repository, so that the file's name stands for it.
    pub repo_is_guessed: bool,
}

impl Origin {
    /// The origin of `run`, or of a file without runs; `file_stem` stands in for a repository that
    /// nobody names.
    pub fn of(options: &ImportOptions, run: Option<&Run>, file_stem: &str) -> Self {
        let said = options.repo.as_deref().map(str::trim);
        let address = said.filter(|repo| repo.contains("://") || repo.contains('@')).map(Address::read);
        let provenance = run.map(|run| run.provenance.clone()).unwrap_or_default();
        let (named, url, host) = match (&address, said) {
            (Some(address), Some(said)) => (
                Some(address.repo.clone().unwrap_or_else(|| said.to_owned())),
                Some(address.url.clone()),
                address.platform.clone(),
            ),
            // The file's address is of the repository that the file names, not of another one.
            (None, Some(said)) if provenance.repo.as_deref() != Some(said) => {
                (Some(said.to_owned()), None, None)
            }
            _ => (provenance.repo, provenance.repo_url, provenance.platform),
        };
        let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        Origin {
            repo_is_guessed: named.is_none(),
            repo: named.unwrap_or_else(|| file_stem.to_owned()),
            repo_url: url,
            platform: trimmed(&options.platform).or(host),
            commit: trimmed(&options.commit).or(provenance.commit),
            branch: trimmed(&options.branch).map(|name| branch_name(&name).to_owned()).or(provenance.branch),
        }
    }
}

/// The time that a file says its scan ended, where it can be believed.
pub fn believable(scanned_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    const YEAR_2000: i64 = 946_684_800;
    scanned_at.filter(|time| time.timestamp() >= YEAR_2000 && *time <= now + TimeDelta::minutes(5))
}

/// The name of a file without its folder and without what says that it is SARIF.
pub fn file_stem(name: &str) -> String {
    let mut stem = name.rsplit('/').next().unwrap_or(name);
    for ending in [".gz", ".json", ".sarif"] {
        let cut = stem.len().saturating_sub(ending.len());
        if cut > 0 && stem.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(ending)) {
            stem = &stem[..cut];
        }
    }
    let cut = &stem[..stem.floor_char_boundary(NAME_BYTES_MAX)];
    visible(if cut.is_empty() { "file" } else { cut }).into_owned()
}

/// What the import of one file came to. As JSON it is the line that `import sarif --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// The file, as it was named.
    pub file: String,
    /// Runs in it.
    pub runs: u64,
    /// Results in it.
    pub results: u64,
    /// Findings seen for the first time.
    pub inserted: u64,
    /// Findings seen where they were.
    pub unchanged: u64,
    /// Findings seen at another place.
    pub moved: u64,
    /// Findings no longer seen.
    pub absent: u64,
    /// Results that the scanner's own configuration suppresses.
    pub suppressed: u64,
    /// Where the file breaks the standard, and what was made of it.
    pub deviations: Vec<String>,
    /// The scans that it became.
    pub scan_ids: Vec<ScanId>,
    /// Findings seen again after they were gone.
    pub regressed: u64,
    /// Results that could not be understood, or that only say that something is gone.
    pub left_out: u64,
    /// Whether these bytes were taken in before for this repository and commit; then nothing was written.
    pub already_imported: bool,
    /// The repository.
    pub repo: String,
    /// SHA-256 of the file as it is, in hex.
    pub sha256: String,
    /// What a person should know beside the counts.
    pub notes: Vec<String>,
    /// The entry in the audit chain; none where nothing was written.
    pub entry: Option<EntrySeq>,
    /// The run that says how it went; none where nothing was written, or nobody may record it.
    pub run_id: Option<RunId>,
}
