//! Which keys mean which command, and where.

mod file;

use super::command::{Command, Pane, TABLE};
use crate::text::visible;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// One key with its modifiers, as a binding names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Chord {
    /// The chord that an event stands for. Shift is part of a character already.
    pub fn of(key: KeyEvent) -> Chord {
        let modifiers = match key.code {
            KeyCode::Char(_) | KeyCode::BackTab => key.modifiers - KeyModifiers::SHIFT,
            _ => key.modifiers,
        };
        Chord { code: key.code, modifiers }
    }

    /// The chord of a name as in the Command table: `g`, `Ctrl-d`, `PgDn`.
    pub fn named(name: &str) -> Option<Chord> {
        let (modifiers, rest) = match name.split_once('-') {
            Some(("Ctrl", rest)) => (KeyModifiers::CONTROL, rest),
            Some(("Alt", rest)) => (KeyModifiers::ALT, rest),
            _ => (KeyModifiers::NONE, name),
        };
        let mut characters = rest.chars();
        let function = || rest.strip_prefix('F')?.parse().ok().filter(|n| (1..=12).contains(n));
        let code = match (characters.next(), characters.next()) {
            // A terminal sends the same for both cases.
            (Some(c), None) if modifiers == KeyModifiers::CONTROL => KeyCode::Char(c.to_ascii_lowercase()),
            (Some(c), None) if c != ' ' && visible(rest) == rest => KeyCode::Char(c),
            (Some(_), None) => return None,
            _ => match function() {
                Some(n) => KeyCode::F(n),
                None => NAMED.iter().find(|(_, name)| *name == rest)?.0,
            },
        };
        Some(Chord { code, modifiers })
    }

    /// Whether it is text where text is typed.
    pub fn is_text(&self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// Whether somebody else keeps it; none if it is free.
    fn kept(&self) -> Option<Kept> {
        let ctrl = self.modifiers == KeyModifiers::CONTROL;
        let alt = self.modifiers == KeyModifiers::ALT;
        match self.code {
            KeyCode::Char('a' | 'b' | 'p' | 's' | 'q' | 'g') if ctrl => Some(Kept::ByOthers),
            KeyCode::Char('h') if ctrl => Some(Kept::SameAs("Backspace")),
            KeyCode::Char('i') if ctrl => Some(Kept::SameAs("Tab")),
            KeyCode::Char('j' | 'm') if ctrl => Some(Kept::SameAs("Enter")),
            KeyCode::Char('c') if ctrl => Some(Kept::For(Command::Cancel)),
            KeyCode::Char(c) if ctrl && !c.is_ascii_lowercase() && !" _\\]^".contains(c) => {
                Some(Kept::NeverSent)
            }
            KeyCode::Esc => Some(Kept::For(Command::Back)),
            KeyCode::Char('0'..='9') if alt => Some(Kept::ByOthers),
            KeyCode::Char('~') | KeyCode::F(1 | 10) => Some(Kept::ByOthers),
            KeyCode::Char('[' | 'O') => Some(Kept::PartOfKeys),
            _ => None,
        }
    }
}

/// Who keeps a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Terminals, multiplexers, shells, ssh.
    ByOthers,
    /// It arrives as another key.
    SameAs(&'static str),
    /// It does not arrive at all.
    NeverSent,
    /// This command, always.
    For(Command),
    /// Arrow keys that a slow link tears apart.
    PartOfKeys,
}

/// Whether of two sequences one can never be reached: they are equal, or one begins the other.
fn hide(one: &[Chord], other: &[Chord]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

const NAMED: &[(KeyCode, &str)] = &[
    (KeyCode::Char(' '), "Space"),
    (KeyCode::Enter, "Enter"),
    (KeyCode::Esc, "Esc"),
    (KeyCode::Tab, "Tab"),
    (KeyCode::BackTab, "S-Tab"),
    (KeyCode::Up, "Up"),
    (KeyCode::Down, "Down"),
    (KeyCode::Left, "Left"),
    (KeyCode::Right, "Right"),
    (KeyCode::Home, "Home"),
    (KeyCode::End, "End"),
    (KeyCode::PageUp, "PgUp"),
    (KeyCode::PageDown, "PgDn"),
    (KeyCode::Delete, "Delete"),
    (KeyCode::Insert, "Insert"),
    (KeyCode::Backspace, "Backspace"),
];

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            write!(f, "Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            write!(f, "Alt-")?;
        }
        match (NAMED.iter().find(|(code, _)| *code == self.code), self.code) {
            (Some((_, name)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(n)) => write!(f, "F{n}"),
            (None, _) => f.write_str("?"),
        }
    }
}

/// The bindings, a sequence each.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Vec<Chord>, Command)>,
}

/// What some keys mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A command.
    Command(Command),
    /// The beginning of one or more.
    Prefix,
    /// Nothing here.
    Nothing,
}

/// Two bindings of which only one can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The keys.
    pub keys: String,
    /// The command that is reached, and the one that is not.
    pub commands: (Command, Command),
}

impl Default for Keymap {
    /// The keys of the Command table.
    fn default() -> Self {
        let bindings = TABLE
            .iter()
            .flat_map(|row| row.keys.iter().filter_map(|keys| Some((sequence(keys)?, row.command))));
        Keymap { bindings: bindings.collect() }
    }
}

/// The chords of a binding as the Command table writes it; none where a name is unknown.
pub fn sequence(keys: &str) -> Option<Vec<Chord>> {
    keys.split(' ').map(Chord::named).collect()
}

impl Keymap {
    /// What `keys` mean with the focus in `pane`.
    pub fn meaning(&self, keys: &[Chord], pane: Pane) -> Meaning {
        let mut here = self.bindings.iter().filter(|(_, command)| command.row().holds_in(pane));
        let mut meaning = Meaning::Nothing;
        here.try_for_each(|(bound, command)| {
            if bound == keys {
                meaning = Meaning::Command(*command);
                return Err(());
            }
            if bound.starts_with(keys) {
                meaning = Meaning::Prefix;
            }
            Ok(())
        })
        .ok();
        meaning
    }

    /// The keys of a command, the first first.
    pub fn keys_of(&self, command: Command) -> impl Iterator<Item = String> {
        self.bindings.iter().filter(move |(_, bound)| *bound == command).map(|(keys, _)| spelled(keys))
    }

    /// What may follow `keys` in `pane`: the next key and the command it leads to.
    pub fn continuations(&self, keys: &[Chord], pane: Pane) -> Vec<(String, Command)> {
        self.bindings
            .iter()
            .filter(|(bound, command)| {
                bound.len() > keys.len() && bound.starts_with(keys) && command.row().holds_in(pane)
            })
            .map(|(bound, command)| (spelled(&bound[keys.len()..]), *command))
            .collect()
    }

    /// Bindings that hide each other in some pane: equal, or one the beginning of the other.
    pub fn conflicts(&self, panes: &[Pane]) -> Vec<Conflict> {
        let mut found = Vec::new();
        for (at, (keys, command)) in self.bindings.iter().enumerate() {
            for (others, other) in &self.bindings[at + 1..] {
                let hides = hide(keys, others);
                let both = |pane: &&Pane| command.row().holds_in(**pane) && other.row().holds_in(**pane);
                if hides && panes.iter().any(|pane| both(&pane)) {
                    found.push(Conflict { keys: spelled(keys), commands: (*command, *other) });
                }
            }
        }
        found
    }
}

/// Keys as a person reads them: `gg`, `Ctrl-d`.
pub fn spelled(keys: &[Chord]) -> String {
    keys.iter().map(Chord::to_string).collect()
}
