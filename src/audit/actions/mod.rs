//! The deeds of whoever audits: sealing the chain, proving an entry, pinning what was found right.

mod gather;
mod pin;
mod prove;
mod reread;
mod seal;

pub(super) use gather::own_name;
pub use gather::{Known, gather};
pub use pin::{Pinned, newest, pin};
pub use prove::prove;
pub use seal::{Outcome, Request, Sealed, seal};
