//! The verifier: fed with rows as they stand, it says what is broken. It knows no connection.

pub mod checklist;
pub mod claims;
pub mod entry;
pub mod foreign;
pub mod ground;
pub mod preimage;
pub mod reconcile;
pub mod report;
pub mod row;
pub mod usual;
pub mod verdict;
pub mod walk;
pub mod wire;
