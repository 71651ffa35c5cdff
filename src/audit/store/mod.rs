//! The SQL of the audit.

pub mod checkpoints;
pub mod entries;
pub mod fields;
pub mod ground;
pub mod rows;
pub mod stored;
pub mod tree;
pub mod values;
