//! Long work over the chain: verified and exported, with progress told, and stopped at any moment.

pub mod export;
mod plan;
pub mod report;
mod verify;
mod workers;

pub use verify::{Request, Since, verify};
