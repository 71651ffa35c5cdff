//! The Findings screen: is this real?
//!
//! `state` knows, `update` and its neighbours decide, `view` draws, `perform` alone awaits. What is
//! absent: the screen never writes by itself, never sorts or filters rows it holds (the database
//! does), and holds a bounded window of them.

pub mod state;
pub mod wish;
mod layout;
mod list;
mod own;
mod drafts;
mod sort;
mod update;
mod loading;
mod deeds;
mod layers;
mod view;
mod list_view;
mod detail_view;
mod detail_parts;
mod panels;
mod perform;

pub use state::Findings;
