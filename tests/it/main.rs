//! The tests of attestor, in one binary. What needs a server starts one of its own.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

mod agreement;
mod architecture;
mod audit_screen;
mod chain;
mod cli_confirm;
mod cli_findings;
mod cli_threat;
mod config;
mod console;
mod database;
mod demo;
mod doctor;
mod drafts;
mod exports;
mod filter;
mod findings_screen;
mod identity;
mod import;
mod keys;
mod linear;
mod local;
mod looks;
mod manual;
mod metrics;
mod migrate;
mod operations;
mod outside;
mod overview;
mod permalink;
mod risk;
mod runs_screen;
mod sarif;
mod seal;
mod session;
mod store;
mod tamper;
mod terminal;
mod text;
mod threat;
mod tiny;
mod triage;
mod verify;
mod views;
