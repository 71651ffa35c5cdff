//! The filter of a list: what is in force, and the line while it is being edited.

use super::cells::{self, Keep};
use super::line::LineEdit;
use crate::filter::complete::{Candidates, Completing, complete};
use crate::filter::{self, FieldSet, FilterError};
use crate::text::SafeText;
use crate::ui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

/// The most completions that are shown at once.
const SHOWN_MAX: usize = 6;

/// A filter, and perhaps its editing.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterBar {
    applied: String,
    force: Force,
    edit: Option<Edit>,
    /// What was typed and closed without being applied.
    left: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Force {
    Applied,
    Lifted,
}

#[derive(Debug, Clone, PartialEq)]
struct Edit {
    line: LineEdit,
    wrong: Option<FilterError>,
    completion: Completion,
}

#[derive(Debug, Clone, PartialEq)]
enum Completion {
    Off,
    /// Values were asked of the database.
    Asked {
        base: String,
        completing: Completing,
    },
    /// Nothing can be completed there.
    Nothing,
    On {
        base: String,
        completing: Completing,
        candidates: Vec<Candidate>,
        at: usize,
    },
}

#[derive(Debug, Clone, PartialEq)]
struct Candidate {
    text: String,
    help: &'static str,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// The editing ended, and nothing else changed.
    Closed,
    /// Another filter is in force.
    Applied,
    /// Values of this field that begin so are wanted.
    Values {
        /// The name of the field.
        field: &'static str,
        /// The beginning.
        prefix: String,
    },
}

impl FilterBar {
    /// A bar with `text` in force.
    pub fn new(text: &str) -> Self {
        FilterBar { applied: text.to_owned(), force: Force::Applied, edit: None, left: None }
    }

    /// The filter that rows are asked with.
    pub fn in_force(&self) -> &str {
        match self.force {
            Force::Applied => &self.applied,
            Force::Lifted => "",
        }
    }

    /// The filter, lifted or not.
    pub fn text(&self) -> &str {
        &self.applied
    }

    /// Whether the filter is lifted for a while.
    pub fn is_lifted(&self) -> bool {
        self.force == Force::Lifted && !self.applied.is_empty()
    }

    /// Whether it is being edited.
    pub fn is_open(&self) -> bool {
        self.edit.is_some()
    }

    /// Puts `text` in force.
    pub fn set(&mut self, text: &str) {
        *self = FilterBar::new(text);
    }

    /// Lifts the filter, or puts it back.
    pub fn toggle(&mut self) {
        self.force = match self.force {
            Force::Applied => Force::Lifted,
            Force::Lifted => Force::Applied,
        };
    }

    /// Opens the line over what was left in it, else over the filter.
    pub fn open(&mut self, fields: &'static FieldSet) {
        let mut text = self.left.take().unwrap_or_else(|| self.applied.clone());
        // The next word begins at once.
        if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
        self.edit = Some(Edit::new(&text, fields));
    }

    /// Pasted text goes into the line, which opens for it.
    pub fn paste(&mut self, text: &str, fields: &'static FieldSet) {
        if self.edit.is_none() {
            self.open(fields);
        }
        if let Some(edit) = &mut self.edit {
            edit.line.insert(text);
            edit.changed(fields);
        }
    }

    /// Closes the line; what stands in it is kept for the next time.
    pub fn close(&mut self) {
        if let Some(edit) = self.edit.take() {
            let text = edit.line.text().trim();
            self.left = (text != self.applied).then(|| text.to_owned());
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, fields: &'static FieldSet) -> Answer {
        let Some(edit) = &mut self.edit else { return Answer::Closed };
        match key.code {
            KeyCode::Esc => self.close(),
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => self.close(),
            KeyCode::Enter if edit.wrong.is_none() => {
                self.applied = edit.line.text().trim().to_owned();
                self.force = Force::Applied;
                (self.edit, self.left) = (None, None);
                return Answer::Applied;
            }
            KeyCode::Enter => return Answer::Open,
            KeyCode::Tab | KeyCode::Down => return edit.complete(1, fields),
            KeyCode::BackTab | KeyCode::Up => return edit.complete(-1, fields),
            _ => {
                if edit.line.key(key) {
                    edit.changed(fields);
                }
                return Answer::Open;
            }
        }
        Answer::Closed
    }

    /// Takes values that were asked for.
    pub fn values(&mut self, field: &str, prefix: &str, values: Vec<SafeText>, fields: &'static FieldSet) {
        let Some(edit) = &mut self.edit else { return };
        let Completion::Asked { base, completing } = &edit.completion else { return };
        let is_ours =
            matches!(&completing.kind, Candidates::ValuesOf(f, p) if f.name == field && p == prefix);
        if !is_ours {
            return;
        }
        let candidates: Vec<Candidate> =
            values.iter().map(|v| Candidate { text: v.one_line().into_owned(), help: "" }).collect();
        let (base, completing) = (base.clone(), completing.clone());
        edit.offer(base, completing, candidates, 0, fields);
    }

    /// Draws it into the first line of `area`, with `right` at its end; while it is edited, what is
    /// wrong or what can be typed stands on the lines below. Gives the place of the cursor.
    pub fn draw(&self, right: &str, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
        let room = usize::from(area.width);
        if area.height == 0 || room < 4 {
            return None;
        }
        let right_room = if self.edit.is_some() { 0 } else { cells::width(right).min(room - 3) };
        let left_room = room - 3 - if right_room > 0 { right_room + 2 } else { 0 }.min(room - 3);
        buffer.set_stringn(area.x + 1, area.y, "/", 1, theme.accent);
        if let Some(edit) = &self.edit {
            return edit.draw(area, buffer, theme);
        }
        let (text, style) = match (self.is_lifted(), self.applied.is_empty()) {
            (true, _) => (format!("lifted, g/ puts back: {}", self.applied), theme.warn),
            (_, true) => ("no filter".to_owned(), theme.dim),
            _ => (self.applied.clone(), theme.text),
        };
        let text = cells::fit(&text, left_room, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 3, area.y, &text, left_room, style);
        let right = cells::fit(right, right_room, Keep::End, theme.symbols.ellipsis);
        let x = room.saturating_sub(cells::width(&right) + 1);
        buffer.set_stringn(area.x + x as u16, area.y, &right, room - x, theme.text);
        None
    }
}

impl Edit {
    fn new(text: &str, fields: &'static FieldSet) -> Self {
        let line = LineEdit::new(text, filter::TEXT_CHARS_MAX);
        let mut edit = Edit { line, wrong: None, completion: Completion::Off };
        edit.changed(fields);
        edit
    }

    fn changed(&mut self, fields: &'static FieldSet) {
        self.completion = Completion::Off;
        self.wrong = filter::parse(self.line.text(), fields).err();
    }

    fn complete(&mut self, step: isize, fields: &'static FieldSet) -> Answer {
        if let Completion::On { base, completing, candidates, at } = &self.completion {
            let next = (*at as isize + step).rem_euclid(candidates.len() as isize) as usize;
            let (base, completing, candidates) = (base.clone(), completing.clone(), candidates.clone());
            self.offer(base, completing, candidates, next, fields);
            return Answer::Open;
        }
        let base = self.line.text().to_owned();
        let cursor = base[..self.line.cursor()].chars().count();
        let Some(completing) = complete(&base, cursor, fields) else {
            self.completion = Completion::Nothing;
            return Answer::Open;
        };
        let candidates = match &completing.kind {
            Candidates::Fields(fields) => {
                fields.iter().map(|f| Candidate { text: f.name.to_owned(), help: f.help }).collect()
            }
            Candidates::Words(words) => {
                words.iter().map(|(word, help)| Candidate { text: (*word).to_owned(), help }).collect()
            }
            Candidates::ValuesOf(field, prefix) => {
                let answer = Answer::Values { field: field.name, prefix: prefix.clone() };
                self.completion = Completion::Asked { base, completing };
                return answer;
            }
        };
        self.offer(base, completing, candidates, 0, fields);
        Answer::Open
    }

    /// Puts the candidate `at` into the line.
    fn offer(
        &mut self,
        base: String,
        completing: Completing,
        candidates: Vec<Candidate>,
        at: usize,
        fields: &'static FieldSet,
    ) {
        let Some(candidate) = candidates.get(at) else {
            self.completion = Completion::Nothing;
            return;
        };
        let (text, cursor) = completing.apply(&base, &candidate.text);
        self.line.set(&text);
        self.line.place(cursor);
        self.wrong = filter::parse(&text, fields).err();
        self.completion = Completion::On { base, completing, candidates, at };
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
        let room = usize::from(area.width).saturating_sub(4);
        let (part, cursor) = self.line.visible_part(room);
        buffer.set_stringn(area.x + 3, area.y, part, room, theme.text);
        let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        match (&self.completion, &self.wrong) {
            (Completion::On { candidates, at, .. }, _) => {
                draw_candidates(candidates, *at, below, buffer, theme)
            }
            (Completion::Asked { .. }, _) => say("looking for values", theme.dim, below, buffer, theme),
            (Completion::Nothing, None) => say("nothing to complete here", theme.dim, below, buffer, theme),
            (_, Some(wrong)) => self.draw_wrong(wrong, part, below, buffer, theme),
            (_, None) => {
                say(
                    "Enter applies   Tab completes   Esc closes and keeps the text",
                    theme.dim,
                    below,
                    buffer,
                    theme,
                );
            }
        }
        Some(Position::new(area.x + 3 + cursor as u16, area.y))
    }

    /// Marks the column below the line, and says what is wrong on the next.
    fn draw_wrong(&self, wrong: &FilterError, part: &str, below: Rect, buffer: &mut Buffer, theme: &Theme) {
        let text = self.line.text();
        let hidden = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
        let byte = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
        let (from, until) =
            (byte(wrong.column.saturating_sub(1)), byte(wrong.column.saturating_sub(1) + wrong.length));
        let before = cells::width(text.get(hidden..from.max(hidden)).unwrap_or(""));
        let marked = cells::width(text.get(from..until).unwrap_or("")).max(1);
        let room = usize::from(below.width).saturating_sub(4);
        let message = crate::text::visible(&wrong.to_string()).into_owned();
        let said = cells::wrap(&message, room, 2, theme.symbols.ellipsis);
        let lines = Rect { height: below.height.min(1 + said.len() as u16), ..below };
        Clear.render(lines, buffer);
        if lines.height > 1 && before < room {
            let marks = "^".repeat(marked.min(room - before));
            buffer.set_stringn(below.x + 3 + before as u16, below.y, marks, room - before, theme.bad);
        }
        let first = u16::from(lines.height > 1);
        for (y, text) in (first..lines.height).zip(&said) {
            buffer.set_stringn(below.x + 3, below.y + y, text, room, theme.bad);
        }
    }
}

fn say(what: &str, style: ratatui::style::Style, below: Rect, buffer: &mut Buffer, theme: &Theme) {
    let line = Rect { height: below.height.min(1), ..below };
    Clear.render(line, buffer);
    if line.height == 1 {
        let room = usize::from(line.width).saturating_sub(4);
        let what = cells::fit(what, room, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(line.x + 3, line.y, &what, room, style);
    }
}

fn draw_candidates(candidates: &[Candidate], at: usize, below: Rect, buffer: &mut Buffer, theme: &Theme) {
    let count = candidates.len().min(SHOWN_MAX).min(below.height.into());
    let first = (at + 1).saturating_sub(count);
    let lines = Rect { height: count as u16, ..below };
    Clear.render(lines, buffer);
    let room = usize::from(below.width).saturating_sub(4);
    let names = candidates.iter().map(|c| cells::width(&c.text)).max().unwrap_or(0).min(room / 2);
    for (line, (index, candidate)) in candidates.iter().enumerate().skip(first).take(count).enumerate() {
        let y = below.y + line as u16;
        let (marker, style) =
            if index == at { (theme.symbols.cursor, theme.selected) } else { (" ", theme.text) };
        buffer.set_stringn(below.x + 1, y, marker, 1, style);
        let text_room = if candidate.help.is_empty() { room } else { names };
        let text = cells::fit(&candidate.text, text_room, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(below.x + 3, y, &text, text_room, style);
        if let Some(rest) = room.checked_sub(names + 2)
            && !candidate.help.is_empty()
        {
            let help = cells::fit(candidate.help, rest, Keep::Start, theme.symbols.ellipsis);
            buffer.set_stringn(below.x + 3 + names as u16 + 2, y, &help, rest, theme.dim);
        }
    }
}
