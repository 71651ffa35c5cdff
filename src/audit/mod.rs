//! The audit of the chain: verified, sealed, proved and exported.

pub mod actions;
pub mod evidence;
pub mod jobs;
pub mod kept;
pub mod line;
pub mod merkle;
pub mod note;
pub mod place;
pub mod proof;
pub mod signer;
pub mod sshsig;
pub mod store;
pub mod trust;
pub mod verify;
