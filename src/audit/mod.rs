//! The audit of the chain: verified, sealed, proved and exported.

pub mod verify;

pub mod merkle;
pub mod note;
