//! `attestor keys`: every deed of the console with its keys.
//!
//! The table itself belongs to the console; the binary hands its rows over.

use super::Global;
use super::output::{Printer, Tabular};
use crate::error::Result;
use serde::Serialize;

/// A deed of the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The heading of the help under which it stands.
    pub group: String,
    /// Its keys, as a person presses them; none where it is reached by its name alone.
    pub keys: Vec<String>,
    /// Its name in the palette and the keymap file.
    pub name: String,
    /// What it does.
    pub help: String,
    /// Where it holds: `everywhere`, or panes.
    pub holds: Vec<String>,
    /// What it cannot do without.
    pub needs: Vec<String>,
}

/// Prints the rows; the result is the exit status.
pub fn run(rows: &[Row], global: &Global) -> Result<u8> {
    let mut printer = Printer::new(std::io::stdout().lock(), global.format());
    rows.iter().try_for_each(|row| printer.row(row))?;
    printer.finish()?;
    Ok(0)
}

impl Tabular for Row {
    const COLUMNS: &'static [&'static str] = &["group", "keys", "name", "help", "holds", "needs"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.group.clone(),
            self.keys.join(" "),
            self.name.clone(),
            self.help.clone(),
            self.holds.join(", "),
            self.needs.join(", "),
        ]
    }
}

/// A name of the program's code, such as `FindingsList`, as words: `findings list`.
pub fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}
