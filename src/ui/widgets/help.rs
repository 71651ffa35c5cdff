//! The help: what can be done in this pane, then everything else; Enter does it.

use super::cells::{self, Align, Keep};
use super::line::LineEdit;
use super::panel;
use crate::ui::command::{Command, Group, Pane, TABLE};
use crate::ui::keymap::Keymap;
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The help, open.
#[derive(Debug)]
pub struct Help {
    query: LineEdit,
    chosen: usize,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// Run this.
    Run(Command),
    /// Esc.
    Closed,
}

/// A line of the help.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Heading(&'static str),
    Here(Command),
    Elsewhere(Command),
}

impl Default for Help {
    fn default() -> Self {
        Help { query: LineEdit::new("", 60), chosen: 0 }
    }
}

impl Help {
    /// Takes a key; `pane` has the focus below.
    pub fn key(&mut self, key: KeyEvent, keymap: &Keymap, pane: Pane) -> Answer {
        let last = self.commands(keymap, pane).len().saturating_sub(1);
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Answer::Closed,
            KeyCode::Enter => {
                return self
                    .commands(keymap, pane)
                    .get(self.chosen)
                    .map_or(Answer::Open, |c| Answer::Run(*c));
            }
            KeyCode::Up => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down => self.chosen = (self.chosen + 1).min(last),
            KeyCode::PageUp => self.chosen = self.chosen.saturating_sub(10),
            KeyCode::PageDown => self.chosen = (self.chosen + 10).min(last),
            KeyCode::Char('u') if ctrl => self.chosen = self.chosen.saturating_sub(10),
            KeyCode::Char('d') if ctrl => self.chosen = (self.chosen + 10).min(last),
            KeyCode::Home => self.chosen = 0,
            KeyCode::End => self.chosen = last,
            _ => {
                let before = self.query.text().to_owned();
                if self.query.key(key) && self.query.text() != before {
                    self.chosen = 0;
                }
            }
        }
        Answer::Open
    }

    /// Pasted text goes to the search.
    pub fn paste(&mut self, text: &str) {
        self.query.insert(text);
        self.chosen = 0;
    }

    fn commands(&self, keymap: &Keymap, pane: Pane) -> Vec<Command> {
        let lines = self.lines(keymap, pane).into_iter();
        lines
            .filter_map(|line| match line {
                Line::Heading(_) => None,
                Line::Here(command) | Line::Elsewhere(command) => Some(command),
            })
            .collect()
    }

    fn lines(&self, keymap: &Keymap, pane: Pane) -> Vec<Line> {
        let found: Vec<_> = TABLE.iter().filter(|row| self.finds(row.command, keymap)).collect();
        let mut lines = Vec::new();
        for group in Group::ALL {
            let mut rows = found.iter().filter(|row| row.group == group && row.holds_in(pane)).peekable();
            if rows.peek().is_some() {
                lines.push(Line::Heading(group.title()));
                lines.extend(rows.map(|row| Line::Here(row.command)));
            }
        }
        let mut rows = found.iter().filter(|row| !row.holds_in(pane)).peekable();
        if rows.peek().is_some() {
            lines.push(Line::Heading("In other panes"));
            lines.extend(rows.map(|row| Line::Elsewhere(row.command)));
        }
        lines
    }

    /// Whether each word of the search stands in the command's name, help or keys.
    fn finds(&self, command: Command, keymap: &Keymap) -> bool {
        let row = command.row();
        let keys: Vec<String> = keymap.keys_of(command).collect();
        let text = format!("{} {} {}", row.name, row.label, row.help).to_lowercase();
        self.query
            .text()
            .split_whitespace()
            .all(|word| keys.iter().any(|key| key == word) || text.contains(&word.to_lowercase()))
    }

    /// Draws it over `area`; gives the place of the cursor.
    pub fn draw(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
        keymap: &Keymap,
        pane: Pane,
    ) -> Option<Position> {
        let inner = panel::draw("help", usize::MAX, area, buffer, theme);
        let mut rows = inner.rows();
        let search = rows.next()?;
        let room = usize::from(search.width);
        let (after, _) = buffer.set_stringn(search.x, search.y, " search ", room, theme.accent);
        let (part, cursor) = self.query.visible_part(room.saturating_sub(9));
        buffer.set_stringn(after, search.y, part, room.saturating_sub(8), theme.text);
        self.draw_lines(rows.collect(), buffer, theme, keymap, pane);
        Some(Position::new((after + cursor as u16).min(search.right().saturating_sub(1)), search.y))
    }

    fn draw_lines(&self, rows: Vec<Rect>, buffer: &mut Buffer, theme: &Theme, keymap: &Keymap, pane: Pane) {
        let lines = self.lines(keymap, pane);
        let nth = |line: &Line| !matches!(line, Line::Heading(_));
        let at =
            lines.iter().enumerate().filter(|(_, line)| nth(line)).nth(self.chosen).map_or(0, |(at, _)| at);
        let first = panel::first_shown(at, lines.len(), rows.len());
        if lines.is_empty()
            && let Some(row) = rows.first()
        {
            buffer.set_stringn(row.x + 1, row.y, "nothing of that name", row.width.into(), theme.dim);
        }
        for (row, (index, line)) in rows.iter().zip(lines.iter().enumerate().skip(first)) {
            let room = usize::from(row.width);
            let (command, style) = match line {
                Line::Heading(title) => {
                    buffer.set_stringn(row.x, row.y, format!(" {title}"), room, theme.dim);
                    continue;
                }
                Line::Here(command) if index == at => (command, theme.selected),
                Line::Here(command) => (command, theme.text),
                Line::Elsewhere(command) => (command, theme.dim),
            };
            let ellipsis = theme.symbols.ellipsis;
            let marker = if index == at { theme.symbols.cursor } else { " " };
            let keys = keymap.keys_of(*command).take(3).collect::<Vec<_>>().join(" ");
            let named = if keys.is_empty() { format!(":{}", command.row().name) } else { keys };
            let wide = (room / 4).clamp(8, 16);
            let named = cells::padded(&named, wide, Align::Left, Keep::Start, ellipsis);
            let key_style = if matches!(line, Line::Here(_)) { theme.accent } else { theme.dim };
            let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), room, theme.accent);
            let (x, _) = buffer.set_stringn(x, row.y, named, left(row, x), key_style);
            let help = cells::fit(command.row().help, left(row, x + 1), Keep::Start, ellipsis);
            buffer.set_stringn((x + 1).min(row.right()), row.y, help, left(row, x + 1), style);
        }
    }
}

fn left(row: &Rect, x: u16) -> usize {
    row.right().saturating_sub(x).into()
}
