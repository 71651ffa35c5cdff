//! Long work about tests: taking in what they said, and scoring them.

mod intake;
mod recompute;

pub use intake::import_junit;
pub use recompute::{How, RECOMPUTE, Recompute, RecomputeReport, RepoScored, recompute};
