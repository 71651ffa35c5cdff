//! Work of the audit that takes long.

pub mod export;
pub mod report;
