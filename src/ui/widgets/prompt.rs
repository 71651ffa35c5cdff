//! A question that is answered with one line of text, below what it is about.

use super::cells::{self, Keep};
use super::line::LineEdit;
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Lines that a prompt takes: its rule, the line, what the keys do.
pub const HEIGHT: u16 = 3;

/// A line being written, with the earlier ones that ↑ and ↓ bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    line: LineEdit,
    recent: Vec<String>,
    /// Which of the recent ones stands in the line; none = what was typed.
    recalled: Option<usize>,
    typed: String,
    complaint: Option<String>,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// Enter: this is the text.
    Confirmed(String),
    /// Esc: the text is kept by whoever asked.
    Closed,
}

impl Prompt {
    /// A prompt over `text`, with `recent` answers, the latest first.
    pub fn new(text: &str, recent: Vec<String>, chars_max: usize) -> Self {
        let line = LineEdit::new(text, chars_max);
        Prompt { line, recent, recalled: None, typed: String::new(), complaint: None }
    }

    /// What stands in the line.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Says in the prompt what is missing; the next key takes it away.
    pub fn complain(&mut self, what: String) {
        self.complaint = Some(what);
    }

    /// Pasted text; it never confirms.
    pub fn paste(&mut self, text: &str) {
        self.complaint = None;
        self.recalled = None;
        self.line.insert(text);
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Answer {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        self.complaint = None;
        match key.code {
            KeyCode::Enter => return Answer::Confirmed(self.line.text().to_owned()),
            KeyCode::Esc => return Answer::Closed,
            KeyCode::Char('c') if ctrl => return Answer::Closed,
            KeyCode::Up => self.recall(self.recalled.map_or(0, |at| at + 1)),
            KeyCode::Down => match self.recalled {
                Some(0) => {
                    self.recalled = None;
                    let typed = std::mem::take(&mut self.typed);
                    self.line.set(&typed);
                }
                Some(at) => self.recall(at - 1),
                None => {}
            },
            _ => {
                if self.line.key(key) {
                    self.recalled = None;
                }
            }
        }
        Answer::Open
    }

    fn recall(&mut self, at: usize) {
        if let Some(text) = self.recent.get(at) {
            if self.recalled.is_none() {
                self.typed = self.line.text().to_owned();
            }
            self.recalled = Some(at);
            self.line.set(text);
        }
    }

    /// Draws it into the last lines of `area`: `title` in its rule, `label` before the line, and what
    /// the keys do. Gives the place of the cursor.
    pub fn draw(
        &self,
        title: &str,
        label: &str,
        keys: &str,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let room = usize::from(area.width);
        if area.height < HEIGHT || room < 8 {
            return None;
        }
        draw_rule(title, "", area, buffer, theme);
        let label = format!(" {label} ");
        let before = cells::width(&label).min(room);
        buffer.set_stringn(area.x, area.y + 1, &label, room, theme.accent);
        let (part, cursor) = self.line.visible_part(room - before);
        buffer.set_stringn(area.x + before as u16, area.y + 1, part, room - before, theme.text);
        let (below, style) = match &self.complaint {
            Some(complaint) => (complaint.as_str(), theme.bad),
            None => (keys, theme.dim),
        };
        let below = cells::fit(below, room - 1, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 1, area.y + 2, &below, room - 1, style);
        Some(Position::new(area.x + (before + cursor).min(room - 1) as u16, area.y + 1))
    }
}

/// Draws a rule with a name in it, and something about it towards its right end:
/// `── name ───────── about ──`.
pub fn draw_rule(name: &str, about: &str, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let room = usize::from(area.width);
    if area.height == 0 || room == 0 {
        return;
    }
    let symbols = theme.symbols;
    buffer.set_stringn(area.x, area.y, symbols.rule.repeat(room), room, theme.dim);
    if room < 10 {
        return;
    }
    // The name comes first: what is about it gets what is left.
    let name = cells::fit(name, room - 6, Keep::End, symbols.ellipsis);
    if name.is_empty() {
        return;
    }
    buffer.set_stringn(area.x + 2, area.y, format!(" {name} "), room - 2, Style::reset().patch(theme.strong));
    let left = room.saturating_sub(cells::width(&name) + 4 + 3);
    let about = cells::fit(about, left.saturating_sub(4), Keep::Start, symbols.ellipsis);
    if left >= 12 && !about.is_empty() {
        let x = room - 2 - 2 - cells::width(&about);
        buffer.set_stringn(area.x + x as u16, area.y, format!(" {about} "), room - x, theme.text);
    }
}
