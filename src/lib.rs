//! attestor: a console over PostgreSQL for people who decide what can be trusted.
//!
//! The modules in reading order; imports run downwards only (`main → ui | cli → demo → areas →
//! intake → operations → chain → jobs | db | filter → ids | text | error`), and a test holds that.
//!
//! What always holds:
//! - Every decision is committed together with its entry in the audit chain, or not at all:
//!   [`chain::change::Change`] is the only door for writes.
//! - Text from outside is made visible once, when it leaves the database ([`text::SafeText`]).
//! - Deciding is pure, doing is elsewhere: noun files know no connection, no clock and no terminal.

pub mod audit;
pub mod chain;
pub mod cli;
pub mod config;
pub mod db;
pub mod demo;
pub mod drift;
pub mod error;
pub mod filter;
pub mod flaky;
pub mod ids;
pub mod intake;
pub mod jobs;
pub mod operations;
pub mod text;
pub mod triage;
pub mod ui;
