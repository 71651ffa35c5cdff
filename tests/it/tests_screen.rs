//! The Tests screen.

mod desk;
mod looks;
mod moves;
mod server;
