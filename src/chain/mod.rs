//! The audit chain: what everything writes through.
//!
//! [`hash`] is the whole of its arithmetic; the database computes the same in `audit.entry_hash`.

pub mod append;
pub mod bookkeeping;
pub mod change;
pub mod controls;
pub mod entry;
pub mod hash;
pub mod lanes;
pub mod recent;
pub mod settled;
