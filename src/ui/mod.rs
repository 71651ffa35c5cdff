//! The console: one task owns the state, draws once after all news are in, and only what changed.

pub mod app;
pub mod command;
pub mod input;
pub mod keymap;
pub mod screen;
pub mod screens;
pub mod theme;
pub mod widgets;
