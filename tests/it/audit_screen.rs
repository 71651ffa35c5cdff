//! The Audit screen: what it recomputes, what it decides, how it looks, and what it reads.

mod bytes;
mod desk;
mod examine;
mod list;
mod looks;
mod outcomes;
mod payload;
mod sample;
mod server;
mod verifying;
