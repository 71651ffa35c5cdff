//! The SQL of the audit: what is read to look, verify, seal and prove, and the little that is kept.

pub mod checkpoints;
pub mod entries;
pub mod fields;
pub mod ground;
pub mod rows;
pub mod stored;
pub mod tree;
pub mod values;
