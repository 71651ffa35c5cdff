//! The Findings screen: what it decides, and how it looks.

mod arrange;
mod attending;
mod bytes;
mod code;
mod deeds;
mod desk;
mod feedback_pane;
mod filter;
mod groups;
mod list;
mod looks;
mod many;
mod outside;
mod parts;
mod samples;
mod server;
mod server_many;
mod states;
mod trouble;
mod window;
