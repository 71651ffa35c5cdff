//! Identifiers that the compiler keeps apart.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim_start_matches('#').parse().map($name)
            }
        }
    )*};
}

ids! {
    /// A row of `triage.findings`.
    FindingId;
    /// A row of `triage.scans`.
    ScanId;
    /// A row of `triage.feedbacks`.
    FeedbackId;
    /// A row of `triage.attention`.
    AttentionId;
    /// A row of `operations.operation_runs`.
    RunId;
    /// A row of `trust.flaky_tests`: a test in an environment. What a test is called across rows is its hash.
    TestId;
    /// A row of `trust.repositories`.
    RepoId;
    /// A row of `audit.compliance_reports`.
    ReportId;
    /// The position of an entry in the audit chain, from 1.
    EntrySeq;
}

/// How often a row has been decided on: an update names the version that the person saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Version(pub i32);

/// The key of one deed: asked for twice, it is done once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct DeedKey(pub uuid::Uuid);

impl DeedKey {
    /// A key that nobody has used.
    pub fn fresh() -> Self {
        DeedKey(uuid::Uuid::new_v4())
    }
}

impl fmt::Display for DeedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a chain, such as `example.com/audit`: 1 to 255 of `A-Z a-z 0-9 . _ / -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ChainId(String);

impl ChainId {
    /// A name that no other chain has.
    pub fn random() -> Self {
        ChainId(format!("attestor.local/{}", uuid::Uuid::new_v4()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ChainId {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = |b: u8| b.is_ascii_alphanumeric() || b"._/-".contains(&b);
        if (1..=255).contains(&text.len()) && text.bytes().all(known) {
            Ok(ChainId(text.to_owned()))
        } else {
            Err("the name of a chain has 1 to 255 characters of A-Z a-z 0-9 . _ / -")
        }
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
