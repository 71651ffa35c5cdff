//! Where keys and pastes go: to the overlay, to the text being typed, or through the keymap.

use super::{App, Effect, Moment};
use crate::ui::command::Command;
use crate::ui::input::{Arrival, Arrived};
use crate::ui::keymap::{Chord, Meaning, spelled};
use crate::ui::screen::{Input, Mode, Screen, Tone};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl<S: Screen> App<S> {
    pub(super) fn arrived(&mut self, arrived: Arrived, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        match arrived {
            Arrived::Key(key, arrival) => self.key(key, arrival, moment, out),
            Arrived::Paste(text) => self.paste(text, moment, out),
        }
    }

    fn paste(&mut self, text: String, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        self.pending.clear();
        self.hints_at = None;
        match self.overlay.is_some() {
            true => self.overlay_paste(&text, out),
            false => self.tell(self.active, Input::Paste(text), moment, out),
        }
    }

    fn key(&mut self, key: KeyEvent, arrival: Arrival, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let chord = Chord::of(key);
        // These hold wherever keys go otherwise.
        match self.keymap.meaning(&[chord], self.screens[self.active].pane()) {
            // Bound to a letter, they are text where text is typed.
            _ if chord.is_text() => {}
            Meaning::Command(Command::Cancel) => return self.interrupt(moment, out),
            Meaning::Command(command @ (Command::Suspend | Command::Redraw)) => {
                return self.run(command, moment, out);
            }
            Meaning::Command(Command::Edit) if self.is_typing() => {
                return self.run(Command::Edit, moment, out);
            }
            _ => {}
        }
        if self.overlay.is_some() {
            return self.overlay_key(key, arrival, moment, out);
        }
        match self.screens[self.active].mode() {
            Mode::Browse => self.browse(chord, moment, out),
            Mode::Line | Mode::Editor if arrival == Arrival::InBurst && is_line_end(key) => {
                // What confirms when typed is text when it comes in a burst.
                self.tell(self.active, Input::Paste("\n".into()), moment, out);
            }
            Mode::Line | Mode::Editor => self.tell(self.active, Input::Key(key), moment, out),
        }
    }

    /// Whether keys are text of the screen in front.
    fn is_typing(&self) -> bool {
        self.overlay.is_none() && self.screens[self.active].mode() != Mode::Browse
    }

    fn browse(&mut self, chord: Chord, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let pane = self.screens[self.active].pane();
        self.pending.push(chord);
        self.hints_at = None;
        match self.keymap.meaning(&self.pending, pane) {
            Meaning::Prefix => self.hints_at = Some(moment.at + super::PAUSE),
            Meaning::Command(command) => {
                self.pending.clear();
                self.run(command, moment, out);
            }
            Meaning::Nothing => {
                let keys = std::mem::take(&mut self.pending);
                // Esc takes a prefix back without a word.
                if keys.len() > 1 && chord != Chord::of(KeyCode::Esc.into()) {
                    self.say(
                        Tone::Plain,
                        &format!("{} means nothing here; ? shows what does", spelled(&keys)),
                        moment,
                    );
                }
            }
        }
    }
}

/// Enter, and Ctrl-j as which a pasted line feed arrives; Ctrl-d, which saves, is no text.
pub(super) fn is_line_end(key: KeyEvent) -> bool {
    key.code == KeyCode::Enter || (key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL)
}
