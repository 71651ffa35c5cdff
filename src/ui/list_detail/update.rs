//! What a command or an answer changes in a list and its detail, and what is wanted next.

use super::cursor::{Moved, Way, steps};
use super::layout::{Focus, Zoom};
use super::load::{Anew, DETAIL, LIST, Load};
use super::state::{ListDetail, Paged, Want, Wants};
use super::window::{Edge, Hold, Select};
use crate::db::page::Page;
use crate::error::Error;
use crate::filter::FieldSet;
use crate::ui::command::Command;
use crate::ui::screen::{Ask, Nature, Tone, toast};
use crate::ui::widgets::filter_bar::Answer;
use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;
use std::fmt::Display;

/// What the screen knows of its looks and the list does not.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Rows that a prompt or a form takes at the foot.
    pub panel: u16,
    /// Lines of the detail, where that has the keys.
    pub lines: usize,
}

/// What came of an answer for rows.
pub enum Came<R: Paged> {
    /// Rows in the place of all that was held.
    Whole(Wants<R>),
    /// Further rows; or none, since it was late or failed.
    Further(Wants<R>),
}

impl<R: Paged, D, Own: Default> ListDetail<R, D, Own>
where
    R::Id: Display,
{
    /// Asks for rows that take the place of all that is held. Answers to earlier questions are late.
    pub fn load_whole(&mut self) -> Wants<R> {
        self.ticket += 1;
        self.load = Load::Asked;
        let limit = self.window.rows().len().max(Hold::FromTheFirst.page());
        vec![Ask::Do(self.rows(None, limit)), Ask::Do(Want::Standing)]
    }

    /// Asks for the list anew; the row under the cursor stays under it.
    pub fn reload(&mut self) -> Wants<R> {
        // At the very top, the first one is what a refresh is for.
        let here = self.window.selected_id().filter(|_| self.window.cursor() > 0);
        self.sought = self.sought.or(here);
        self.load_whole()
    }

    /// Shows the list with another filter.
    pub fn open(&mut self, filter: &str) -> Wants<R> {
        (self.panes.focus, self.panes.zoom) = (Focus::List, Zoom::Out);
        self.filter.set(filter);
        self.load_whole()
    }

    fn rows(&self, after: Option<R::Key>, limit: usize) -> Want<R::Id, R::Key> {
        Want::Rows { ticket: self.ticket, filter: self.filter.in_force().to_owned(), after, limit }
    }

    /// Asks for the next page where the cursor comes near the end.
    fn load_ahead(&mut self) -> Wants<R> {
        if self.load == Load::Asked {
            return Vec::new();
        }
        let Some(after) = self.window.wants().map(|(_, last)| last.key()) else { return Vec::new() };
        self.load = Load::Asked;
        vec![Ask::Do(self.rows(Some(after), Hold::FromTheFirst.page()))]
    }

    /// Takes rows.
    pub fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<R::Key>,
        at: DateTime<Utc>,
        result: Result<Page<R>, Error>,
        panel: u16,
    ) -> Came<R> {
        if ticket != self.ticket {
            return Came::Further(Vec::new());
        }
        let Some(page) = self.load.take(result) else { return Came::Further(Vec::new()) };
        let below = Edge::of(page.more);
        if after.is_some() {
            self.window.extend(Way::Down, page.rows, below);
            return Came::Further(self.load_ahead());
        }
        let select = self.sought.take().map_or(Select::First, |id| Select::Id { id, or_at: 0 });
        self.window.replace(page.rows, Edge::End, below, select, self.panes.list_height(panel));
        (self.as_of, self.news) = (Some(at), 0);
        let mut asks = self.show_selected(Anew::Yes);
        asks.extend(self.load_ahead());
        Came::Whole(asks)
    }

    /// Goes to a row.
    pub fn go_to(&mut self, row: usize, panel: u16) -> Wants<R> {
        let moved = self.window.put(row, self.panes.list_height(panel));
        self.moved(moved)
    }

    /// After the cursor moved: the detail follows when it rests, and the next page comes in time.
    fn moved(&mut self, moved: Moved) -> Wants<R> {
        if moved == Moved::No {
            return Vec::new();
        }
        let mut asks = self.load_ahead();
        asks.push(Ask::Rest);
        asks
    }

    /// Goes to the row of an id: in the list where it is there, else by a filter.
    pub fn seek(&mut self, id: R::Id, panel: u16) -> Wants<R> {
        self.panes.focus = Focus::List;
        if let Some(at) = self.window.index_of(id) {
            let mut asks = self.go_to(at, panel);
            asks.extend(self.show_selected(Anew::No));
            return asks;
        }
        self.filter.set(&format!("id:{id}"));
        self.sought = Some(id);
        self.load_whole()
    }

    /// Makes the detail follow the cursor.
    pub fn show_selected(&mut self, anew: Anew) -> Wants<R> {
        let wanted = self.shown.show(self.window.selected_id(), anew);
        wanted.map(|id| Ask::Do(Want::Detail(id))).into_iter().collect()
    }

    /// The connection is back: asks again for a detail that failed or did not come.
    pub fn retry_detail(&mut self) -> Wants<R> {
        if self.shown.load == Load::Idle { Vec::new() } else { self.show_selected(Anew::Yes) }
    }

    /// A load was stopped.
    pub fn stopped(&mut self, nature: Nature) {
        match nature {
            Nature::Load(LIST) => self.load.stop(),
            Nature::Load(DETAIL) => self.shown.load.stop(),
            Nature::Load(_) | Nature::Write => {}
        }
    }

    /// A key for the filter's line, which is open. Where it is applied, the list is asked for.
    pub fn filter_key(&mut self, key: KeyEvent, fields: &'static FieldSet) -> Wants<R> {
        match self.filter.key(key, fields) {
            Answer::Applied => {
                self.panes.focus = Focus::List;
                self.load_whole()
            }
            Answer::Values { .. } | Answer::Open | Answer::Closed => Vec::new(),
        }
    }

    /// Does what a command asks that is the same on every such screen; another one changes nothing.
    pub fn command(&mut self, command: Command, fields: &'static FieldSet, room: Room) -> Wants<R> {
        if let Some((way, by)) = steps(command, self.panes.half_page(room.panel)) {
            return self.go(way, by, room);
        }
        match command {
            Command::FocusDetail => return self.focus_detail(),
            Command::FocusList => self.panes.focus = Focus::List,
            Command::NextPane | Command::PreviousPane => match self.panes.focus {
                Focus::Detail => self.panes.focus = Focus::List,
                Focus::List => return self.focus_detail(),
            },
            Command::Back | Command::Quit => return self.back(),
            Command::Zoom => self.panes.turn_zoom(),
            Command::Filter => self.filter.open(fields),
            Command::SuspendFilter => return self.suspend_filter(),
            Command::Refresh => return self.reload(),
            _ => {}
        }
        Vec::new()
    }

    fn go(&mut self, way: Way, by: usize, room: Room) -> Wants<R> {
        match self.panes.focus {
            Focus::Detail => {
                let height = self.panes.detail_size(room.panel).0;
                self.shown.cursor.go(way, by, height, room.lines);
                Vec::new()
            }
            Focus::List => {
                let moved = self.window.go(way, by, self.panes.list_height(room.panel));
                self.moved(moved)
            }
        }
    }

    /// Puts the cursor of the detail onto a line.
    pub fn go_to_line(&mut self, line: usize, room: Room) {
        let height = self.panes.detail_size(room.panel).0;
        self.shown.cursor.put(line, height, room.lines);
    }

    /// Gives the keys to the detail, where there is one.
    pub fn focus_detail(&mut self) -> Wants<R> {
        if self.selected().is_none() {
            return Vec::new();
        }
        let asks = self.show_selected(Anew::No);
        self.panes.focus = Focus::Detail;
        asks
    }

    /// One layer back: the zoom, the detail; then it is the app's turn.
    fn back(&mut self) -> Wants<R> {
        match (self.panes.zoom, self.panes.focus) {
            (Zoom::In, _) => self.panes.zoom = Zoom::Out,
            (Zoom::Out, Focus::Detail) => self.panes.focus = Focus::List,
            (Zoom::Out, Focus::List) => return vec![Ask::Back],
        }
        Vec::new()
    }

    fn suspend_filter(&mut self) -> Wants<R> {
        if self.filter.text().is_empty() {
            return vec![toast(Tone::Plain, "there is no filter to lift")];
        }
        self.filter.toggle();
        self.reload()
    }
}
