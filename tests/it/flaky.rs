//! Which test lies: scores, states, scoring on a real server, decisions, and what runners are given.

mod decisions;
mod evidence;
mod lists;
mod program;
mod quality;
mod quarantine;
mod runner;
mod score;
mod scoring;
pub mod stage;
mod states;
