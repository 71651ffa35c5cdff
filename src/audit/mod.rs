//! The audit: what the chain holds, looked at, verified and sealed.

pub mod detail;
pub mod entry;
pub mod examine;
pub mod jobs;
pub mod kept;
pub mod merkle;
pub mod note;
pub mod payload;
pub mod signer;
pub mod sshsig;
pub mod store;
pub mod trust;
pub mod verify;
