//! Which test lies: what JUnit files say, the evidence of retries, scores, quarantine.

pub mod checks;
pub mod import;
pub mod jobs;
pub mod junit;
pub mod store;
pub mod tally;
pub mod test_id;
