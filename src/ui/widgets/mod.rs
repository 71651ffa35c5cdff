//! Parts that several screens are made of.

pub mod actions;
pub mod cells;
pub mod confirm;
pub mod diff;
pub mod editor;
pub mod filter_bar;
pub mod footer;
pub mod form;
pub mod help;
pub mod jobs;
pub mod line;
pub mod notice;
pub mod palette;
pub mod panel;
pub mod prompt;
pub mod strip;
pub mod syntax;
pub mod table;
pub mod tabs;
pub mod when;
pub mod which_key;
