//! The Findings screen: what it decides, and how it looks.

mod blind;
mod bytes;
mod deeds;
mod desk;
mod feedback_pane;
mod filter;
mod list;
mod looks;
mod many;
mod parts;
mod people;
mod samples;
mod server;
mod trouble;
mod window;
