//! Believable demo data, the same rows from one seed and date every time.
//!
//! A company that does not exist, its repositories, what five scanners saw in them over ninety days,
//! what an AI thinks and what three people said; and what its tests said over two hundred days. Rules, messages, code and patches are written for this
//! purpose; only the CVEs are real.

pub mod catalog;
pub mod code;
mod dependencies;
pub mod draft;
pub mod drift;
pub mod generate;
pub mod history;
mod identity;
pub mod large;
pub mod open;
mod opinion;
pub mod rng;
mod slots;
pub mod store;
pub mod suites;
pub mod timeline;
pub mod voices;
mod watched;

/// The demo's own database.
pub const DATABASE: &str = "attestor_demo";

/// How much there is of the demo. Each has a database of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Scale {
    /// A company with 12 repositories and 3,000 findings.
    #[default]
    Usual,
    /// 400 companies with 1,000,000 findings and as many entries in the audit chain.
    Large,
}

impl Scale {
    /// The database.
    pub fn database(self) -> &'static str {
        match self {
            Scale::Usual => DATABASE,
            Scale::Large => large::DATABASE,
        }
    }
}

/// The seed of the demo that everybody gets.
pub const SEED: u64 = 2;
