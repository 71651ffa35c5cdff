//! The audit: what the chain holds, looked at, verified and sealed.
//!
//! Nothing here appends by itself; looking never writes.

pub mod jobs;
pub mod verify;

pub mod merkle;
pub mod note;

pub mod detail;
pub mod entry;
pub mod examine;
pub mod payload;
pub mod store;
