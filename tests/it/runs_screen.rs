//! The Runs screen: what is blocking?

mod desk;
mod looks;
mod moves;
mod server;
