//! The audit chain: what everything writes through. CHAIN.md, in the README's words, is its contract.

pub mod change;
pub mod entry;
