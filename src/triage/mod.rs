//! Triage: which findings are real, and why.

pub mod actions;
pub mod attention;
pub mod detail;
pub mod feedback;
pub mod finding;
pub mod group;
pub mod identity;
pub mod import;
pub mod jobs;
pub mod reason;
mod record;
pub mod risk;
pub mod sarif;
pub mod store;
