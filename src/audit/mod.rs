//! The audit: what the chain holds, looked at and recomputed.
//!
//! Nothing here appends by itself; looking never writes.

pub mod detail;
pub mod entry;
pub mod examine;
pub mod merkle;
pub mod payload;
pub mod store;
