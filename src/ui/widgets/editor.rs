//! A text of several lines being written.
//!
//! Keys are ours: Enter and Ctrl-j make a new line (a paste that is not bracketed sends Ctrl-j),
//! Ctrl-d saves, Esc closes and keeps. Ctrl-z is not undo here, since it suspends; Ctrl-_ is.

use crate::text;
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use tui_textarea::{CursorMove, TextArea, WrapMode};

/// The editor and the bound of its text.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    chars_max: usize,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// Ctrl-d: this is the text.
    Saved(String),
    /// Esc: the text is kept by whoever asked.
    Closed,
}

impl Editor {
    /// An editor over `text`, the cursor at its end.
    pub fn new(text: &str, chars_max: usize) -> Self {
        let mut area = TextArea::default();
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_max_histories(200);
        area.set_cursor_line_style(Style::new());
        let mut editor = Editor { area, chars_max };
        editor.paste(text);
        editor
    }

    /// What stands in it.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// How many characters still fit.
    pub fn room(&self) -> usize {
        let lines = self.area.lines();
        let used: usize = lines.iter().map(|l| l.chars().count()).sum::<usize>() + lines.len() - 1;
        self.chars_max.saturating_sub(used)
    }

    /// Inserts pasted text, made visible, as far as it fits.
    pub fn paste(&mut self, raw: &str) {
        let raw = raw.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
        let safe: String = text::visible_lines(&raw).chars().take(self.room()).collect();
        self.area.insert_str(safe);
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Answer {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('d') if ctrl => return Answer::Saved(self.text()),
            KeyCode::Esc => return Answer::Closed,
            KeyCode::Char('c') if ctrl => return Answer::Closed,
            KeyCode::Enter => self.new_line(),
            KeyCode::Char('j' | 'm') if ctrl => self.new_line(),
            KeyCode::Char('w') if ctrl => drop(self.area.delete_word()),
            KeyCode::Char('k') if ctrl => drop(self.area.delete_line_by_end()),
            KeyCode::Char('u') if ctrl => drop(self.area.delete_line_by_head()),
            // Terminals send Ctrl-_ as the byte 1f, which crossterm reads as Ctrl-7.
            KeyCode::Char('_' | '7') if ctrl => drop(self.area.undo()),
            KeyCode::Char('e') if ctrl => self.area.move_cursor(CursorMove::End),
            KeyCode::Left if ctrl || alt => self.area.move_cursor(CursorMove::WordBack),
            KeyCode::Right if ctrl || alt => self.area.move_cursor(CursorMove::WordForward),
            KeyCode::Left => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Up => self.area.move_cursor(CursorMove::Up),
            KeyCode::Down => self.area.move_cursor(CursorMove::Down),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            KeyCode::PageUp => self.area.move_cursor(CursorMove::Top),
            KeyCode::PageDown => self.area.move_cursor(CursorMove::Bottom),
            KeyCode::Backspace if alt => drop(self.area.delete_word()),
            KeyCode::Backspace | KeyCode::Delete => drop(self.area.input_without_shortcuts(key)),
            KeyCode::Tab => self.paste("    "),
            KeyCode::Char(c) if !ctrl && !alt => self.paste(c.encode_utf8(&mut [0; 4])),
            _ => {}
        }
        Answer::Open
    }

    fn new_line(&mut self) {
        if self.room() > 0 {
            self.area.insert_newline();
        }
    }

    /// Draws the text; the cursor is a cell of its own, reversed.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        let mut shown = self.area.clone();
        shown.set_style(theme.text);
        shown.render(area, buffer);
    }
}
