//! A plan: what is to be put right, field by field, from what to what. It is reviewed as it is, and applied
//! as it was reviewed: its hash says that it is the same.

mod file;
mod judge;

use super::diff::{Diff, Field};
use super::document::Json;
use super::github::why_not;
use super::path::Path;
use super::schema::Tier;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};
use std::str::FromStr;
use uuid::Uuid;

pub use file::BYTES_MAX;
pub use judge::{Verdict, judge};

/// Most repositories of one plan.
pub const REPOS_MAX: usize = 10_000;

/// What is to be put right, in the order of the names of the repositories.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Tells it from every other, also from one that says the same: a plan is applied once.
    pub id: Uuid,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// What of which repository.
    pub repos: Vec<RepoPlan>,
}

/// What of one repository.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RepoPlan {
    /// Its name, `owner/name`.
    pub repo: String,
    /// What is put right, the critical first.
    pub fields: Vec<Planned>,
    /// What differs, counts, and is left as it is.
    pub left: Vec<Left>,
}

/// A field that is put right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// The way to it.
    pub path: Path,
    /// What it was when the plan was made; nothing where it was not there.
    pub from: Option<Json>,
    /// What it is to be; nothing where it is to go.
    pub to: Option<Json>,
    /// How much the difference matters.
    pub tier: Tier,
}

/// A difference that is left as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Left {
    /// The way to it.
    pub path: Path,
    /// Why.
    pub why: String,
}

/// SHA-256 of a plan in its canonical form, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct PlanHash(String);

impl TryFrom<String> for PlanHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl PlanHash {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As many digits as a person compares.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl Serialize for PlanHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PlanHash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex =
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_hex.then(|| PlanHash(text.to_owned())).ok_or("the hash of a plan is 64 hexadecimal digits")
    }
}

impl Plan {
    /// A plan over these repositories; those with nothing to put right or to tell are left out.
    pub fn new(id: Uuid, made_at: DateTime<Utc>, mut repos: Vec<RepoPlan>) -> Self {
        repos.retain(|repo| !repo.fields.is_empty() || !repo.left.is_empty());
        repos.sort_by(|a, b| a.repo.cmp(&b.repo));
        repos.dedup_by(|a, b| a.repo == b.repo);
        // What a file does not hold is no part of the hash.
        let made_at = chrono::DurationRound::duration_trunc(made_at, chrono::TimeDelta::microseconds(1))
            .unwrap_or(made_at);
        Plan { id, made_at, repos }
    }

    /// How many repositories it puts something right in.
    pub fn correctable(&self) -> usize {
        self.repos.iter().filter(|repo| !repo.fields.is_empty()).count()
    }

    /// How many fields it puts right.
    pub fn fields(&self) -> usize {
        self.repos.iter().map(|repo| repo.fields.len()).sum()
    }

    /// Its hash.
    pub fn hash(&self) -> PlanHash {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(self.canonical()) {
            // Writing into a text cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        PlanHash(hex)
    }
}

impl RepoPlan {
    /// What of the difference of `repo` is put right: what counts, but for what GitHub cannot be told, and for
    /// what two sides pull to and fro.
    pub fn of(repo: &str, diff: &Diff, is_contested: impl Fn(&Path) -> bool) -> Self {
        let mut plan = RepoPlan { repo: repo.to_owned(), ..RepoPlan::default() };
        for field in diff.drift() {
            let contested = is_contested(&field.path).then(|| CONTESTED.to_owned());
            match contested.or_else(|| why_not(&field.path, field.desired.as_ref())) {
                Some(why) => plan.left.push(Left { path: field.path.clone(), why }),
                None => plan.fields.push(Planned::of(field)),
            }
        }
        plan
    }
}

/// Why a field that is pulled to and fro is left.
pub const CONTESTED: &str = "two sides pull it to and fro; they have to agree first";

impl Planned {
    fn of(field: &Field) -> Self {
        Planned {
            path: field.path.clone(),
            from: said(field.observed.clone()),
            to: said(field.desired.clone()),
            tier: field.tier,
        }
    }
}

/// Null says nothing.
fn said(value: Option<Json>) -> Option<Json> {
    value.filter(|value| !value.is_null())
}
