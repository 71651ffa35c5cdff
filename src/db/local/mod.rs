//! The private local cluster: PostgreSQL run by and for one user.
