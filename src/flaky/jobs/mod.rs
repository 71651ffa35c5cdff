//! Long work about tests.

mod recompute;

pub use recompute::{How, RECOMPUTE, Recompute, RecomputeReport, RepoScored, recompute};
