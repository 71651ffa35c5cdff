//! The long work of drift.

mod apply;
mod look;
mod plan;
mod reconcile;
mod record;

pub use plan::{Planning, make_plan};
pub use reconcile::{RECONCILIATION, reconcile};
