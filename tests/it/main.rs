//! The tests of attestor, in one binary. What needs a server starts one of its own.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

mod architecture;
mod chain;
mod cli_confirm;
mod cli_findings;
mod config;
mod console;
mod database;
mod demo;
mod drafts;
mod filter;
mod findings_screen;
mod identity;
mod import;
mod keys;
mod local;
mod looks;
mod migrate;
mod overview;
mod risk;
mod sarif;
mod session;
mod store;
mod terminal;
mod text;
mod tiny;
mod triage;
