//! The SQL of tests: lists and details, decisions, and the counting of evidence.

pub mod decisions;
pub mod detail;
pub mod evidence;
pub mod fields;
mod query;
pub mod scoring;
pub mod settings;
pub mod tests;
