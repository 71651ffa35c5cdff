//! The Overview: what needs me now, and what changed since I last looked?
//!
//! `state` knows, `lines` makes every area's figures alike, `update` decides, `view` draws, `perform`
//! alone awaits. What is absent: nothing is decided here and nothing is verified; a line leads to where
//! that is done.

pub mod lines;
pub mod perform;
pub mod state;
pub mod wish;

mod layout;
mod update;

mod entries_view;
mod numbers;
mod view;

pub use state::Overview;
pub use wish::{Msg, Wish};

use super::super::command::{Command, Need, Pane};
use super::super::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Tools};
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use state::Focus;
use std::future::Future;

impl Screen for Overview {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Overview"
    }

    fn input(&mut self, input: Input, _now: DateTime<Utc>) -> Vec<Ask<Wish>> {
        self.on_input(input)
    }

    fn answer(&mut self, msg: Msg, _now: DateTime<Utc>) -> Vec<Ask<Wish>> {
        self.on_answer(msg)
    }

    fn view(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        self.draw(area, buffer, look);
        None
    }

    fn mode(&self) -> Mode {
        Mode::Browse
    }

    fn pane(&self) -> Pane {
        match self.focus {
            Focus::Areas => Pane::Overview,
            Focus::Entries => Pane::OverviewEntries,
        }
    }

    fn hints(&self) -> Vec<Command> {
        let other = match self.focus {
            Focus::Areas => Command::FocusDetail,
            Focus::Entries => Command::FocusList,
        };
        vec![Command::OpenSelected, other, Command::Refresh, Command::GoFindings, Command::GoFeedback]
    }

    fn meets(&self, need: Need) -> bool {
        match need {
            Need::Row => match self.focus {
                Focus::Areas => self.selected_line().is_some(),
                Focus::Entries => self.selected_entry().is_some(),
            },
            Need::Marks => false,
            Need::WriteAccess => true,
        }
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.oldest()
    }

    fn shows(&self, place: &Place) -> bool {
        *place == Place::Overview
    }

    fn drafts(&self) -> Vec<Draft> {
        Vec::new()
    }

    fn nature(wish: &Wish) -> Nature {
        wish.nature()
    }

    fn perform(wish: Wish, tools: Tools) -> impl Future<Output = Msg> + Send {
        perform::perform(wish, tools)
    }
}
