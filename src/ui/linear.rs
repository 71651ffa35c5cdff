//! What a line means where lines are typed instead of keys, for screen readers and braille.
//!
//! The same commands by the same names and keys, and nothing of its own but words for what a drawn
//! screen shows by itself: `show`, `list`, `help`.

use super::command::{Command, Pane, TABLE};
use super::keymap::Keymap;
use super::screen::Told;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Say this of the screen; an empty line asks where one is.
    Tell(Told),
    /// What can be typed, as far as it holds these words.
    Help(String),
    /// The running jobs.
    Jobs,
    /// A command, and what stands behind its name.
    Run(Command, String),
    /// Nothing that is known.
    Unknown(String),
}

/// Short words for commands, as they are said.
const WORDS: &[(&str, Command)] = &[
    ("next", Command::Down),
    ("previous", Command::Up),
    ("first", Command::Top),
    ("last", Command::Bottom),
    ("true-positive", Command::MarkTruePositive),
    ("false-positive", Command::MarkFalsePositive),
    ("undo", Command::TakeBack),
    ("exit", Command::Quit),
];

/// What `line` asks for with the focus in `pane`.
pub fn order(line: &str, keymap: &Keymap, pane: Pane) -> Order {
    let line = line.trim();
    let line = line.strip_prefix(':').unwrap_or(line).trim_start();
    let (word, rest) = line.split_once(' ').map_or((line, ""), |(word, rest)| (word, rest.trim()));
    match word {
        "" => return Order::Tell(Told::Row),
        "show" | "detail" => return Order::Tell(Told::Detail),
        "list" => return Order::Tell(Told::List),
        "?" | "help" => return Order::Help(rest.to_owned()),
        "jobs" => return Order::Jobs,
        _ => {}
    }
    match command(word, keymap, pane) {
        // Names are typed here at any time.
        Some(Command::Palette | Command::Help) => Order::Help(rest.to_owned()),
        Some(Command::Jobs) => Order::Jobs,
        Some(Command::OpenSelected | Command::FocusDetail) => Order::Tell(Told::Detail),
        Some(command) => Order::Run(command, rest.to_owned()),
        None => Order::Unknown(word.to_owned()),
    }
}

/// The command of a word: by its name, by its keys, or by the beginning of one name alone.
fn command(word: &str, keymap: &Keymap, pane: Pane) -> Option<Command> {
    let said = || WORDS.iter().find(|(known, _)| *known == word).map(|(_, command)| *command);
    let mut here = TABLE.iter().filter(|row| row.holds_in(pane)).map(|row| row.command);
    let by_keys = || here.find(|command| keymap.keys_of(*command).any(|keys| keys == word));
    Command::named(word).or_else(said).or_else(by_keys).or_else(|| {
        let mut begin = TABLE.iter().filter(|row| row.holds_in(pane) && row.name.starts_with(word));
        let only = begin.next().filter(|_| word.len() > 1)?;
        begin.next().is_none().then_some(only.command)
    })
}

/// What can be typed with the focus in `pane`, a line each, as far as it holds all of `words`.
pub fn help(words: &str, keymap: &Keymap, pane: Pane) -> Vec<String> {
    let own = [
        "an empty line: say the row again".to_owned(),
        "show: the whole of the row".to_owned(),
        "list: the next rows".to_owned(),
        "help WORD: the commands that have to do with it".to_owned(),
    ];
    let commands =
        TABLE.iter().filter(|row| row.holds_in(pane) && !is_of_the_drawn(row.command)).map(|row| {
            let keys: Vec<String> = keymap.keys_of(row.command).collect();
            let said = WORDS.iter().filter(|(_, command)| *command == row.command).map(|(word, _)| *word);
            let names: Vec<&str> = said.chain([row.name]).collect();
            let keys = if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(" ")) };
            format!("{}{keys}: {}", names.join(" or "), row.help)
        });
    let holds = |line: &String| words.split_whitespace().all(|word| line.to_lowercase().contains(word));
    own.into_iter().chain(commands).filter(holds).collect()
}

/// Whether a command concerns only what is drawn.
fn is_of_the_drawn(command: Command) -> bool {
    use Command::*;
    matches!(command, Zoom | Redraw | Palette | Help | FocusDetail | FocusList | NextPane | PreviousPane)
}
