//! The action menu: every deed that holds for what is chosen, with its keys; a key or Enter does it.

use super::cells::{self, Align, Keep};
use super::panel;
use crate::ui::command::{Command, Group, Pane, TABLE};
use crate::ui::keymap::{Chord, Keymap, Meaning};
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The menu, open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actions {
    about: String,
    commands: Vec<Command>,
    chosen: usize,
    typed: Vec<Chord>,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// Do this.
    Run(Command),
    /// Esc.
    Closed,
}

/// The deeds that may stand in a menu of `pane`, in their order.
pub fn deeds(pane: Pane) -> impl Iterator<Item = Command> {
    let is_deed = move |row: &&'static crate::ui::command::Row| {
        matches!(row.group, Group::Decide | Group::Copy)
            && row.command != Command::Actions
            && row.holds_in(pane)
    };
    TABLE.iter().filter(is_deed).map(|row| row.command)
}

impl Actions {
    /// The menu of `commands` on what is chosen, `about` which it says in its rule.
    pub fn new(about: String, commands: Vec<Command>) -> Self {
        Actions { about, commands, chosen: 0, typed: Vec::new() }
    }

    /// Takes a key; `pane` has the focus below.
    pub fn key(&mut self, key: KeyEvent, keymap: &Keymap, pane: Pane) -> Answer {
        let last = self.commands.len().saturating_sub(1);
        let chord = Chord::of(key);
        self.typed.push(chord);
        match keymap.meaning(&self.typed, pane) {
            Meaning::Command(command) if self.commands.contains(&command) => return Answer::Run(command),
            Meaning::Prefix if self.continues(keymap, pane) => return Answer::Open,
            _ => {}
        }
        let meaning = keymap.meaning(&[chord], pane);
        let is_first = self.typed.len() == 1;
        self.typed.clear();
        match (key.code, meaning) {
            // It takes back a first key, and then the menu.
            (KeyCode::Esc, _) if !is_first => {}
            (KeyCode::Esc, _) | (_, Meaning::Command(Command::Actions | Command::Quit | Command::Back)) => {
                return Answer::Closed;
            }
            (KeyCode::Enter, _) => {
                return self
                    .commands
                    .get(self.chosen)
                    .map_or(Answer::Closed, |command| Answer::Run(*command));
            }
            (_, Meaning::Command(Command::Up)) => self.chosen = self.chosen.saturating_sub(1),
            (_, Meaning::Command(Command::Down)) => self.chosen = (self.chosen + 1).min(last),
            (_, Meaning::Command(Command::Bottom)) => self.chosen = last,
            (KeyCode::Home, _) => self.chosen = 0,
            _ => {}
        }
        Answer::Open
    }

    fn continues(&self, keymap: &Keymap, pane: Pane) -> bool {
        keymap.continuations(&self.typed, pane).iter().any(|(_, command)| self.commands.contains(command))
    }

    /// The menu in lines, for who has it read to them.
    pub fn said(&self, keymap: &Keymap) -> Vec<String> {
        let about = if self.about.is_empty() { Vec::new() } else { vec![format!("on {}:", self.about)] };
        let deeds = self.commands.iter().map(|command| {
            let row = command.row();
            let keys: Vec<String> = keymap.keys_of(*command).take(1).collect();
            let keys = if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(" ")) };
            format!("{}{keys}: {}", row.name, row.help)
        });
        about.into_iter().chain(deeds).collect()
    }

    /// Draws it over the lower end of `area`.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme, keymap: &Keymap) {
        let title = if self.about.is_empty() { "actions".to_owned() } else { format!("on {}", self.about) };
        let inner = panel::draw(&title, self.commands.len().max(1), area, buffer, theme);
        let height = usize::from(inner.height);
        if self.commands.is_empty() {
            buffer.set_stringn(
                inner.x + 1,
                inner.y,
                "nothing can be done here",
                inner.width.into(),
                theme.dim,
            );
        }
        let first = panel::first_shown(self.chosen, self.commands.len(), height);
        for (row, (at, command)) in inner.rows().zip(self.commands.iter().enumerate().skip(first)) {
            let is_chosen = at == self.chosen;
            let (marker, style) =
                if is_chosen { (theme.symbols.cursor, theme.selected) } else { (" ", theme.text) };
            let keys = keymap.keys_of(*command).next().unwrap_or_default();
            let keys = cells::padded(&keys, 6, Align::Left, Keep::Start, theme.symbols.ellipsis);
            let left = |x: u16| usize::from(row.right().saturating_sub(x));
            let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), left(row.x), theme.accent);
            let (x, _) = buffer.set_stringn(x, row.y, keys, left(x), theme.accent);
            let help = cells::fit(command.row().help, left(x), Keep::Start, theme.symbols.ellipsis);
            buffer.set_stringn(x, row.y, help, left(x), style);
        }
    }
}
