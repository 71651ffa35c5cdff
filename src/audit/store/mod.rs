//! The SQL of the audit: what is read to look, verify, seal, prove and export, and the little that is kept.

pub mod checkpoints;
pub mod day;
pub mod deeds;
pub mod entries;
pub mod export;
pub mod fields;
pub mod foreign;
pub mod ground;
pub mod inspections;
pub mod reconcile;
mod reconcile_drift;
mod reconcile_inspections;
mod reconcile_tables;
mod reconcile_tests;
pub mod recorded;
pub mod report;
pub mod rows;
pub mod stored;
pub mod tree;
pub mod values;
