//! The console: one task owns the state, draws once after all news are in, and only what changed.

pub mod app;
pub mod clipboard;
pub mod command;
pub mod drafts;
pub mod input;
pub mod keymap;
pub mod linear;
pub mod list_detail;
pub mod outside;
pub mod painter;
pub mod run;
pub mod screen;
pub mod screens;
pub mod session;
pub mod suspend;
pub mod terminal;
pub mod theme;
pub mod themes;
pub mod widgets;

pub use run::{Colour, Options, run};
