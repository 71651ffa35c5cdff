//! The SQL of triage.
