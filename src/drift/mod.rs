//! Where reality differs from policy: documents, their differences, plans, the reconciler.

pub mod github;
