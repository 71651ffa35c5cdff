//! The tests of attestor, in one binary. What needs a server starts one of its own.

mod support;

mod filter;
mod store;
