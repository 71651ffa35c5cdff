//! Long work over the chain: verified and exported, with progress told, and stopped at any moment.

pub mod export;
mod follow;
mod foreign;
mod plan;
mod recorded;
pub mod report;
mod since;
mod verify;
mod workers;

pub use follow::{Followed, follow};
pub use foreign::{Likeness, detect, verify_foreign};
pub use recorded::{Recorded, VERIFICATION, verify_recorded};
pub use since::Since;
pub use verify::{Request, verify, verify_as_seen};
