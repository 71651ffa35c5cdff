//! The SQL of the audit.

pub mod entries;
pub mod fields;
pub mod stored;
pub mod values;
