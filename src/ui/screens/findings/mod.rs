//! The Findings screen: is this real?
//!
//! `state` knows, `update` and its neighbours decide, `view` draws, `perform` alone awaits. What is
//! absent: the screen never writes by itself, never sorts or filters the rows that it holds (the
//! database does), and never holds more than a window of them.

pub mod arrange;
pub mod attending;
pub mod choice;
pub mod drafts;
pub mod groups;
pub mod list;
pub mod marks;
pub mod own;
pub mod people;
pub mod reading;
pub mod state;
pub mod wish;

mod copy;
mod deeds;
mod grouping;
mod layers;
mod loading;
mod moves;
mod outcomes;
mod outside;
mod sort;
mod states;
mod take_back;
mod update;

mod attend_view;
mod columns_view;
mod detail_code;
mod detail_parts;
mod detail_states;
mod detail_threat;
mod detail_view;
mod groups_view;
pub(super) mod layout;
pub(super) mod list_view;
mod own_view;
mod panels;
mod people_told;
mod people_view;
mod told;
mod told_groups;
mod view;

mod perform;

pub use state::Findings;
pub use wish::{Msg, Wish};

use super::super::command::{Command, Need, Pane};
use super::super::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Told, Tools};
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use state::{Focus, Layer};
use std::future::Future;

impl Screen for Findings {
    type Msg = Msg;
    type Wish = Wish;

    fn title(&self) -> &'static str {
        "Findings"
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
            Layer::Comment(_) => Mode::Editor,
            Layer::None if self.filter.is_open() => Mode::Line,
            Layer::None => Mode::Browse,
            Layer::Reason(_)
            | Layer::Attend(_)
            | Layer::Jump(_)
            | Layer::Arrange(_)
            | Layer::Conflict(_)
            | Layer::Held(_)
            | Layer::Unsure => Mode::Line,
        }
    }

    fn pane(&self) -> Pane {
        match self.focus {
            _ if self.people.is_open() => Pane::People,
            Focus::List => Pane::FindingsList,
            Focus::Detail => Pane::FindingsDetail,
            Focus::Own => Pane::Feedback,
            Focus::Groups => Pane::FindingsGroups,
        }
    }

    fn hints(&self) -> Vec<Command> {
        if self.people.is_open() {
            return vec![Command::NextSample, Command::NextScope, Command::NextPane, Command::GoFindings];
        }
        match (self.focus, self.subject()) {
            (Focus::Own, Some(_)) => {
                vec![Command::OpenSelected, Command::TakeBack, Command::Comment, Command::GoFindings]
            }
            (Focus::Groups, _) if self.groups.rows().is_empty() => {
                vec![Command::Filter, Command::Ungroup, Command::Refresh]
            }
            (Focus::Groups, _) => vec![
                Command::OpenSelected,
                Command::MarkTruePositive,
                Command::MarkFalsePositive,
                Command::Actions,
                Command::Ungroup,
                Command::NextNeedy,
            ],
            (Focus::Own, None) => vec![Command::GoFindings, Command::Refresh],
            (_, None) => vec![Command::Filter, Command::SuspendFilter, Command::Refresh, Command::GoFeedback],
            (focus, Some(finding)) => {
                let mut hints = vec![Command::MarkTruePositive, Command::MarkFalsePositive, Command::Comment];
                if finding.triage_decision.is_some() {
                    hints.insert(2, Command::TakeBack);
                }
                match focus {
                    Focus::Detail => {
                        hints.extend([Command::Actions, Command::Zoom, Command::NextNeedy, Command::Search])
                    }
                    _ => hints.extend([Command::Mark, Command::Actions, Command::Filter, Command::NextNeedy]),
                }
                hints
            }
        }
    }

    fn meets(&self, need: Need) -> bool {
        match need {
            Need::Row => match self.focus {
                Focus::Own => !self.own.is_empty(),
                Focus::Groups => !self.groups.rows().is_empty(),
                Focus::List | Focus::Detail => self.subject().is_some(),
            },
            Need::Marks => !self.marks.is_empty(),
            Need::WriteAccess => true,
        }
    }

    fn chosen(&self) -> Option<String> {
        self.chosen_in_words()
    }

    fn offers(&self, deed: Command) -> bool {
        self.makes_sense(deed)
    }

    fn marks(&self) -> usize {
        // Marks are of rows; a deed on a group has nothing to do with them.
        if self.groups.are_shown() { 0 } else { self.marks.len() }
    }

    fn as_of(&self) -> Option<DateTime<Utc>> {
        if self.groups.are_shown() { self.groups.as_of } else { self.as_of }
    }

    fn shows(&self, place: &Place) -> bool {
        matches!(place, Place::Findings { .. } | Place::Finding(_))
    }

    fn drafts(&self) -> Vec<Draft> {
        self.drafts.saved()
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
