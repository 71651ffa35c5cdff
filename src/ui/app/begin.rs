//! What the console begins with: keys, themes, what was chosen before, and the place in front.

use super::{App, Preferences};
use crate::ui::screen::{Input, Place, Screen};
use chrono::DateTime;
use std::collections::BTreeMap;

impl<S: Screen> App<S> {
    /// The same with other keys, another pace, and more themes to choose from.
    #[must_use]
    pub fn preferring(mut self, preferences: Preferences) -> Self {
        self.keymap = preferences.keymap;
        self.pace = preferences.pace;
        self.known.themes = preferences.themes;
        self.known.places = self.screens.iter().map(|screen| screen.title().to_lowercase()).collect();
        self
    }

    /// The same with the screen of this title in front, where there is one.
    #[must_use]
    pub fn opened_on(mut self, title: &str) -> Self {
        self.active = self.screens.iter().position(|screen| screen.title() == title).unwrap_or(0);
        self
    }

    /// The same with what was chosen in earlier consoles.
    #[must_use]
    pub fn remembering(mut self, kept: BTreeMap<String, String>) -> Self {
        for screen in &mut self.screens {
            // Before anything is open there is nothing to ask for.
            screen.input(Input::Kept(kept.clone()), DateTime::UNIX_EPOCH);
        }
        self
    }

    /// The same with this place in front, whatever was left there.
    #[must_use]
    pub fn opened_at(mut self, place: Option<Place>) -> Self {
        if let Some(place) = place
            && let Some(screen) = self.screens.iter().position(|screen| screen.shows(&place))
        {
            (self.active, self.first) = (screen, Some(place));
        }
        self
    }
}
