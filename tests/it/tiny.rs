//! A screen that is no more than what the tests of the shell need.

use attestor::text::SafeText;
use attestor::ui::command::{Command, Need, Pane};
use attestor::ui::screen::{
    Ask, Draft, Edited, Input, Look, Mode, Nature, Outside, Place, Purpose, Question, Screen, Toast, Tone,
    Tools,
};
use attestor::ui::widgets::line::LineEdit;
use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows, a line to be typed, a text to be typed; and everything that it was told.
#[derive(Default)]
pub struct Tiny {
    pub told: Vec<String>,
    pub row: usize,
    pub line: Option<LineEdit>,
    pub editor: Option<String>,
    pub draft: String,
    pub saved: Vec<String>,
    pub marks: usize,
    pub as_of: Option<DateTime<Utc>>,
    pub typed_count: Option<u64>,
    pub drawn: Arc<AtomicUsize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    List,
    Detail,
    Save(String),
    Panic,
}

#[derive(Debug, PartialEq)]
pub enum Msg {
    Listed(&'static str),
    Saved(String),
}

impl Tiny {
    /// A screen whose saved text comes to light on the screen.
    pub fn new() -> Self {
        Tiny::default()
    }

    fn command(&mut self, command: Command) -> Vec<Ask<Wish>> {
        let one_of = |count| Question {
            what: "Take back 2 decisions?".into(),
            yes: "take back".into(),
            typed_count: count,
        };
        match command {
            Command::Down => self.row += 1,
            Command::Up => self.row = self.row.saturating_sub(1),
            Command::MarkFalsePositive | Command::JumpToId => self.line = Some(LineEdit::new("", 500)),
            Command::Comment => self.editor = Some(self.draft.clone()),
            Command::TakeBack => {
                return vec![Ask::Confirm(one_of(self.typed_count), Wish::Save("taken back".into()))];
            }
            Command::CopyId => return vec![Ask::Copy(SafeText::new("17"))],
            Command::Edit => {
                return vec![Ask::Edit(Outside {
                    name: "tiny".into(),
                    text: self.editor.clone().unwrap_or_else(|| "a row\n".into()),
                    purpose: if self.editor.is_some() { Purpose::Edit } else { Purpose::Read },
                    chars_max: 60,
                })];
            }
            Command::Refresh => return vec![Ask::Do(Wish::List)],
            Command::Sort => return vec![Ask::Do(Wish::Panic)],
            Command::Zoom => panic!("a bug in the screen"),
            Command::OpenSelected => return vec![Ask::Rest],
            Command::Back => return vec![Ask::Back],
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: crossterm::event::KeyEvent) -> Vec<Ask<Wish>> {
        if let Some(line) = &mut self.line {
            match key.code {
                KeyCode::Enter => {
                    let text = line.text().to_owned();
                    self.line = None;
                    return vec![Ask::Do(Wish::Save(text))];
                }
                KeyCode::Esc => self.line = None,
                _ => {
                    line.key(key);
                }
            }
        } else if let Some(text) = &mut self.editor {
            match key.code {
                KeyCode::Char('o') if key.modifiers == KeyModifiers::CONTROL => {
                    let text = std::mem::take(text);
                    self.editor = None;
                    self.draft.clear();
                    return vec![Ask::Do(Wish::Save(text))];
                }
                KeyCode::Esc => self.editor = None,
                KeyCode::Enter => text.push('\n'),
                KeyCode::Char(c) if key.modifiers.is_empty() => text.push(c),
                _ => {}
            }
            if let Some(text) = &self.editor {
                self.draft = text.clone();
            }
        }
        Vec::new()
    }
}

impl Screen for Tiny {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Tiny"
    }

    fn input(&mut self, input: Input, _: DateTime<Utc>) -> Vec<Ask<Wish>> {
        self.told.push(match &input {
            Input::Key(key) => format!("Key({})", attestor::ui::keymap::Chord::of(*key)),
            other => format!("{other:?}"),
        });
        match input {
            Input::Opened(_) => vec![Ask::Do(Wish::List)],
            Input::Rested => vec![Ask::Do(Wish::Detail)],
            Input::DraftsRestored(drafts) => {
                self.draft = drafts.into_iter().map(|draft| draft.text).collect();
                Vec::new()
            }
            Input::Edited(Edited::Text(text)) => {
                self.draft.clone_from(&text);
                self.editor = Some(text);
                Vec::new()
            }
            Input::Command(command) => self.command(command),
            Input::Key(key) => self.key(key),
            Input::Paste(text) => {
                if let Some(line) = &mut self.line {
                    line.insert(&text);
                } else if let Some(editor) = &mut self.editor {
                    editor.push_str(&text);
                    self.draft = editor.clone();
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn answer(&mut self, msg: Msg, now: DateTime<Utc>) -> Vec<Ask<Wish>> {
        self.told.push(format!("{msg:?}"));
        match msg {
            Msg::Listed(_) => self.as_of = Some(now),
            Msg::Saved(text) => {
                self.saved.push(text);
                return vec![Ask::Toast(Toast { text: "saved".into(), tone: Tone::Good })];
            }
        }
        Vec::new()
    }

    fn view(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        self.drawn.fetch_add(1, Ordering::Relaxed);
        let mut cursor = None;
        let mut lines: Vec<String> =
            (0..6).map(|n| format!("{} row {n}", if n == self.row { ">" } else { " " })).collect();
        lines.push(format!("saved: {}", self.saved.join(" | ")));
        if let Some(line) = &self.line {
            cursor = Some(Position::new(area.x + 8 + line.cursor() as u16, area.y + lines.len() as u16));
            lines.push(format!("reason: {}", line.text()));
        }
        if let Some(text) = &self.editor {
            lines.push(format!("comment: {}", text.replace('\n', "/")));
        }
        for (row, line) in area.rows().zip(&lines) {
            buffer.set_stringn(row.x, row.y, line, row.width.into(), look.theme.text);
        }
        cursor.filter(|at| area.contains(*at))
    }

    fn mode(&self) -> Mode {
        match (&self.line, &self.editor) {
            (Some(_), _) => Mode::Line,
            (_, Some(_)) => Mode::Editor,
            _ => Mode::Browse,
        }
    }

    fn pane(&self) -> Pane {
        Pane::FindingsList
    }

    fn hints(&self) -> Vec<Command> {
        use Command::*;
        vec![MarkTruePositive, MarkFalsePositive, Comment, Mark, Filter, TakeBack]
    }

    fn meets(&self, need: Need) -> bool {
        need != Need::Marks || self.marks > 0
    }

    fn marks(&self) -> usize {
        self.marks
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }

    fn shows(&self, place: &Place) -> bool {
        matches!(place, Place::Findings { .. })
    }

    fn drafts(&self) -> Vec<Draft> {
        let draft = Draft { slot: "tiny/1/comment".into(), text: self.draft.clone() };
        if draft.text.is_empty() { Vec::new() } else { vec![draft] }
    }

    fn nature(wish: &Wish) -> Nature {
        match wish {
            Wish::List => Nature::Load("list"),
            Wish::Detail => Nature::Load("detail"),
            Wish::Save(_) | Wish::Panic => Nature::Write,
        }
    }

    async fn perform(wish: Wish, _: Tools) -> Msg {
        match wish {
            Wish::List | Wish::Detail => Msg::Listed("anew"),
            Wish::Save(text) => Msg::Saved(text),
            Wish::Panic => panic!("a bug in a deed"),
        }
    }
}
