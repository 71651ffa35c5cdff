//! A question before a deed: the default is No, and nothing that comes in a burst says yes.

use super::cells;
use super::line::LineEdit;
use super::panel;
use crate::ui::input::Arrival;
use crate::ui::screen::Question;
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines of a question that are shown.
const LINES_MAX: usize = 6;

/// A question, and what has been typed towards its answer.
#[derive(Debug)]
pub struct Confirm {
    question: Question,
    typed: LineEdit,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is still open.
    Open,
    /// Yes.
    Yes,
    /// No.
    No,
}

impl Confirm {
    /// The question, nothing typed.
    pub fn new(question: Question) -> Self {
        Confirm { question, typed: LineEdit::new("", 20) }
    }

    /// The question in lines, for who has it read to them.
    pub fn said(&self) -> Vec<String> {
        let Question { what, yes, typed_count } = &self.question;
        let answer = match typed_count {
            Some(count) => format!("{yes}? {count} is typed for yes; everything else is no"),
            None => format!("{yes}? yes or no"),
        };
        what.lines().map(str::to_owned).chain([answer]).collect()
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, arrival: Arrival) -> Answer {
        if arrival == Arrival::InBurst {
            return Answer::Open;
        }
        match (self.question.typed_count, key.code) {
            (None, KeyCode::Char('y')) if key.modifiers.is_empty() => Answer::Yes,
            (None, _) | (_, KeyCode::Esc) => Answer::No,
            (Some(count), KeyCode::Enter) => match self.typed.text().parse::<u64>() {
                Ok(typed) if count == typed => Answer::Yes,
                _ => Answer::Open,
            },
            (Some(_), KeyCode::Char(c)) if !c.is_ascii_digit() => Answer::Open,
            (Some(_), _) => {
                self.typed.key(key);
                Answer::Open
            }
        }
    }

    /// What the keys do now.
    pub fn keys(&self) -> String {
        match self.question.typed_count {
            None => format!("y {}   any other key: no", self.question.yes),
            Some(count) => format!("type {count}, then Enter: {}   Esc no", self.question.yes),
        }
    }

    /// Draws it at the lower end of `area`; gives the place of the cursor.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
        let room = usize::from(area.width.saturating_sub(2));
        let what = cells::wrap(&self.question.what, room, LINES_MAX, theme.symbols.ellipsis);
        let inner = panel::draw("sure?", what.len() + 1, area, buffer, theme);
        for (y, line) in inner.rows().zip(&what) {
            buffer.set_stringn(y.x + 1, y.y, line, room, theme.text);
        }
        let last = inner.rows().next_back().filter(|last| last.width > 2)?;
        let (keys, _) = buffer.set_stringn(last.x + 1, last.y, self.keys(), room, theme.accent);
        self.question.typed_count?;
        let (typed, _) = buffer.set_stringn(
            keys + 2,
            last.y,
            self.typed.text(),
            usize::from(last.right().saturating_sub(keys + 2)),
            theme.strong,
        );
        Some(Position::new(typed.min(last.right() - 1), last.y))
    }
}
