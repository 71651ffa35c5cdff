//! The console in lines: what is typed goes in, what is to be read comes out, over the same screens,
//! questions and deeds as the drawn one.

use super::overlay::Overlay;
use super::{App, Effect, Link, Moment};
use crate::ui::command::Command;
use crate::ui::input::Arrival;
use crate::ui::keymap::spelled;
use crate::ui::linear::{self, Order};
use crate::ui::screen::{Input, Look, Mode, Screen, Toast, Told};
use crate::ui::theme::{Symbols, Theme};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the next line answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: it is an order.
    Nothing,
    /// A question with yes and no, or with a count to type.
    YesOrNo(Vec<String>),
    /// A line of text.
    Text(Vec<String>),
    /// Several lines of text.
    Lines(Vec<String>),
    /// One key of several.
    Key(Vec<String>),
}

/// Characters across that a text is told in.
const WIDTH: u16 = 100;
const HEIGHT: u16 = 30;

impl<S: Screen> App<S> {
    /// Takes a line. What is to be said at once is added to `said`; the rest is told when what was
    /// asked for is there, see [`told_after`](Self::told_after).
    pub fn line(
        &mut self,
        line: &str,
        moment: Moment,
        said: &mut Vec<String>,
    ) -> (Told, Vec<Effect<S::Wish>>) {
        let mut effects = Vec::new();
        let out = &mut effects;
        let mut tell = Told::Row;
        match self.asked(moment) {
            Asked::Nothing => match linear::order(line, &self.keymap, self.screens[self.active].pane()) {
                Order::Tell(Told::Detail) => {
                    tell = Told::Detail;
                    self.run(Command::FocusDetail, moment, out);
                }
                Order::Tell(told) => tell = told,
                Order::Help(words) => {
                    said.extend(linear::help(&words, &self.keymap, self.screens[self.active].pane()));
                    tell = Told::Nothing;
                }
                Order::Jobs => {
                    said.extend(
                        self.jobs.lines().iter().map(|job| format!("{}: {}", job.title, job.standing())),
                    );
                    if said.is_empty() {
                        said.push("no jobs".to_owned());
                    }
                    tell = Told::Nothing;
                }
                Order::Run(Command::Actions, _) => {
                    said.extend(self.actions().said(&self.keymap));
                    tell = Told::Nothing;
                }
                Order::Run(Command::Import | Command::Theme | Command::GoTo, text) if text.is_empty() => {
                    said.push("what? its name and then a file, a theme, a number or a screen".to_owned());
                    tell = Told::Nothing;
                }
                Order::Run(command, text) if text.is_empty() => self.run(command, moment, out),
                Order::Run(command, text) => {
                    self.run_with(command, &text, moment, out);
                    self.close_refused(moment, said, out);
                }
                Order::Unknown(word) => {
                    said.push(format!(
                        "there is no command {}; help lists them",
                        crate::text::visible(&word)
                    ));
                    tell = Told::Nothing;
                }
            },
            Asked::YesOrNo(_) => self.answer_question(line.trim(), moment, out),
            Asked::Text(_) => match line.trim() {
                "" => self.press(KeyCode::Esc.into(), moment, out),
                text => {
                    self.press(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL), moment, out);
                    self.tell(self.active, Input::Paste(text.to_owned()), moment, out);
                    self.press(KeyCode::Enter.into(), moment, out);
                }
            },
            Asked::Lines(_) => match line {
                "." => self.press(KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL), moment, out),
                ".keep" => self.press(KeyCode::Esc.into(), moment, out),
                text => {
                    self.tell(self.active, Input::Paste(format!("{text}\n")), moment, out);
                    tell = Told::Nothing;
                }
            },
            Asked::Key(_) => {
                let mut characters = line.trim().chars();
                match (characters.next(), characters.next()) {
                    (Some(c), None) => self.press(KeyCode::Char(c).into(), moment, out),
                    (Some(_), _) if line.trim() == "enter" => self.press(KeyCode::Enter.into(), moment, out),
                    (None, _) => self.press(KeyCode::Esc.into(), moment, out),
                    _ => {}
                }
            }
        }
        self.leave_when_possible(out);
        (tell, effects)
    }

    /// A text that was typed behind a name and is wrong: that is said, and the line closed, so that the
    /// next line is an order again.
    fn close_refused(&mut self, moment: Moment, said: &mut Vec<String>, out: &mut Vec<Effect<S::Wish>>) {
        if let Asked::Text(lines) = self.asked(moment) {
            said.extend(lines);
            self.press(KeyCode::Esc.into(), moment, out);
        }
    }

    fn press(&mut self, key: KeyEvent, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        self.tell(self.active, Input::Key(key), moment, out);
    }

    /// y or yes, or the count that was asked for; everything else is no.
    fn answer_question(&mut self, answer: &str, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let is_number = !answer.is_empty() && answer.chars().all(|c| c.is_ascii_digit());
        let keys: Vec<KeyCode> = match answer.to_lowercase().as_str() {
            "y" | "yes" => vec![KeyCode::Char('y')],
            _ if is_number => {
                answer.chars().map(KeyCode::Char).chain([KeyCode::Enter, KeyCode::Esc]).collect()
            }
            _ => vec![KeyCode::Esc],
        };
        for key in keys {
            if !matches!(self.overlay, Some(Overlay::Confirm(..))) {
                return;
            }
            self.overlay_key(key.into(), Arrival::Alone, moment, out);
        }
        // A y where a count is wanted is no answer.
        if matches!(self.overlay, Some(Overlay::Confirm(..))) {
            self.overlay_key(KeyCode::Esc.into(), Arrival::Alone, moment, out);
        }
    }

    /// What the next line answers.
    pub fn asked(&self, moment: Moment) -> Asked {
        if let Some(Overlay::Confirm(confirm, _)) = &self.overlay {
            return Asked::YesOrNo(confirm.said());
        }
        let screen = &self.screens[self.active];
        let lines = || self.told(Told::Asked, moment);
        match screen.mode() {
            Mode::Browse => Asked::Nothing,
            Mode::Editor => Asked::Lines(vec![
                "lines of text; a line with a single . saves them, .keep closes and keeps them as a draft"
                    .to_owned(),
            ]),
            // Where no text cursor stands, keys are chosen and not typed.
            Mode::Line if self.has_text_cursor(moment) => {
                // What it says of its keys holds for what is drawn.
                let mut lines = lines();
                lines.retain(|line| !line.starts_with("Enter "));
                lines.push("a line of text; an empty one closes".to_owned());
                Asked::Text(lines)
            }
            Mode::Line => Asked::Key(lines()),
        }
    }

    fn has_text_cursor(&self, moment: Moment) -> bool {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let theme = Theme::mono(Symbols::ASCII);
        let look = Look { theme: &theme, clock: self.clock, now: moment.now };
        self.screens[self.active].view(buffer.area, &mut buffer, &look).is_some()
    }

    /// What the screen says of a part of it.
    pub fn told(&self, part: Told, moment: Moment) -> Vec<String> {
        let theme = Theme::mono(Symbols::ASCII);
        let look = Look { theme: &theme, clock: self.clock, now: moment.now };
        self.screens[self.active].told(part, &look)
    }

    /// What is told once nothing is under way any more, and the focus back where rows are.
    pub fn told_after(&mut self, part: Told, moment: Moment) -> (Vec<String>, Vec<Effect<S::Wish>>) {
        let told = self.told(part, moment);
        let mut effects = Vec::new();
        if part == Told::Detail {
            self.run(Command::FocusList, moment, &mut effects);
        }
        (told, effects)
    }

    /// What was last said, once.
    pub fn take_said(&mut self) -> Option<Toast> {
        self.toast.take().map(|(toast, _)| toast)
    }

    /// Whether an answer is awaited that a person would wait for too.
    pub fn is_busy(&self) -> bool {
        self.tickets.is_any_open()
    }

    /// Whether the connection holds.
    pub fn is_connected(&self) -> bool {
        self.link == Link::Up
    }

    /// What stands at the beginning: where one is, and how to go on.
    pub fn greeting(&self) -> String {
        let access = match self.about.access {
            super::Access::ReadWrite => "",
            super::Access::ReadOnly => ", which only reads",
        };
        let help = self.keymap.keys_of(Command::Help).next().unwrap_or_else(|| spelled(&[]));
        let title = self.screens[self.active].title();
        let or = if help.is_empty() { String::new() } else { format!(" or {help}") };
        format!(
            "attestor on {}{access}. {title}. help{or} says what can be typed.",
            self.about.name.one_line()
        )
    }
}
