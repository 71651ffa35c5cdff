//! What is read from the database to verify, seal and prove a chain, and the little that is kept in it.

pub mod checkpoints;
pub mod ground;
pub mod rows;
pub mod tree;
