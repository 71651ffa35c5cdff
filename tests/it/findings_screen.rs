//! The Findings screen: what it decides, and how it looks.

mod arrange;
mod attending;
mod blind;
mod bytes;
mod code;
mod deeds;
mod desk;
mod feedback_pane;
mod filter;
mod groups;
mod held;
mod list;
mod looks;
mod many;
mod menu;
mod outside;
mod parts;
mod people;
mod samples;
mod server;
mod server_many;
mod states;
mod trouble;
mod window;
