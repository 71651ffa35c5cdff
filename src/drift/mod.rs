//! Where reality differs from policy: documents, their differences, plans, the reconciler.
//!
//! A [`document`] is what a repository should be or is; [`diff`] compares two of them by what
//! [`schema`] knows of their lists and defaults, and names each difference by its [`path`].

pub mod diff;
pub mod document;
pub mod github;
pub mod glob;
pub mod ignore;
pub mod mistake;
pub mod observation;
pub mod path;
pub mod plan;
pub mod schema;
