//! What is read from the database to verify a chain. Nothing here writes.

pub mod ground;
pub mod rows;
