//! The keymap file: other keys for commands, checked before the console opens.
//!
//! `keys.toml` of the configuration folder holds one table, `[keys]`. A command named there has the
//! keys that stand there and no others; all other commands keep theirs.

use super::{Chord, Kept, Keymap, sequence, spelled};
use crate::config::files::{read_if_there, shown, wrong_at, wrong_toml};
use crate::error::{Error, Result};
use crate::text::visible;
use crate::ui::command::{Command, Need, Pane};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys of one sequence.
const SEQUENCE_MAX: usize = 4;

impl Keymap {
    /// The keys as `keys.toml` in `folder` has them, or the usual ones where there is none.
    pub fn read(folder: Option<&Path>) -> Result<Keymap> {
        let Some(path) = folder.map(|folder| folder.join("keys.toml")) else { return Ok(Keymap::default()) };
        match read_if_there(&path)? {
            Some(text) => Keymap::parse(&text, &shown(&path)),
            None => Ok(Keymap::default()),
        }
    }

    /// The keys as the text of a file has them; `name` is the file's in errors.
    pub fn parse(text: &str, name: &str) -> Result<Keymap> {
        let file = Source { text, name };
        let table = DeTable::parse(text).map_err(|e| wrong_toml(name, text, &e))?;
        let mut keymap = Keymap::default();
        let mut new = Vec::new();
        for (key, value) in table.get_ref() {
            let DeValue::Table(keys) = value.get_ref() else {
                return Err(file.unknown_heading(key.span().start));
            };
            if key.get_ref() != "keys" {
                return Err(file.unknown_heading(key.span().start));
            }
            for (command, keys) in keys {
                let row = file.command(command.get_ref(), command.span().start)?;
                keymap.bindings.retain(|(_, bound)| *bound != row);
                new.extend(file.bindings(row, keys)?);
            }
        }
        // These hold whatever the file says: without them nothing could be stopped or left.
        for (keys, command) in [("Ctrl-c", Command::Cancel), ("Esc", Command::Back)] {
            let keys = sequence(keys).unwrap_or_default();
            let is_bound = |bound: &[Chord], to: Command| bound == keys && to == command;
            if !keymap.bindings.iter().any(|(bound, to)| is_bound(bound, *to))
                && !new.iter().any(|binding: &Binding| is_bound(&binding.keys, binding.command))
            {
                keymap.bindings.push((keys, command));
            }
        }
        file.check_conflicts(&keymap, &new)?;
        keymap.bindings.extend(new.into_iter().map(|binding| (binding.keys, binding.command)));
        Ok(keymap)
    }
}

/// A binding of the file, and the byte where it stands.
struct Binding {
    keys: Vec<Chord>,
    command: Command,
    at: usize,
}

struct Source<'a> {
    text: &'a str,
    name: &'a str,
}

impl Source<'_> {
    fn wrong(&self, at: usize, what: &str) -> Error {
        wrong_at(self.name, self.text, at, what)
    }

    fn unknown_heading(&self, at: usize) -> Error {
        self.wrong(at, "only the table [keys] is known here").hint("[keys], and below it: refresh = \"F5\"")
    }

    fn command(&self, name: &str, at: usize) -> Result<Command> {
        Command::named(name).ok_or_else(|| {
            let what = format!("there is no command {}", visible(name));
            self.wrong(at, &what).hint("attestor keys lists them all")
        })
    }

    fn bindings(&self, command: Command, value: &Spanned<DeValue<'_>>) -> Result<Vec<Binding>> {
        match value.get_ref() {
            DeValue::String(keys) => Ok(vec![self.binding(command, keys, value.span().start)?]),
            DeValue::Array(all) => all
                .iter()
                .map(|one| match one.get_ref() {
                    DeValue::String(keys) => self.binding(command, keys, one.span().start),
                    _ => Err(self.no_keys(one.span().start)),
                })
                .collect(),
            _ => Err(self.no_keys(value.span().start)),
        }
    }

    fn no_keys(&self, at: usize) -> Error {
        let hint = "\"F5\", or [\"F5\", \"g r\"], or [] for a command without keys";
        self.wrong(at, "keys are a text or a list of texts").hint(hint)
    }

    fn binding(&self, command: Command, keys: &str, at: usize) -> Result<Binding> {
        let unknown = || {
            let hint = "single characters, Ctrl-d, Alt-x, F2 to F12, Space Enter Tab S-Tab Up Down Left Right \
                        Home End PgUp PgDn Insert Delete Backspace; a sequence has spaces: \"g r\"";
            self.wrong(at, &format!("there is no key {}", visible(keys))).hint(hint)
        };
        let chords = sequence(keys).ok_or_else(unknown)?;
        if chords.len() > SEQUENCE_MAX {
            let what = format!("{} is longer than {SEQUENCE_MAX} keys", visible(keys));
            return Err(self.wrong(at, &what).hint("take a shorter one"));
        }
        let writes = command.row().needs.contains(&Need::WriteAccess);
        for chord in &chords {
            if let Some(why) = refusal(*chord, command, writes) {
                return Err(self
                    .wrong(at, &format!("{chord} cannot be used: {why}"))
                    .hint("take another key"));
            }
        }
        Ok(Binding { keys: chords, command, at })
    }

    /// Two commands on one key where both hold, or a key that begins the keys of another.
    fn check_conflicts(&self, old: &Keymap, new: &[Binding]) -> Result<()> {
        for (at, binding) in new.iter().enumerate() {
            let earlier = new[..at].iter().map(|other| (&other.keys, other.command, Some(other.at)));
            let usual = old.bindings.iter().map(|(keys, command)| (keys, *command, None));
            for (keys, command, stands) in earlier.chain(usual) {
                if super::hide(&binding.keys, keys) && hold_together(binding.command, command) {
                    return Err(self.conflict(binding, keys, command, stands));
                }
            }
        }
        Ok(())
    }

    fn conflict(&self, binding: &Binding, keys: &[Chord], command: Command, at: Option<usize>) -> Error {
        let (mine, theirs) = (spelled(&binding.keys), spelled(keys));
        let other = command.row().name;
        let what = match binding.keys == *keys {
            true if command == binding.command => format!("`{mine}` stands here twice"),
            true => format!("`{mine}` is the key of {other} too, and both hold in one place"),
            false if binding.keys.len() < keys.len() => {
                format!("`{mine}` begins `{theirs}`, the keys of {other}, which could never be reached")
            }
            false => {
                format!("`{mine}` begins with `{theirs}`, the key of {other}, and could never be reached")
            }
        };
        let hint = match at {
            Some(at) => {
                let line = self.text[..at].matches('\n').count() + 1;
                format!("give one of them another key; {other} stands in line {line}")
            }
            None => format!("take another key, or give {other} one below [keys]: {other} = \"...\""),
        };
        self.wrong(binding.at, &what).hint(hint)
    }
}

fn hold_together(one: Command, other: Command) -> bool {
    Pane::ALL.iter().any(|pane| one.row().holds_in(*pane) && other.row().holds_in(*pane))
}

/// Why a key cannot be used; none if it can.
fn refusal(chord: Chord, command: Command, writes: bool) -> Option<&'static str> {
    match chord.kept() {
        Some(Kept::ByOthers) => Some("terminals, multiplexers or shells keep it for themselves"),
        Some(Kept::SameAs(key)) => Some(match key {
            "Backspace" => "it is the same as Backspace to a terminal",
            "Tab" => "it is the same as Tab to a terminal",
            _ => "it is the same as Enter to a terminal",
        }),
        Some(Kept::NeverSent) => Some("terminals do not send it as a key of its own"),
        Some(Kept::For(keeper)) if keeper != command => Some("it always stops, or goes back"),
        Some(Kept::PartOfKeys) if writes => {
            Some("arrow keys bring it on slow links, and this command writes")
        }
        Some(Kept::For(_) | Kept::PartOfKeys) | None => None,
    }
}
