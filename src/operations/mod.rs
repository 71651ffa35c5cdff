//! Operations: any long work as a recorded run, with a report of what it checked.
//!
//! [`start`](start::start) records work; [`run`], [`report`] and [`redact`] are what a run and its report
//! are. This room names no area: who verifies or takes files in says which flow that is.

pub mod acknowledge;
pub mod check;
pub mod redact;
pub mod report;
pub mod run;
pub mod start;
pub mod store;
