//! How the console looks and what its keys are, by flags, environment, files and terminal.

use crate::config::{AuditSettings, Pace, Session, Settings, Shape};
use crate::error::Result;
use crate::text::SafeText;
use crate::ui::app::{About, Access, Preferences};
use crate::ui::keymap::Keymap;
use crate::ui::screen::Place;
use crate::ui::terminal;
use crate::ui::theme::{Symbols, Theme};
use crate::ui::themes::{Colours, Themes};
use std::path::PathBuf;

/// What the flags, the environment and the files say about the console.
#[derive(Debug, Clone)]
pub struct Options {
    /// When colours are used.
    pub colour: Colour,
    /// The name of the theme.
    pub theme: String,
    /// Where themes come from, but for the connection's colour.
    pub themes: Themes,
    /// The keys.
    pub keymap: Keymap,
    /// How much is drawn.
    pub pace: Pace,
    /// Whether it draws or prints.
    pub shape: Shape,
    /// How the chain is sealed, and against what it is verified.
    pub audit: AuditSettings,
    /// The configuration file that was named, where one was.
    pub config_file: Option<PathBuf>,
    /// What to show first; none = where the last console ended.
    pub place: Option<Place>,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Where the terminal has some, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never: bold and dim alone.
    Never,
}

impl Options {
    /// Reads the files that `settings` name. Whatever is wrong in them is told before anything is opened.
    pub fn read(colour: Colour, settings: &Settings) -> Result<Options> {
        let variable = |name: &str| std::env::var(name).ok();
        let symbols = if terminal::locale_is_utf8(variable) { Symbols::UNICODE } else { Symbols::ASCII };
        let colours = if has_colours(colour, variable) { Colours::Some } else { Colours::None };
        let themes = Themes { folder: settings.folder.clone(), symbols, colours, accent: None };
        let theme = settings.theme.clone().unwrap_or_else(|| "dark".to_owned());
        themes.load(&theme)?;
        let keymap = Keymap::read(settings.folder.as_deref())?;
        let (pace, shape, audit) = (settings.pace, settings.shape, settings.audit.clone());
        let config_file = settings.file.clone();
        Ok(Options { colour, theme, themes, keymap, pace, shape, audit, config_file, place: None })
    }

    /// The themes and the one to begin with, for the connection of `session`.
    pub(super) fn dress(&self, session: &Session) -> Result<(Themes, Theme)> {
        let themes = Themes { accent: session.accent.clone(), ..self.themes.clone() };
        let theme = themes.load(&self.theme)?;
        if themes.colours == Colours::Some {
            // crossterm looks at NO_COLOR by itself; who asked for colours gets them.
            crossterm::style::force_color_output(true);
        }
        Ok((themes, theme))
    }

    pub(super) fn preferences(&self, themes: &Themes) -> Preferences {
        // In lines the detail is told when it is asked for.
        let pace = if self.shape == Shape::Linear { Pace::Slow } else { self.pace };
        Preferences { keymap: self.keymap.clone(), pace, themes: themes.names() }
    }
}

/// Whether colours are used, by the flag and the variables.
pub fn has_colours(colour: Colour, variable: impl Fn(&str) -> Option<String>) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            let refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
            let term = variable("TERM").unwrap_or_default();
            let colourless = term.starts_with("vt") || term.ends_with("-m") || term.ends_with("-mono");
            !refused && !colourless
        }
    }
}

pub(super) fn about(session: &Session) -> About {
    let access = if session.read_only { Access::ReadOnly } else { Access::ReadWrite };
    About { name: SafeText::new(&session.name), access }
}
