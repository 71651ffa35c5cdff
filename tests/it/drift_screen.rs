//! The Drift screen: where does reality differ, and since when?

mod desk;
mod looks;
mod moves;
mod server;
