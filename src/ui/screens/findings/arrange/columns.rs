//! The columns of the list: which ones, and in which order.
//!
//! Without a choice they are those that fit the width. A chosen column that has no room is left out from
//! the right, and comes back with the room.

use super::super::columns_view::{fitting, usual};
use super::super::state::{Findings, Layer};
use super::super::wish::Wish;
use super::Arrange;
use crate::triage::column::Column;
use crate::ui::screen::{Ask, Kept, Look};
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::panel;
use crate::ui::widgets::prompt::draw_rule;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Under which name the choice is kept.
pub const KEPT: &str = "findings.columns";

/// The panel of the columns.
pub struct ColumnsPanel {
    /// All of them, in the order of the panel.
    order: Vec<Column>,
    cursor: usize,
    before: Vec<Column>,
}

impl Findings {
    /// Opens the panel.
    pub(in super::super) fn open_columns(&mut self) -> Vec<Ask<Wish>> {
        let before = self.chosen_columns.clone();
        if self.chosen_columns.is_empty() {
            self.chosen_columns = usual(self.list_width());
        }
        let others = Column::ALL.into_iter().filter(|column| !self.chosen_columns.contains(column));
        let order = self.chosen_columns.iter().copied().chain(others).collect();
        self.layer = Layer::Arrange(Arrange::Columns(ColumnsPanel { order, cursor: 0, before }));
        Vec::new()
    }

    pub(super) fn columns_key(&mut self, key: KeyEvent) -> Vec<Ask<Wish>> {
        let Layer::Arrange(Arrange::Columns(panel)) = &mut self.layer else { return Vec::new() };
        let last = panel.order.len() - 1;
        let to = match key.code {
            KeyCode::Esc | KeyCode::Char('q') => {
                self.chosen_columns = std::mem::take(&mut panel.before);
                return self.close_arrange();
            }
            KeyCode::Char('d') => {
                self.chosen_columns.clear();
                return self.keep_columns();
            }
            KeyCode::Enter => return self.keep_columns(),
            KeyCode::Up | KeyCode::Char('k') => {
                panel.cursor = panel.cursor.saturating_sub(1);
                return Vec::new();
            }
            KeyCode::Down | KeyCode::Char('j') => {
                panel.cursor = (panel.cursor + 1).min(last);
                return Vec::new();
            }
            KeyCode::Char(' ') => {
                let column = panel.order[panel.cursor];
                match self.chosen_columns.iter().position(|chosen| *chosen == column) {
                    // A list without columns would show nothing.
                    Some(_) if self.chosen_columns.len() == 1 => {}
                    Some(at) => drop(self.chosen_columns.remove(at)),
                    None => self.chosen_columns.push(column),
                }
                panel.cursor
            }
            KeyCode::Char('K' | '<') | KeyCode::Left => panel.cursor.saturating_sub(1),
            KeyCode::Char('J' | '>') | KeyCode::Right => (panel.cursor + 1).min(last),
            _ => return Vec::new(),
        };
        panel.order.swap(panel.cursor, to);
        panel.cursor = to;
        let place = |column: &Column| panel.order.iter().position(|one| one == column);
        self.chosen_columns.sort_by_key(place);
        Vec::new()
    }

    fn keep_columns(&mut self) -> Vec<Ask<Wish>> {
        let names: Vec<&str> = self.chosen_columns.iter().map(|column| column.name()).collect();
        let kept = Kept { name: KEPT, value: names.join(",") };
        self.close_arrange();
        vec![Ask::Keep(kept)]
    }

    /// Takes the choice of an earlier console; what is unknown in it is passed over.
    pub(in super::super) fn columns_kept(&mut self, value: &str) {
        self.chosen_columns.clear();
        for column in value.split(',').filter_map(Column::named) {
            if !self.chosen_columns.contains(&column) {
                self.chosen_columns.push(column);
            }
        }
    }

    pub(in super::super) fn list_width(&self) -> u16 {
        self.areas(Rect::new(0, 0, self.columns, self.rows)).list.width
    }
}

impl ColumnsPanel {
    /// Lines that it takes at most.
    pub const HEIGHT: u16 = Column::ALL.len() as u16 + 2;

    /// Draws it over the columns that are chosen now.
    pub fn draw(&self, chosen: &[Column], area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        draw_rule("columns", area, buffer, theme);
        let mut rows: Vec<Rect> = area.rows().skip(1).collect();
        let Some(keys) = rows.pop() else { return };
        let ellipsis = theme.symbols.ellipsis;
        let room = usize::from(area.width);
        let drawn = fitting(chosen, area.width);
        let first = panel::first_shown(self.cursor, self.order.len(), rows.len());
        for (row, (at, column)) in rows.iter().zip(self.order.iter().enumerate().skip(first)) {
            let marker = if at == self.cursor { theme.symbols.cursor } else { " " };
            let is_chosen = chosen.contains(column);
            let style = match (at == self.cursor, is_chosen) {
                (true, _) => theme.selected,
                (false, true) => theme.text,
                (false, false) => theme.dim,
            };
            let check = if is_chosen { "[x]" } else { "[ ]" };
            let name = cells::padded(column.name(), 10, Align::Left, Keep::Start, ellipsis);
            let no_room = if is_chosen && !drawn.contains(column) { "  (no room here)" } else { "" };
            let text = format!(" {marker} {check} {name} {}{no_room}", column.about());
            let text = cells::fit(&text, room, Keep::Start, ellipsis);
            buffer.set_stringn(row.x, row.y, &text, room, style);
        }
        let text = match room {
            ..60 => "Space shows  < > moves  Enter keeps  Esc",
            _ => {
                "Space shows or hides   < > moves   Enter keeps   d those that fit   Esc leaves all as it was"
            }
        };
        let text = cells::fit(text, room.saturating_sub(1), Keep::Start, ellipsis);
        buffer.set_stringn(keys.x + 1, keys.y, &text, room.saturating_sub(1), theme.dim);
    }
}
