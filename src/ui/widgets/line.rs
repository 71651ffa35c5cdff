//! One line of text being typed: what the filter, the prompt and the jump are edited with.

use super::cells;
use crate::text;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// A line, and where the cursor stands in it.
///
/// What is typed or pasted is made visible as it comes in, so the line can be drawn as it is. It
/// never grows over its bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    text: String,
    cursor: usize,
    chars_max: usize,
}

impl LineEdit {
    /// A line that holds `text`, the cursor at its end.
    pub fn new(text: &str, chars_max: usize) -> Self {
        let mut line = LineEdit { text: String::new(), cursor: 0, chars_max };
        line.insert(text);
        line
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Replaces all of it; the cursor goes to the end.
    pub fn set(&mut self, text: &str) {
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
    }

    /// Puts the cursor before the character of this number, from 0.
    pub fn place(&mut self, chars: usize) {
        self.cursor = self.text.char_indices().nth(chars).map_or(self.text.len(), |(at, _)| at);
    }

    /// Inserts at the cursor; line feeds and tabs become spaces.
    pub fn insert(&mut self, raw: &str) {
        let flat = raw.trim_end_matches(['\r', '\n']).replace(['\r', '\n', '\t'], " ");
        let room = self.chars_max.saturating_sub(self.text.chars().count());
        let safe: String = text::visible(&flat).chars().take(room).collect();
        self.text.insert_str(self.cursor, &safe);
        self.cursor += safe.len();
    }

    /// Takes a key; false if the key means nothing here.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('w') if ctrl => self.cut(self.word_start(), self.cursor),
            KeyCode::Char('u') if ctrl => self.cut(0, self.cursor),
            KeyCode::Char('k') if ctrl => self.cut(self.cursor, self.text.len()),
            KeyCode::Char('e') if ctrl => self.cursor = self.text.len(),
            KeyCode::Char('d') if ctrl => self.cut(self.cursor, self.next()),
            KeyCode::Char(c) if !ctrl && !alt => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace if alt => self.cut(self.word_start(), self.cursor),
            KeyCode::Backspace => self.cut(self.previous(), self.cursor),
            KeyCode::Delete => self.cut(self.cursor, self.next()),
            KeyCode::Left if ctrl || alt => self.cursor = self.word_start(),
            KeyCode::Right if ctrl || alt => self.cursor = self.word_end(),
            KeyCode::Left => self.cursor = self.previous(),
            KeyCode::Right => self.cursor = self.next(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }

    /// What of it is drawn in `cells` cells, and the cell of the cursor: the part around the cursor.
    pub fn visible_part(&self, cells: usize) -> (&str, usize) {
        if cells == 0 {
            return ("", 0);
        }
        let mut start = 0;
        // One cell stays free for the cursor behind the last character.
        for (at, grapheme) in self.text[..self.cursor].grapheme_indices(true) {
            if cells::width(&self.text[start..self.cursor]) < cells {
                break;
            }
            start = at + grapheme.len();
        }
        (cells::prefix(&self.text[start..], cells), cells::width(&self.text[start..self.cursor]))
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn previous(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn next(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |g| self.cursor + g.len())
    }

    fn word_start(&self) -> usize {
        let before = self.text[..self.cursor].trim_end_matches(' ');
        before.rfind(' ').map_or(0, |at| at + 1)
    }

    fn word_end(&self) -> usize {
        let after = &self.text[self.cursor..];
        let skipped = after.len() - after.trim_start_matches(' ').len();
        after[skipped..].find(' ').map_or(self.text.len(), |at| self.cursor + skipped + at)
    }
}
