//! The SQL of the audit. Nothing here writes.

pub mod entries;
pub mod fields;
pub mod ground;
pub mod reconcile;
pub mod rows;
pub mod stored;
pub mod values;
