//! Files on their way in, whatever they hold: where they come from, how their text is read, what in them
//! deviates, and their intake as a recorded run.

pub mod deviation;
pub mod input;
pub mod mend;
pub mod recorded;
pub mod text;

/// Why a file cannot be understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, and where.
    pub what: String,
    /// What may help.
    pub hint: String,
}
