//! The screens, a folder each: state, update, view, perform.

pub mod findings;
