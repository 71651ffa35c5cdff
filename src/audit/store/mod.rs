//! The SQL of the audit: what is read to list, verify, seal and prove a chain, and the little that is
//! kept in it.

pub mod checkpoints;
pub mod entries;
pub mod fields;
pub mod foreign;
pub mod ground;
pub mod reconcile;
pub mod rows;
pub mod stored;
pub mod tree;
pub mod values;
