//! The command line of the console: commands by name, with completion.

use super::cells::{self, Align, Keep};
use super::line::LineEdit;
use super::panel;
use crate::ui::command::{Command, Pane, TABLE};
use crate::ui::keymap::Keymap;
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Candidates shown at once.
const SHOWN_MAX: usize = 8;
/// Characters of a line.
const CHARS_MAX: usize = 4096;

/// The palette, open.
#[derive(Debug)]
pub struct Palette {
    line: LineEdit,
    chosen: usize,
    paths: Vec<String>,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// File names that begin like this are wanted.
    WantsPaths(String),
    /// Run this.
    Run(Command),
    /// Take in this file.
    Import(String),
    /// What stands there is no command.
    Unknown(String),
    /// Esc.
    Closed,
}

impl Palette {
    /// A palette in which `text` stands already.
    pub fn new(text: &str) -> Self {
        Palette { line: LineEdit::new(text, CHARS_MAX), chosen: 0, paths: Vec::new() }
    }

    /// Takes a key; `pane` has the focus below.
    pub fn key(&mut self, key: KeyEvent, pane: Pane) -> Answer {
        match key.code {
            KeyCode::Esc => return Answer::Closed,
            KeyCode::Enter => return self.enter(pane),
            KeyCode::Tab => return self.complete(pane),
            KeyCode::Up => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down => {
                self.chosen = (self.chosen + 1).min(self.candidates(pane).len().saturating_sub(1));
            }
            KeyCode::Backspace if self.line.text().is_empty() => return Answer::Closed,
            _ => {
                let before = self.line.text().to_owned();
                self.line.key(key);
                if self.line.text() != before {
                    return self.edited();
                }
            }
        }
        Answer::Open
    }

    /// Pasted text; it never runs anything.
    pub fn paste(&mut self, text: &str) -> Answer {
        self.line.insert(text);
        self.edited()
    }

    /// File names that may complete the line.
    pub fn offer(&mut self, paths: Vec<String>) {
        self.paths = paths;
        self.chosen = 0;
    }

    fn edited(&mut self) -> Answer {
        self.chosen = 0;
        match self.argument() {
            Some(path) => Answer::WantsPaths(path.to_owned()),
            None => Answer::Open,
        }
    }

    /// What follows `import `.
    fn argument(&self) -> Option<&str> {
        self.line.text().trim_start().strip_prefix("import ").map(str::trim_start)
    }

    fn enter(&mut self, pane: Pane) -> Answer {
        let typed = self.line.text().trim();
        match self.argument().map(str::trim) {
            Some("") => return Answer::Open,
            Some(path) => return Answer::Import(path.to_owned()),
            None => {}
        }
        if typed.is_empty() && self.chosen == 0 {
            return Answer::Closed;
        }
        // A whole name holds, whatever is chosen among those that contain it.
        let found = Command::named(typed).or_else(|| self.commands(pane).get(self.chosen).copied());
        match found {
            Some(Command::Import) => {
                self.line.set("import ");
                self.edited()
            }
            Some(command) => Answer::Run(command),
            None => Answer::Unknown(typed.to_owned()),
        }
    }

    fn complete(&mut self, pane: Pane) -> Answer {
        let candidates = self.candidates(pane);
        let Some(chosen) = candidates.get(self.chosen).or(candidates.first()) else {
            return Answer::Open;
        };
        let common = match self.argument() {
            // The beginning that all share first, as shells do; then the chosen one.
            Some(typed) => {
                let common = common_beginning(&candidates);
                format!("import {}", if common.len() > typed.len() { common } else { chosen })
            }
            None => format!("{chosen}{}", if chosen == "import" { " " } else { "" }),
        };
        self.line.set(&common);
        self.edited()
    }

    fn candidates(&self, pane: Pane) -> Vec<String> {
        match self.argument() {
            Some(_) => self.paths.clone(),
            None => self.commands(pane).into_iter().map(|command| command.row().name.to_owned()).collect(),
        }
    }

    /// The commands that hold here and whose name contains what is typed, those first that begin so.
    fn commands(&self, pane: Pane) -> Vec<Command> {
        let typed = self.line.text().trim().to_lowercase();
        let rows = TABLE.iter().filter(|row| row.holds_in(pane));
        let (mut begin, contain): (Vec<_>, Vec<_>) = rows
            .filter(|row| row.name.contains(&typed) || row.label.to_lowercase().contains(&typed))
            .partition(|row| row.name.starts_with(&typed));
        begin.extend(contain);
        begin.into_iter().map(|row| row.command).collect()
    }

    /// Draws it at the lower end of `area`; gives the place of the cursor.
    pub fn draw(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
        keymap: &Keymap,
        pane: Pane,
    ) -> Option<Position> {
        let candidates = self.candidates(pane);
        let shown = candidates.len().min(SHOWN_MAX);
        let inner = panel::draw("command", shown + 1, area, buffer, theme);
        let mut rows: Vec<Rect> = inner.rows().collect();
        let line = rows.pop()?;
        let first = panel::first_shown(self.chosen, candidates.len(), rows.len());
        for (row, (index, name)) in rows.iter().zip(candidates.iter().enumerate().skip(first)) {
            let chosen = index == self.chosen;
            self.draw_candidate(name, chosen, *row, buffer, theme, keymap);
        }
        let room = usize::from(line.width);
        let (after, _) = buffer.set_stringn(line.x, line.y, " :", room, theme.accent);
        let (part, cursor) = self.line.visible_part(room.saturating_sub(3));
        buffer.set_stringn(after, line.y, part, room.saturating_sub(2), theme.text);
        Some(Position::new((after + cursor as u16).min(line.right().saturating_sub(1)), line.y))
    }

    fn draw_candidate(
        &self,
        name: &str,
        chosen: bool,
        row: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
        keymap: &Keymap,
    ) {
        let room = usize::from(row.width);
        let ellipsis = theme.symbols.ellipsis;
        let marker = if chosen { theme.symbols.cursor } else { " " };
        let style = if chosen { theme.selected } else { theme.text };
        let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), room, theme.accent);
        let left = |x: u16| usize::from(row.right().saturating_sub(x));
        let Some(command) = Command::named(name).filter(|_| self.argument().is_none()) else {
            buffer.set_stringn(x, row.y, cells::fit(name, left(x), Keep::End, ellipsis), left(x), style);
            return;
        };
        let name = cells::padded(name, 20.min(left(x)), Align::Left, Keep::Start, ellipsis);
        let (x, _) = buffer.set_stringn(x, row.y, name, left(x), style);
        let keys = keymap.keys_of(command).next().unwrap_or_default();
        let keys = cells::padded(&keys, 8.min(left(x)), Align::Left, Keep::Start, ellipsis);
        let (x, _) = buffer.set_stringn(x, row.y, keys, left(x), theme.accent);
        let help = cells::fit(command.row().help, left(x), Keep::Start, ellipsis);
        buffer.set_stringn(x, row.y, help, left(x), theme.dim);
    }
}

fn common_beginning(texts: &[String]) -> &str {
    let Some((first, rest)) = texts.split_first() else { return "" };
    let mut common = first.as_str();
    for text in rest {
        let shared = common.char_indices().zip(text.chars()).take_while(|((_, a), b)| a == b);
        let end = shared.last().map_or(0, |((at, c), _)| at + c.len_utf8());
        common = &common[..end];
    }
    common
}
