//! Triage: which findings are real, and why.

pub mod actions;
pub mod agreement;
pub mod attention;
pub mod blind;
pub mod checks;
pub mod column;
pub mod cve;
pub mod detail;
pub mod epss;
pub mod feedback;
pub mod finding;
pub mod group;
pub mod identity;
pub mod import;
pub mod jobs;
pub mod kev;
pub mod markdown;
pub mod metrics;
pub mod rate;
pub mod reason;
mod record;
pub mod risk;
pub mod sarif;
pub mod stats;
pub mod store;
pub mod threat;
