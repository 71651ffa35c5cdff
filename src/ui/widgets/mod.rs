//! Parts that several screens are made of.

pub mod cells;
pub mod diff;
pub mod editor;
pub mod filter_bar;
pub mod line;
pub mod prompt;
pub mod table;
pub mod when;
