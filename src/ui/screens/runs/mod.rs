//! The Runs screen: what is blocking?
//!
//! `state` knows, `update` and its neighbours decide, `view` draws, `perform` alone awaits. Opening a
//! report reads the database and starts nothing. What is absent: work is started where it belongs, on
//! the Audit screen and by imports; this screen leads there.

pub mod state;
pub mod wish;

mod acknowledging;
mod loading;
mod update;

mod checklist;
mod detail_view;
mod list_view;
mod told;
mod view;

mod perform;

pub use state::Runs;
pub use wish::{Msg, Wish};

use super::super::command::{Command, Need, Pane};
use super::super::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Told, Tools};
use crate::ui::list_detail::layout::Focus;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use state::Layer;
use std::future::Future;

impl Screen for Runs {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Runs"
    }

    fn input(&mut self, input: Input, now: DateTime<Utc>) -> Vec<Ask<Wish>> {
        self.now = now;
        self.on_input(input)
    }

    fn answer(&mut self, msg: Msg, now: DateTime<Utc>) -> Vec<Ask<Wish>> {
        self.now = now;
        self.on_answer(msg)
    }

    fn view(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        self.draw(area, buffer, look)
    }

    fn mode(&self) -> Mode {
        match &self.layer {
            Layer::None if self.list.filter.is_open() => Mode::Line,
            Layer::None => Mode::Browse,
            Layer::Jump(_) | Layer::Acknowledge(_) => Mode::Line,
        }
    }

    fn pane(&self) -> Pane {
        match self.list.panes.focus {
            Focus::List => Pane::RunsList,
            Focus::Detail => Pane::RunsDetail,
        }
    }

    fn hints(&self) -> Vec<Command> {
        match (self.list.panes.focus, self.list.selected()) {
            (_, None) => vec![Command::Filter, Command::SuspendFilter, Command::Refresh],
            (Focus::List, Some(_)) => {
                vec![Command::Acknowledge, Command::NextNeedy, Command::Filter, Command::RunAgain]
            }
            (Focus::Detail, Some(_)) => {
                vec![Command::Acknowledge, Command::NextNeedy, Command::RunAgain, Command::FocusList]
            }
        }
    }

    fn meets(&self, need: Need) -> bool {
        match need {
            Need::Row => self.list.selected().is_some(),
            Need::Marks => false,
            Need::WriteAccess => true,
        }
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.list.as_of
    }

    fn shows(&self, place: &Place) -> bool {
        matches!(place, Place::Runs { .. } | Place::Run(_))
    }

    fn drafts(&self) -> Vec<Draft> {
        self.all_drafts()
    }

    fn told(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        self.tell(part, look)
    }

    fn nature(wish: &Wish) -> Nature {
        wish.nature()
    }

    fn perform(wish: Wish, tools: Tools) -> impl Future<Output = Msg> + Send {
        perform::perform(wish, tools)
    }
}
