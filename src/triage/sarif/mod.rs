//! SARIF, read as scanners write it: 2.1.0 by the letter where a file keeps to it, leniently where it
//! does not, with every deviation said.
//!
//! A file is read twice, streaming: [`survey`](survey::survey) hashes it, checks that the whole of it is
//! JSON, and keeps what the results are read by (tools, rules, artifacts, base paths);
//! [`each_result`](results::each_result) then hands over one result after the other. So an error comes
//! before anything is written, and memory does not grow with the number of results.
//!
//! Deliberately absent: `runs[].results` in external property files (said as a deviation),
//! `ruleConfigurationOverrides`, and `fixes`, whose replacements cannot be made into a faithful diff
//! without the file that they change.

pub mod cve;
pub mod fields;
pub mod location;
pub mod message;
pub mod observation;
pub mod path;
pub mod place;
pub mod provenance;
pub mod results;
pub mod rules;
pub mod run;
pub mod severity;
pub mod suppression;
pub mod survey;
pub mod tolerant;
pub mod walk;
