//! Which test lies: what JUnit files say, the evidence of retries, scores, quarantine.

pub mod actions;
pub mod attempts;
pub mod called;
pub mod checks;
pub mod decision;
pub mod detail;
pub mod evidence;
pub mod failure;
pub mod import;
pub mod jobs;
pub mod junit;
pub mod preview;
pub mod quarantine;
mod record;
pub mod runner;
pub mod score;
pub mod scoring;
pub mod state;
pub mod store;
pub mod tally;
pub mod test;
pub mod test_hash;
