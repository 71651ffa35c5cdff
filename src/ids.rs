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
