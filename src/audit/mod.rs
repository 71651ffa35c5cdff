//! The audit of the chain: verified, sealed, proved and exported.

pub mod jobs;
pub mod merkle;
pub mod store;
pub mod verify;
