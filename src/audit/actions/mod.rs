//! The deeds of whoever audits: sealing the chain, proving an entry, pinning what was found right, inspecting
//! the sample of a report.

mod gather;
mod inspect;
mod pin;
mod prove;
mod reread;
mod seal;

pub(super) use gather::own_name;
pub use gather::{Known, gather};
pub use inspect::{Inspect, inspect};
pub use pin::{Pinned, newest, pin};
pub use prove::prove;
pub use seal::{Outcome, Request, Sealed, seal};
