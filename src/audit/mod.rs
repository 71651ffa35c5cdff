//! The audit: what the chain holds, looked at, verified, sealed, proved and exported.

pub mod actions;
pub mod detail;
pub mod entry;
pub mod evidence;
pub mod examine;
pub mod export;
pub mod inspection;
pub mod jobs;
pub mod kept;
pub mod line;
pub mod merkle;
pub mod note;
pub mod payload;
pub mod place;
pub mod proof;
pub mod report;
pub mod signer;
pub mod sshsig;
pub mod store;
pub mod trust;
pub mod verify;
