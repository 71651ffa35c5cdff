//! Policies: what repositories should be, by globs over their names.
//!
//! Where two say something of one field, the one with the higher `priority` holds; among equals the one
//! whose glob names the repository more exactly (more signs that stand for themselves); among these the one
//! that comes later by the name of its file and its place in it. `defaults` are under all policies.

mod check;
mod file;
mod read;

use super::document::Document;
use super::glob::Glob;
use crate::error::{Error, Kind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::str::FromStr;

pub use file::{Checked, Gathered, gather};
pub use read::{Finding, read_policies};

/// What the reconciler does about drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It looks, and writes down what it sees.
    #[default]
    Observe,
    /// The same, and drift makes its run need attention.
    Warn,
    /// It puts right what a reviewed plan says.
    Correct,
}

impl Mode {
    /// All of them.
    pub const ALL: [Mode; 3] = [Mode::Observe, Mode::Warn, Mode::Correct];

    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Observe => "observe",
            Mode::Warn => "warn",
            Mode::Correct => "correct",
        }
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Mode::ALL.into_iter().find(|mode| mode.word() == word).ok_or_else(|| {
            let what = format!("\"{}\" is no mode", crate::text::visible(word));
            Error::new(Kind::Usage, what).hint("observe, warn or correct")
        })
    }
}

/// What some repositories should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name, which no other has.
    pub name: String,
    /// The repositories that it is for.
    pub repos: Vec<Glob>,
    /// Those of them that it is not for.
    pub excepted: Vec<Glob>,
    /// What the reconciler does about them; nothing where the policy does not say.
    pub mode: Option<Mode>,
    /// The higher holds.
    pub priority: i32,
    /// Its place among all of them.
    pub rank: i32,
    /// What they should be.
    pub desired: Document,
    /// The file that it was read from.
    pub file: String,
}

impl Policy {
    /// How exactly it names `repo`; nothing where it is not for it.
    pub fn matches(&self, repo: &str) -> Option<(usize, usize)> {
        if self.excepted.iter().any(|glob| glob.matches_repo(repo)) {
            return None;
        }
        self.repos.iter().filter(|glob| glob.matches_repo(repo)).map(Glob::exactness).max()
    }

    /// SHA-256 of what it desires, compact with sorted keys, in hex.
    pub fn body_sha256(&self) -> String {
        Sha256::digest(self.desired.to_string()).iter().fold(String::new(), |mut hex, byte| {
            // Writing into a text cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// The policies for `repo`, the weakest first.
pub fn of_repo<'a>(policies: &'a [Policy], repo: &str) -> Vec<&'a Policy> {
    let mut matching: Vec<_> = policies
        .iter()
        .filter_map(|policy| Some(((policy.priority, policy.matches(repo)?, policy.rank), policy)))
        .collect();
    matching.sort_by_key(|(order, _)| *order);
    matching.into_iter().map(|(_, policy)| policy).collect()
}
