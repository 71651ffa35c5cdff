//! Exports: entries as files that anyone can check without this program.
//!
//! An export is a JSON Lines file, a line an entry, with every hashed field and the exact text of the
//! payload; beside it stand its digest in the form of `sha256sum`, a manifest, and signatures over that.

pub mod check;
pub mod judge;
pub mod manifest;
pub mod name;

pub use manifest::Manifest;
