//! The Merkle tree over the chain (RFC 6962): ranges, from which roots are made, and proofs.
//!
//! All of it is pure. What hashes a proof needs is told as [`Span`]s of leaves; where these come from,
//! rows or a cache of them, is not known here, and a proof is judged by its root alone.

mod prove;
mod range;
mod span;

pub use prove::{Flaw, consistency_path, consistent, included, inclusion_path};
pub use range::Range;
pub use span::{Span, Subtree};

use crate::chain::hash::{Digest, node};

/// The hash over neighbouring whole subtrees, from left to right, that make up one branch of the tree;
/// none for none.
pub fn hash_of_subtrees(hashes: &[Digest]) -> Option<Digest> {
    hashes.iter().rev().copied().reduce(|right, left| node(&left, &right))
}
