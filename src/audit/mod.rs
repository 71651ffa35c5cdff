//! The audit of the chain: verified, sealed, proved and exported.

pub mod kept;
pub mod merkle;
pub mod note;
pub mod signer;
pub mod sshsig;
pub mod trust;
pub mod verify;
