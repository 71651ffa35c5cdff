//! Believable demo data, the same rows from one seed and date every time.
//!
//! A company that does not exist, its repositories, what five scanners saw in them over ninety days,
//! what an AI thinks and what three people said. Rules, messages, code and patches are written for this
//! purpose; only the CVEs are real.

pub mod catalog;
pub mod code;
mod dependencies;
pub mod draft;
pub mod generate;
pub mod history;
mod identity;
pub mod open;
mod opinion;
pub mod rng;
mod slots;
pub mod store;
pub mod timeline;
pub mod voices;

/// The demo's own database.
pub const DATABASE: &str = "attestor_demo";

/// The seed of the demo that everybody gets.
pub const SEED: u64 = 2;
