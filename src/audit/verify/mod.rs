//! The verifier: fed with rows as they stand, it says what is broken. It knows no connection.

pub mod verdict;
