//! The SQL of tests.

pub mod intake;
