//! The blind sample: findings that people decide before they see the AI's verdict.
//!
//! A verdict seen first anchors the second one, so agreement measured on it flatters the AI. Which
//! findings are in the sample follows from their ids and the share alone: it is the same for everyone,
//! for ever, and a larger share only adds findings. `triage.in_blind_sample` computes the same in SQL; a
//! test holds the two together.

use crate::error::{Error, Kind};
use crate::ids::FindingId;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A share of all findings, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// The share, where it is one.
    pub fn new(share: f64) -> Option<Self> {
        // Adding 0 makes the negative zero a plain one.
        (0.0..=1.0).contains(&share).then_some(Share(share + 0.0))
    }

    /// The share as a number, 0 to 1.
    pub fn get(self) -> f64 {
        self.0
    }

    /// Whether `finding` belongs to the sample.
    pub fn holds(self, finding: FindingId) -> bool {
        // The first 48 bits of the hash, a number that a float holds exactly.
        let hash = Sha256::digest(format!("attestor/blind/{}", finding.0));
        let place = hash.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        (place as f64) < self.0 * (1_u64 << 48) as f64
    }
}

impl FromStr for Share {
    type Err = Error;

    /// Reads `0.1`, `.1` or `10%`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let number = match text.strip_suffix('%') {
            Some(percent) => percent.trim_end().parse::<f64>().map(|p| p / 100.0),
            None => text.parse(),
        };
        number.ok().and_then(Share::new).ok_or_else(|| {
            Error::new(Kind::Usage, "the share is a number from 0 to 1, or a percentage up to 100%")
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", (self.0 * 1e6).round() / 1e4)
    }
}
