//! What the console itself does on a command; the rest goes to the screen.

use super::intake::Intake;
use super::overlay::Overlay;
use super::{Access, App, Effect, JobDeed, Leaving, Moment};
use crate::config::permalink::SCHEME;
use crate::error::Result;
use crate::text::visible;
use crate::ui::command::{Command, Need, Pane};
use crate::ui::screen::{Ask, Clock, Input, Mode, Place, Question, Screen, Tone};
use crate::ui::theme::Theme;
use crate::ui::widgets::actions::{self, Actions};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl<S: Screen> App<S> {
    /// Runs a command, by whatever way it was asked for.
    pub(super) fn run(&mut self, command: Command, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        if let Some(why) = self.why_not(command) {
            return self.say(Tone::Plain, why, moment);
        }
        match command {
            Command::GoOverview => self.go(command, &Place::Overview, moment, out),
            Command::GoFindings | Command::GoFeedback => {
                self.go(command, &Place::Findings { filter: String::new() }, moment, out);
            }
            Command::GoAudit => self.go(command, &Place::Audit { filter: String::new() }, moment, out),
            Command::GoTests => self.go(command, &Place::Tests { filter: String::new() }, moment, out),
            Command::GoDrift => self.go(command, &Place::Drift { filter: String::new() }, moment, out),
            Command::GoRuns => self.go(command, &Place::Runs { filter: String::new() }, moment, out),
            Command::View => self.go(command, &Place::Findings { filter: String::new() }, moment, out),
            Command::Redraw => out.push(Effect::Redraw),
            Command::ToggleClock => {
                self.clock = match self.clock {
                    Clock::Local => Clock::Utc,
                    Clock::Utc => Clock::Local,
                };
                let what = if self.clock == Clock::Utc { "times in UTC" } else { "times in local time" };
                self.say(Tone::Plain, what, moment);
            }
            Command::Palette => self.open_palette(""),
            Command::Import | Command::Theme | Command::GoTo => {
                self.open_palette(&format!("{} ", command.row().name));
            }
            Command::Actions => self.overlay = Some(Overlay::Actions(self.actions())),
            Command::Jobs => self.overlay = Some(Overlay::jobs()),
            Command::CancelJobs => self.cancel_jobs(moment, out),
            Command::Help => self.overlay = Some(Overlay::help()),
            Command::Cancel => self.interrupt(moment, out),
            Command::Suspend => self.leaving = Some(Leaving::Suspend),
            Command::Quit => self.back_or_quit(moment, out),
            other => self.tell(self.active, Input::Command(other), moment, out),
        }
    }

    /// The deeds that hold for what is chosen.
    pub(super) fn actions(&self) -> Actions {
        let screen = &self.screens[self.active];
        let holds = |command: &Command| self.why_not(*command).is_none() && screen.offers(*command);
        let deeds = actions::deeds(screen.pane()).filter(holds).collect();
        Actions::new(screen.chosen().unwrap_or_default(), deeds)
    }

    fn open_palette(&mut self, text: &str) {
        self.overlay = Some(Overlay::palette(text, self.known.clone()));
    }

    /// Runs a command with what was typed behind its name.
    pub(super) fn run_with(
        &mut self,
        command: Command,
        text: &str,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        match command {
            Command::GoTo => self.go_to(text, moment, out),
            // `/` searches in the detail; by its name, the filter is edited from there too.
            Command::Filter if self.screens[self.active].pane() == Pane::FindingsDetail => {
                self.run(Command::FocusList, moment, out);
                self.run_and_type(command, text, moment, out);
            }
            Command::Theme => out.push(Effect::LoadTheme(text.to_owned())),
            Command::Import => match self.why_not(command) {
                Some(why) => self.say(Tone::Plain, why, moment),
                None => match Intake::read(text) {
                    Ok(intake) => self.start_job(JobDeed::Import(Box::new(intake)), moment, out),
                    Err(why) => self.say(Tone::Bad, &why, moment),
                },
            },
            _ => self.run_and_type(command, text, moment, out),
        }
    }

    fn go_to(&mut self, text: &str, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let is_title = |screen: &S| screen.title().eq_ignore_ascii_case(text);
        match self.screens.iter().position(is_title) {
            Some(screen) => self.show(screen, None, moment, out),
            None if text.starts_with(SCHEME) => self.follow(text, moment, out),
            None if text.trim_start_matches('#').parse::<u64>().is_ok() => {
                self.run_and_type(Command::JumpToId, text.trim_start_matches('#'), moment, out);
            }
            None => {
                let places = self.screens.iter().map(|screen| screen.title().to_lowercase());
                let places = places.collect::<Vec<_>>().join(", ");
                let what = format!("{} is neither a number nor a screen ({places})", visible(text));
                self.say(Tone::Bad, &what, moment);
            }
        }
    }

    /// Runs a command that opens a line, and types `text` into it in place of what stands there.
    fn run_and_type(&mut self, command: Command, text: &str, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        if let Some(why) = self.why_not(command) {
            return self.say(Tone::Plain, why, moment);
        }
        self.run(command, moment, out);
        if self.overlay.is_some() {
            return;
        }
        match self.screens[self.active].mode() {
            Mode::Line => {
                let emptied = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
                self.tell(self.active, Input::Key(emptied), moment, out);
                self.tell(self.active, Input::Paste(text.to_owned()), moment, out);
                self.tell(self.active, Input::Key(KeyCode::Enter.into()), moment, out);
            }
            // A text of several lines is saved by whoever has seen it.
            Mode::Editor => self.tell(self.active, Input::Paste(text.to_owned()), moment, out),
            Mode::Browse => {
                let what = format!("{} takes nothing behind its name", command.row().name);
                self.say(Tone::Plain, &what, moment);
            }
        }
    }

    pub(super) fn themed(&mut self, name: &str, theme: Result<Box<Theme>>, moment: Moment) {
        match theme {
            Ok(theme) => {
                self.theme = *theme;
                let what = format!("theme {name}; --theme or config.toml keeps it");
                self.say(Tone::Good, &what, moment);
            }
            Err(error) => {
                let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
                self.say(Tone::Bad, &visible(&format!("{error}{hint}")), moment);
            }
        }
    }

    /// To the screen that shows such a place; on that screen, the command is its own affair.
    fn go(&mut self, command: Command, place: &Place, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let Some(screen) = self.screens.iter().position(|screen| screen.shows(place)) else { return };
        let is_there = screen == self.active;
        self.show(screen, None, moment, out);
        // A pane of a screen is gone to from everywhere.
        if is_there || matches!(command, Command::GoFeedback | Command::View) {
            self.tell(screen, Input::Command(command), moment, out);
        }
    }

    /// Why a command cannot be run now; none if it can.
    pub(super) fn why_not(&self, command: Command) -> Option<&'static str> {
        let screen = &self.screens[self.active];
        let row = command.row();
        if !row.holds_in(screen.pane()) {
            return Some("that holds in another pane");
        }
        row.needs.iter().find_map(|need| match need {
            Need::WriteAccess if self.about.access == Access::ReadOnly => Some("this connection only reads"),
            Need::Row if !screen.meets(Need::Row) => Some("there is no row under the cursor"),
            Need::Marks if !screen.meets(Need::Marks) => Some("no row is marked"),
            _ => None,
        })
    }

    /// q: one layer back; on the last one, quits.
    fn back_or_quit(&mut self, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let mut asks = self.screens[self.active].input(Input::Command(Command::Back), moment.now);
        let was_last = asks.iter().any(|ask| matches!(ask, Ask::Back)) && self.back.is_empty();
        if was_last {
            asks.retain(|ask| !matches!(ask, Ask::Back));
        }
        self.obey(self.active, asks, moment, out);
        if was_last {
            self.quit();
        }
    }

    fn quit(&mut self) {
        let running = self.jobs.running().count();
        if running == 0 {
            self.leaving = Some(Leaving::Quit(0));
            return;
        }
        let what = match running {
            1 => "A job is running. Quitting cancels it; nothing of it is kept.".to_owned(),
            _ => format!("{running} jobs are running. Quitting cancels them; nothing of them is kept."),
        };
        self.overlay = Some(Overlay::confirm_quit(Question { what, yes: "quit".into(), typed_count: None }));
    }

    pub(super) fn quit_confirmed(&mut self) {
        self.leaving = Some(Leaving::Quit(0));
    }
}
