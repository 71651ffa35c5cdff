//! How the console looks, by flags, environment and terminal.

use crate::config::Session;
use crate::error::Result;
use crate::text::SafeText;
use crate::ui::app::{About, Access};
use crate::ui::screen::Clock;
use crate::ui::terminal;
use crate::ui::theme::{Symbols, Theme};

/// What the flags say about the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// When colours are used.
    pub colour: Colour,
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

pub(super) fn look(session: &Session, options: &Options) -> Result<(Theme, Clock)> {
    let variable = |name: &str| std::env::var(name).ok();
    let symbols = if terminal::locale_is_utf8(variable) { Symbols::UNICODE } else { Symbols::ASCII };
    let name = session.theme.as_deref().unwrap_or("dark");
    let theme = Theme::named(name, symbols)?;
    if !has_colours(options.colour, variable) {
        return Ok((Theme::mono(symbols), Clock::Local));
    }
    // crossterm looks at NO_COLOR by itself; who asked for colours gets them.
    crossterm::style::force_color_output(true);
    let theme = match &session.accent {
        Some(accent) if name != "mono" => theme.with_accent(accent)?,
        _ => theme,
    };
    Ok((theme, Clock::Local))
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
