//! What the benches share: a server of their own, a console in a terminal of their own, and figures.
//!
//! Nothing here decides whether a bench succeeds: a budget that is missed is told, and that is all.

pub mod chain;
pub mod console;
pub mod figures;
pub mod million;
pub mod server;

#[path = "../../tests/it/support/scratch.rs"]
mod scratch;
