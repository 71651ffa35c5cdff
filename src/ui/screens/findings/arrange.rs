//! Arranging the screen: views, columns, and the search within the detail.
//!
//! What is open here takes the keys as the prompts do. Nothing of it concerns a finding.

pub mod columns;
mod perform;
mod search;
pub mod views;

pub(super) use perform::perform;
pub use search::Search;

use super::state::{Findings, Layer};
use super::wish::Wish;
use crate::config::views::{Existing, Saved, View};
use crate::error::Error;
use crate::ui::screen::{Ask, Look, Tone, toast};
use crate::ui::widgets::prompt::{self, Prompt};
use columns::ColumnsPanel;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use views::ViewsPanel;

/// What is open.
pub enum Arrange {
    /// The views, to choose one.
    Views(ViewsPanel),
    /// The name for a new view.
    SaveView(Prompt),
    /// The columns.
    Columns(ColumnsPanel),
    /// What to look for in the detail.
    Search(Prompt),
}

/// What is to be done with the file of the views.
#[derive(Debug, Clone, PartialEq)]
pub enum ArrangeWish {
    /// All views.
    Views,
    /// Keep this one.
    SaveView(View, Existing),
    /// Delete the one of this name.
    DeleteView(String),
}

/// What became of it.
#[derive(Debug)]
pub enum ArrangeMsg {
    /// All views.
    Views(Result<Vec<View>, Error>),
    /// A view was to be saved.
    Saved(View, Result<Saved, Error>),
    /// The view of this name was to be deleted.
    Deleted(String, Result<(), Error>),
}

impl Findings {
    /// A key for what is open.
    pub(super) fn arrange_key(&mut self, key: KeyEvent) -> Vec<Ask<Wish>> {
        let Layer::Arrange(open) = &mut self.layer else { return Vec::new() };
        match open {
            Arrange::Views(_) => self.views_key(key),
            Arrange::Columns(_) => self.columns_key(key),
            Arrange::SaveView(line) => match line.key(key) {
                prompt::Answer::Open => Vec::new(),
                prompt::Answer::Confirmed(name) => self.save_view(&name),
                prompt::Answer::Closed => self.close_arrange(),
            },
            Arrange::Search(line) => match line.key(key) {
                prompt::Answer::Open => Vec::new(),
                prompt::Answer::Confirmed(words) => self.search(&words),
                prompt::Answer::Closed => self.close_arrange(),
            },
        }
    }

    /// A paste for what is open.
    pub(super) fn arrange_paste(&mut self, text: &str) {
        let Layer::Arrange(open) = &mut self.layer else { return };
        match open {
            Arrange::Views(panel) => panel.paste(text),
            Arrange::SaveView(line) | Arrange::Search(line) => line.paste(text),
            Arrange::Columns(_) => {}
        }
    }

    /// Lines that it takes.
    pub(super) fn arrange_height(&self, open: &Arrange) -> u16 {
        match open {
            Arrange::Views(panel) => panel.height(),
            Arrange::Columns(_) => ColumnsPanel::HEIGHT,
            Arrange::SaveView(_) | Arrange::Search(_) => prompt::HEIGHT,
        }
    }

    /// Draws it; the result is where the text cursor stands.
    pub(super) fn draw_arrange(
        &self,
        open: &Arrange,
        area: Rect,
        buffer: &mut Buffer,
        look: &Look<'_>,
    ) -> Option<Position> {
        let theme = look.theme;
        match open {
            Arrange::Views(panel) => panel.draw(area, buffer, look),
            Arrange::Columns(panel) => {
                panel.draw(&self.chosen_columns, area, buffer, look);
                None
            }
            Arrange::SaveView(line) => {
                line.draw("save as a view", "name", "Enter saves   Esc closes", area, buffer, theme)
            }
            Arrange::Search(line) => {
                line.draw("search in the detail", "/", "Enter searches   Esc closes", area, buffer, theme)
            }
        }
    }

    /// Closes what is open.
    pub(super) fn close_arrange(&mut self) -> Vec<Ask<Wish>> {
        self.layer = Layer::None;
        self.next_layer();
        Vec::new()
    }

    /// Takes an answer about the file of the views.
    pub(super) fn arranged(&mut self, msg: ArrangeMsg) -> Vec<Ask<Wish>> {
        match msg {
            ArrangeMsg::Views(result) => self.views_came(result),
            ArrangeMsg::Saved(view, result) => self.view_saved(view, result),
            ArrangeMsg::Deleted(name, result) => self.view_deleted(&name, result),
        }
    }
}

fn failed(what: &str, error: &Error) -> Ask<Wish> {
    let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
    let text = format!("{what}: {error}{hint}");
    toast(Tone::Bad, crate::text::visible(&text).into_owned())
}
