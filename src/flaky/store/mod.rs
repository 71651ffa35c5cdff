//! The SQL of tests: intake, lists and details, decisions, and the counting of evidence.

pub mod called;
pub mod decisions;
pub mod detail;
pub mod evidence;
pub mod fields;
pub mod intake;
mod query;
pub mod scoring;
pub mod settings;
pub mod tests;
