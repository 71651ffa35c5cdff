//! Where in a SARIF file something stands.

use std::fmt;

/// Where in a file: a run and perhaps one of its results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A run, from 0.
    Run(usize),
    /// A result of a run, both from 0.
    Result(usize, u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File => f.write_str("file"),
            Place::Run(run) => write!(f, "runs[{run}]"),
            Place::Result(run, result) => write!(f, "runs[{run}].results[{result}]"),
        }
    }
}
