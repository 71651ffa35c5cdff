//! The Findings screen: what it decides, and how it looks.

mod arrange;
mod bytes;
mod code;
mod deeds;
mod desk;
mod feedback_pane;
mod filter;
mod list;
mod looks;
mod many;
mod outside;
mod parts;
mod samples;
mod server;
mod trouble;
mod window;
