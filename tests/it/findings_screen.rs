//! The Findings screen: what it decides, and how it looks.

mod bytes;
mod deeds;
mod desk;
mod feedback_pane;
mod filter;
mod list;
mod looks;
mod many;
mod parts;
mod samples;
mod server;
mod trouble;
mod window;
