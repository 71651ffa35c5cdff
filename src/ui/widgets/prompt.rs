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

    /// Whether there are earlier texts that ↑ brings back.
    pub fn recalls(&self) -> bool {
        !self.recent.is_empty()
    }

    /// Whether an earlier text stands in the line.
    pub fn is_recalled(&self) -> bool {
        self.recalled.is_some()
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

    /// Puts another text in the place of what was typed; line ends become spaces.
    pub fn set(&mut self, text: &str) {
        self.complaint = None;
        self.recalled = None;
        self.line.set(text);
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
        draw_rule(title, area, buffer, theme);
        let line = Rect { y: area.y + 1, height: 1, ..area };
        let cursor = self.draw_line(label, theme.accent, line, buffer, theme);
        let (below, style) = match &self.complaint {
            Some(complaint) => (complaint.as_str(), theme.bad),
            None => (keys, theme.dim),
        };
        let below = cells::fit(below, room - 1, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 1, area.y + 2, &below, room - 1, style);
        Some(cursor)
    }

    /// Draws the line alone, behind its label. Gives the place of the cursor in it.
    pub fn draw_line(
        &self,
        label: &str,
        style: Style,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
    ) -> Position {
        let room = usize::from(area.width);
        let label = format!(" {label} ");
        let before = cells::width(&label).min(room);
        buffer.set_stringn(area.x, area.y, &label, room, style);
        let (part, cursor) = self.line.visible_part(room - before);
        buffer.set_stringn(area.x + before as u16, area.y, part, room - before, theme.text);
        Position::new(area.x + (before + cursor).min(room.saturating_sub(1)) as u16, area.y)
    }
}

/// Draws a rule with a name in it: `── name ─────────`.
pub fn draw_rule(name: &str, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    draw_named_rule(&[(name, theme.strong)], area, buffer, theme);
}

/// Draws a rule with names in it, as far as they fit: `── one ── two ─────`. The first ones come
/// first: the others get what is left.
pub fn draw_named_rule(names: &[(&str, Style)], area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let room = usize::from(area.width);
    if area.height == 0 {
        return;
    }
    let symbols = theme.symbols;
    let mut x = 0;
    let mut put = |text: &str, style: Style| {
        buffer.set_stringn(area.x + x as u16, area.y, text, room.saturating_sub(x), style);
        x += cells::width(text);
        x
    };
    let mut used = put(&symbols.rule.repeat(2.min(room)), theme.dim);
    for (name, style) in names.iter().filter(|(name, _)| !name.is_empty()) {
        let left = room.saturating_sub(used + 4);
        let name = cells::fit(name, left, Keep::Name, symbols.ellipsis);
        // A name of which less than this is left says nothing.
        if cells::width(&name) < 4.min(left) || left < 4 {
            break;
        }
        put(&format!(" {name} "), *style);
        used = put(&symbols.rule.repeat(2), theme.dim);
    }
    put(&symbols.rule.repeat(room.saturating_sub(used)), theme.dim);
}
