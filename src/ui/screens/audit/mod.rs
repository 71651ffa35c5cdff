//! The Audit screen: is the history whole?
//!
//! `state` knows, `update` and its neighbours decide, `view` draws, `perform` alone awaits. What is
//! absent: looking never writes, and the screen never calls a history whole by itself; that takes a
//! verification, which names what it stands on.

pub mod coverage;
pub mod ordering;
pub mod standing;
pub mod state;
pub mod wish;
pub mod work;

mod deeds;
mod loading;
mod update;
mod verifying;

mod detail_lines;
mod detail_view;
mod layout;
mod lines;
mod list_view;
mod report_lines;
mod standing_view;
mod told;
mod view;
mod work_view;

mod perform;

pub use state::Audit;
pub use wish::{Msg, Wish};

use super::super::command::{Command, Need, Pane};
use super::super::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Told, Tone, Tools};
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use state::{Focus, Layer};
use std::future::Future;

impl Screen for Audit {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Audit"
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
            Layer::None if self.filter.is_open() => Mode::Line,
            Layer::None => Mode::Browse,
            Layer::Jump(_)
            | Layer::Prove(..)
            | Layer::Export(..)
            | Layer::Order(_)
            | Layer::OtherReport(_)
            | Layer::Inspect(..) => Mode::Line,
        }
    }

    fn pane(&self) -> Pane {
        match (self.focus, &self.work) {
            (Focus::List, None) => Pane::AuditList,
            (Focus::Detail, None) => Pane::AuditDetail,
            (Focus::List, Some(_)) => Pane::AuditSample,
            (Focus::Detail, Some(_)) => Pane::AuditSampled,
            (Focus::Report, _) => Pane::AuditReport,
        }
    }

    fn hints(&self) -> Vec<Command> {
        match (self.focus, self.subject()) {
            (Focus::Report, _) => {
                vec![Command::OpenSelected, Command::NextBreak, Command::Verify, Command::Checklist]
            }
            (_, Some(_)) if self.work.is_some() => {
                vec![Command::Inspect, Command::NextNeedy, Command::Worklist, Command::Prove, Command::Back]
            }
            (_, None) => vec![Command::Filter, Command::SuspendFilter, Command::Verify, Command::Refresh],
            (Focus::List, Some(_)) => {
                vec![
                    Command::Verify,
                    Command::Filter,
                    Command::JumpToId,
                    Command::Checklist,
                    Command::OpenSubject,
                ]
            }
            (Focus::Detail, Some(_)) => {
                vec![Command::OpenSelected, Command::OpenSubject, Command::FoldAll, Command::FocusList]
            }
        }
    }

    fn meets(&self, need: Need) -> bool {
        match need {
            Need::Row => self.subject().is_some() || self.focus == Focus::Report,
            Need::Marks => false,
            Need::WriteAccess => true,
        }
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }

    fn shows(&self, place: &Place) -> bool {
        matches!(place, Place::Audit { .. } | Place::Entry(_))
    }

    fn drafts(&self) -> Vec<Draft> {
        self.all_drafts()
    }

    fn mark(&self, look: &Look<'_>) -> Option<(String, Tone)> {
        self.standing.in_tab(look)
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
