//! What lies over the screen for a while: help, palette, a question, the jobs.

use super::{App, Effect, JobId, Moment};
use crate::config::permalink::SCHEME;
use crate::ui::input::Arrival;
use crate::ui::screen::{Question, Screen, Tone};
use crate::ui::widgets::actions::{self, Actions};
use crate::ui::widgets::confirm::{self, Confirm};
use crate::ui::widgets::help::{self, Help};
use crate::ui::widgets::palette::{self, Known, Palette};
use crossterm::event::{KeyCode, KeyEvent};

/// What lies over the screen.
#[derive(Debug)]
pub(super) enum Overlay<W> {
    Help(Help),
    Palette(Palette),
    Actions(Actions),
    Confirm(Confirm, Deed<W>),
    /// The jobs, and which one is chosen.
    Jobs(usize),
}

/// What is done on a yes.
#[derive(Debug)]
pub(super) enum Deed<W> {
    Wish(usize, W),
    Quit,
}

impl<W> Overlay<W> {
    pub(super) fn help() -> Self {
        Overlay::Help(Help::default())
    }

    pub(super) fn palette(text: &str, known: Known) -> Self {
        Overlay::Palette(Palette::new(text, known))
    }

    pub(super) fn jobs() -> Self {
        Overlay::Jobs(0)
    }

    pub(super) fn confirm_wish(question: Question, screen: usize, wish: W) -> Self {
        Overlay::Confirm(Confirm::new(question), Deed::Wish(screen, wish))
    }

    pub(super) fn confirm_quit(question: Question) -> Self {
        Overlay::Confirm(Confirm::new(question), Deed::Quit)
    }
}

impl<S: Screen> App<S> {
    pub(super) fn overlay_paste(&mut self, text: &str, out: &mut Vec<Effect<S::Wish>>) {
        match &mut self.overlay {
            Some(Overlay::Help(help)) => help.paste(text),
            Some(Overlay::Palette(palette)) => {
                out.extend(wanted(&palette.paste(text)));
            }
            // A paste answers no question.
            Some(Overlay::Confirm(..) | Overlay::Jobs(_) | Overlay::Actions(_)) | None => {}
        }
    }

    pub(super) fn overlay_key(
        &mut self,
        key: KeyEvent,
        arrival: Arrival,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        // Taken out, and put back by whatever goes on.
        let Some(overlay) = self.overlay.take() else { return };
        let runs = arrival == Arrival::Alone || !super::keys::is_line_end(key);
        match overlay {
            Overlay::Help(help) if runs => self.help_key(help, key, moment, out),
            Overlay::Palette(palette) if runs => self.palette_key(palette, key, moment, out),
            Overlay::Confirm(mut confirm, deed) => match (confirm.key(key, arrival), deed) {
                (confirm::Answer::Open, deed) => self.overlay = Some(Overlay::Confirm(confirm, deed)),
                (confirm::Answer::No, _) => self.say(Tone::Plain, "not done", moment),
                (confirm::Answer::Yes, Deed::Wish(screen, wish)) => self.perform(screen, wish, out),
                (confirm::Answer::Yes, Deed::Quit) => self.quit_confirmed(),
            },
            Overlay::Actions(actions) if runs => self.actions_key(actions, key, moment, out),
            Overlay::Jobs(chosen) => self.jobs_key(chosen, key, out),
            held => self.overlay = Some(held),
        }
    }

    fn help_key(&mut self, mut help: Help, key: KeyEvent, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        match help.key(key, &self.keymap, self.screens[self.active].pane()) {
            help::Answer::Open => self.overlay = Some(Overlay::Help(help)),
            help::Answer::Closed => {}
            help::Answer::Run(command) => self.run(command, moment, out),
        }
    }

    fn actions_key(
        &mut self,
        mut actions: Actions,
        key: KeyEvent,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        match actions.key(key, &self.keymap, self.screens[self.active].pane()) {
            actions::Answer::Open => self.overlay = Some(Overlay::Actions(actions)),
            actions::Answer::Closed => {}
            actions::Answer::Run(command) => self.run(command, moment, out),
        }
    }

    fn palette_key(
        &mut self,
        mut palette: Palette,
        key: KeyEvent,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        match palette.key(key, self.screens[self.active].pane()) {
            palette::Answer::Open => self.overlay = Some(Overlay::Palette(palette)),
            answer @ (palette::Answer::WantsPaths(_) | palette::Answer::WantsViews) => {
                self.overlay = Some(Overlay::Palette(palette));
                out.extend(wanted(&answer));
            }
            palette::Answer::Closed => {}
            palette::Answer::Run(command) => {
                self.known.remember(command.row().name);
                self.run(command, moment, out);
            }
            palette::Answer::RunWith(command, text) => {
                self.known.remember(&format!("{} {text}", command.row().name));
                self.run_with(command, &text, moment, out);
            }
            palette::Answer::Unknown(link) if link.starts_with(SCHEME) => self.follow(&link, moment, out),
            palette::Answer::Unknown(name) => {
                self.say(Tone::Bad, &format!("there is no command {name}; ? lists them"), moment);
                self.overlay = Some(Overlay::Palette(palette));
            }
        }
    }

    fn jobs_key(&mut self, chosen: usize, key: KeyEvent, out: &mut Vec<Effect<S::Wish>>) {
        let last = self.jobs.lines().len().saturating_sub(1);
        let chosen = match key.code {
            KeyCode::Esc | KeyCode::Char('q' | 'J') => return,
            KeyCode::Up | KeyCode::Char('k') => chosen.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => (chosen + 1).min(last),
            KeyCode::Char('x') => {
                let id: Option<JobId> = self.jobs.lines().iter().rev().nth(chosen).map(|line| line.id);
                if let Some(id) = id {
                    self.cancel_job(id, out);
                }
                chosen
            }
            _ => chosen,
        };
        self.overlay = Some(Overlay::Jobs(chosen));
    }
}

/// The names that a palette wants for completion.
fn wanted<W>(answer: &palette::Answer) -> Option<Effect<W>> {
    match answer {
        palette::Answer::WantsPaths(path) => Some(Effect::CompletePath(path.clone())),
        palette::Answer::WantsViews => Some(Effect::CompleteView),
        _ => None,
    }
}
