//! Long work over the chain: verified with its progress told, and stopped at any moment.

mod plan;
mod verify;
mod workers;

pub use verify::{Request, Since, verify};
