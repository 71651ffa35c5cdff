//! A few lines to be filled in, below what they are about: a reason and an end, say.
//!
//! Enter goes on to the next line and, on the last one, confirms: no line is passed by unseen.

use super::cells::{self, Keep};
use super::prompt::{self, Prompt, draw_rule};
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The lines, and which of them is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    fields: Vec<Field>,
    at: usize,
    complaint: Option<String>,
}

/// A line of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Stands before it.
    pub label: &'static str,
    /// What is written.
    pub prompt: Prompt,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// Enter on the last line.
    Confirmed,
    /// Esc: the text is kept by whoever asked.
    Closed,
}

impl Form {
    /// A form of these lines, the first of them being written.
    pub fn new(fields: Vec<Field>) -> Self {
        Form { fields, at: 0, complaint: None }
    }

    /// Lines that it takes on the screen: its rule, its fields, what the keys do.
    pub fn height(&self) -> u16 {
        u16::try_from(self.fields.len()).unwrap_or(u16::MAX).saturating_add(2)
    }

    /// What stands in the line of this label; nothing where there is no such line.
    pub fn text(&self, label: &str) -> &str {
        self.fields.iter().find(|field| field.label == label).map_or("", |field| field.prompt.text())
    }

    /// Whether the last line is being written: Enter confirms there.
    pub fn is_on_last(&self) -> bool {
        self.at + 1 == self.fields.len()
    }

    /// Says what is wrong with the line of this label, and goes there; the next key takes it away.
    pub fn complain(&mut self, label: &str, what: String) {
        self.at = self.fields.iter().position(|field| field.label == label).unwrap_or(self.at);
        self.complaint = Some(what);
    }

    /// Pasted text goes into the line being written; it never confirms.
    pub fn paste(&mut self, text: &str) {
        self.complaint = None;
        if let Some(field) = self.fields.get_mut(self.at) {
            field.prompt.paste(text);
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Answer {
        self.complaint = None;
        let last = self.fields.len().saturating_sub(1);
        let Some(field) = self.fields.get_mut(self.at) else { return Answer::Closed };
        match key.code {
            KeyCode::Tab => self.at = if self.at == last { 0 } else { self.at + 1 },
            KeyCode::BackTab => self.at = self.at.checked_sub(1).unwrap_or(last),
            // Earlier texts are brought back where there are any; else the arrows go from line to line.
            KeyCode::Up if !field.prompt.recalls() => self.at = self.at.saturating_sub(1),
            KeyCode::Down if !field.prompt.is_recalled() => self.at = (self.at + 1).min(last),
            _ => match field.prompt.key(key) {
                prompt::Answer::Open => {}
                prompt::Answer::Confirmed(_) if self.at < last => self.at += 1,
                prompt::Answer::Confirmed(_) => return Answer::Confirmed,
                prompt::Answer::Closed => return Answer::Closed,
            },
        }
        Answer::Open
    }

    /// Draws it into `area`: `title` in its rule, the lines, behind some of them a note by their label, and
    /// below them what the keys do or what is wrong. Gives the place of the cursor.
    pub fn draw(
        &self,
        title: &str,
        notes: &[(&str, String)],
        keys: &str,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let room = usize::from(area.width);
        if area.height < 3 || room < 8 {
            return None;
        }
        draw_rule(title, area, buffer, theme);
        let wide = self.fields.iter().map(|field| cells::width(field.label)).max().unwrap_or(0);
        let mut cursor = None;
        // Where there is little room, the line being written is the one that is seen.
        let shown = usize::from(area.height - 2).min(self.fields.len());
        let first = (self.at + 1).saturating_sub(shown);
        for (line, (at, field)) in self.fields.iter().enumerate().skip(first).take(shown).enumerate() {
            let is_here = at == self.at;
            let label = cells::padded(field.label, wide, cells::Align::Left, Keep::Start, "");
            let row = Rect { y: area.y + 1 + line as u16, height: 1, ..area };
            let style = if is_here { theme.accent } else { theme.dim };
            let place = field.prompt.draw_line(&label, style, row, buffer, theme);
            if is_here {
                cursor = Some(place);
            }
            if let Some((_, note)) = notes.iter().find(|(of, _)| *of == field.label)
                && self.complaint.is_none()
            {
                let used = 2 + wide + cells::width(field.prompt.text()) + 3;
                let left = room.saturating_sub(used);
                if left >= 8 {
                    let note = cells::fit(note, left, Keep::Start, theme.symbols.ellipsis);
                    buffer.set_stringn(row.x + used as u16, row.y, &note, left, theme.dim);
                }
            }
        }
        let (below, style) = match &self.complaint {
            Some(complaint) => (complaint.as_str(), theme.bad),
            None => (keys, theme.dim),
        };
        let below = cells::fit(below, room - 1, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 1, area.bottom() - 1, &below, room - 1, style);
        cursor
    }
}
