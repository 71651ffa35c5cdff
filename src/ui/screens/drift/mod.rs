//! The Drift screen: where does reality differ, and since when?
//!
//! `state` knows, `update` and its neighbours decide, `view` draws, `perform` alone awaits. Rows never move
//! under the cursor: what others change is marked where it stands, and R puts the list in order again.

pub mod state;
pub mod wish;

mod deciding;
mod fresh;
mod loading;
mod reviewing;
mod update;

mod detail_lines;
mod detail_view;
mod list_view;
mod review_lines;
mod told;
mod view;

mod perform;

pub use state::Drift;
pub use wish::{Msg, Wish};

use super::super::command::{Command, Need, Pane};
use super::super::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Told, Tools};
use crate::ui::list_detail::layout::Focus;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use state::Layer;
use std::future::Future;

impl Screen for Drift {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Drift"
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
            Layer::Decide(_) => Mode::Line,
        }
    }

    fn pane(&self) -> Pane {
        match (self.list.panes.focus, &self.review) {
            (Focus::Detail, Some(_)) => Pane::DriftPlan,
            (Focus::Detail, None) => Pane::DriftDetail,
            (Focus::List, _) => Pane::DriftList,
        }
    }

    fn hints(&self) -> Vec<Command> {
        match (self.pane(), self.list.selected()) {
            (Pane::DriftPlan, _) => vec![Command::ApplyPlan, Command::Back, Command::CopyCommand],
            (_, None) => vec![Command::Filter, Command::SuspendFilter, Command::Refresh],
            (Pane::DriftDetail, Some(_)) => vec![
                Command::AcceptDrift,
                Command::IgnoreDrift,
                Command::Plan,
                Command::NextNeedy,
                Command::FoldAll,
                Command::Reconcile,
            ],
            (_, Some(_)) => vec![
                Command::Plan,
                Command::AcceptDrift,
                Command::IgnoreDrift,
                Command::Snooze,
                Command::Reconcile,
                Command::Filter,
            ],
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
        match (self.list.panes.focus, self.field()) {
            (Focus::Detail, Some(field)) => {
                Some(crate::text::visible(&field.field.path.to_string()).into_owned())
            }
            _ => self.list.selected().map(|row| row.repo.one_line().into_owned()),
        }
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.list.as_of
    }

    fn shows(&self, place: &Place) -> bool {
        matches!(place, Place::Drift { .. } | Place::Repository(_))
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
