//! The Tests screen: which test lies?
//!
//! `state` knows, `update` and its neighbours decide, `view` draws, `perform` alone awaits. Tests whose
//! quarantine is suggested stand first. What is absent: setting the thresholds, which holds for everyone
//! and is done on the command line; here one sees what others would do.

pub mod state;
pub mod wish;

mod deciding;
mod loading;
mod outcomes;
mod previewing;
mod update;

mod copy;
mod detail_lines;
mod detail_view;
mod evidence_lines;
mod list_view;
mod marks;
mod preview_lines;
mod told;
mod view;

mod perform;

pub use state::Tests;
pub use wish::{After, Msg, Wish};

use super::super::command::{Command, Need, Pane};
use super::super::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Told, Tools};
use crate::ui::list_detail::layout::Focus;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use state::Layer;
use std::future::Future;

impl Screen for Tests {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Tests"
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
            Layer::Jump(_) | Layer::Threshold(_) | Layer::Decide(_) => Mode::Line,
        }
    }

    fn pane(&self) -> Pane {
        match self.list.panes.focus {
            Focus::List => Pane::TestsList,
            Focus::Detail => Pane::TestsDetail,
        }
    }

    fn hints(&self) -> Vec<Command> {
        let Some(test) = self.list.selected() else {
            return vec![Command::Filter, Command::SuspendFilter, Command::Recompute, Command::Refresh];
        };
        let deed = if test.quarantined { Command::Graduate } else { Command::Quarantine };
        match self.list.panes.focus {
            Focus::List => vec![deed, Command::NextNeedy, Command::Filter, Command::PreviewThreshold],
            Focus::Detail => vec![deed, Command::NextNeedy, Command::PreviewThreshold, Command::FocusList],
        }
    }

    fn meets(&self, need: Need) -> bool {
        match need {
            Need::Row => self.list.selected().is_some(),
            Need::Marks => false,
            Need::WriteAccess => true,
        }
    }

    fn chosen(&self) -> Option<String> {
        self.list.selected().map(|test| format!("test #{}", test.id))
    }

    fn offers(&self, deed: Command) -> bool {
        let test = self.list.selected();
        match deed {
            Command::Graduate => test.is_some_and(|test| test.quarantined),
            Command::Dismiss => test.is_some_and(|test| test.suggested),
            _ => true,
        }
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.list.as_of
    }

    fn shows(&self, place: &Place) -> bool {
        matches!(place, Place::Tests { .. } | Place::Test(_))
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
