//! Where reality differs from policy: documents, their differences, plans, the reconciler.
//!
//! A [`document`] is what a repository should be or is; [`diff`] compares two of them by what
//! [`schema`] knows of their lists and defaults, and names each difference by its [`path`]. What should be
//! is put together by [`desired`] out of policies and what people decided.

pub mod actions;
pub mod desired;
pub mod diff;
pub mod document;
pub mod github;
pub mod glob;
pub mod history;
pub mod ignore;
pub mod jobs;
pub mod mistake;
pub mod observation;
pub mod observed;
pub mod path;
pub mod plan;
pub mod policy;
pub mod reconcile;
pub mod schema;
pub mod store;
pub mod tug;
