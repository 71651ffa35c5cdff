//! What the palette offers: commands by name, by the words of their help, or by letters in order.

use crate::filter::complete::{Candidates, complete};
use crate::triage::store::fields::FIELDS;
use crate::ui::command::{Command, Pane, Row, TABLE};

/// Whether a command does nothing without something behind its name.
pub(super) fn wants_more(command: Command) -> bool {
    matches!(command, Command::Import | Command::Theme | Command::GoTo)
}

/// The commands that hold in `pane` and fit what is typed, the best first.
pub(super) fn commands(typed: &str, pane: Pane) -> Vec<Command> {
    let typed = typed.to_lowercase();
    let mut found: Vec<(u8, Command)> = TABLE
        .iter()
        .filter(|row| row.holds_in(pane))
        .filter_map(|row| Some((rank(row, &typed)?, row.command)))
        .collect();
    // Stable: among equals the order of the table holds.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, command)| command).collect()
}

/// How well a command fits; less is better, none is not at all.
fn rank(row: &Row, typed: &str) -> Option<u8> {
    let label = row.label.to_lowercase();
    let help = row.help.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let starts = |text: &str, word: &str| {
        text.split(|c: char| !c.is_alphanumeric()).any(|piece| piece.starts_with(word))
    };
    let all = |holds: &dyn Fn(&str) -> bool| words.iter().all(|word| holds(word));
    if row.name.starts_with(typed) {
        Some(0)
    } else if all(&|word| starts(row.name, word)) {
        Some(1)
    } else if row.name.contains(typed) || label.contains(typed) {
        Some(2)
    } else if all(&|word| starts(row.name, word) || starts(&label, word) || starts(&help, word)) {
        Some(3)
    } else if words.len() == 1 && typed.chars().count() > 1 && holds_in_order(row.name, typed) {
        Some(4)
    } else {
        None
    }
}

/// Whether the letters of `typed` stand in `name` in their order, the first at the beginning of a word:
/// `mfp` in `mark-false-positive`.
fn holds_in_order(name: &str, typed: &str) -> bool {
    let mut typed = typed.chars().peekable();
    let mut before = '-';
    let mut begun = false;
    for c in name.chars() {
        if typed.peek() == Some(&c) && (begun || before == '-') {
            begun = true;
            typed.next();
        }
        before = c;
    }
    typed.peek().is_none()
}

/// Those of `all` that begin with what is typed.
pub(super) fn beginning(all: &[String], typed: &str) -> Vec<String> {
    all.iter().filter(|one| one.starts_with(&typed.to_lowercase())).cloned().collect()
}

/// The fields or words that can go on a filter. Values that only the database knows are completed
/// in the filter's own line.
pub(super) fn of_filter(typed: &str) -> Vec<String> {
    match complete(typed, typed.chars().count(), &FIELDS).map(|completing| completing.kind) {
        Some(Candidates::Fields(fields)) => fields.iter().map(|field| field.name.to_owned()).collect(),
        Some(Candidates::Words(words)) => words.iter().map(|(word, _)| (*word).to_owned()).collect(),
        Some(Candidates::ValuesOf(..)) | None => Vec::new(),
    }
}

/// The filter with `chosen` put in at its end.
pub(super) fn completed_filter(typed: &str, chosen: &str) -> String {
    let completing = complete(typed, typed.chars().count(), &FIELDS);
    completing.map_or_else(|| typed.to_owned(), |completing| completing.apply(typed, chosen).0)
}

/// What all of `names` begin with.
pub(super) fn common_beginning(names: &[String]) -> String {
    let mut common = names.first().cloned().unwrap_or_default();
    for name in names {
        let shared = common.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
        common = common.chars().take(shared).collect();
    }
    common
}
