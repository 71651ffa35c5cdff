//! Where themes come from: the program, and the `themes` folder of the configuration.

use super::theme::{Symbols, Theme};
use crate::config::files::{read_if_there, shown};
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::path::PathBuf;

/// Files of the folder that are looked at, and named.
const FILES_MAX: usize = 1000;
const NAMED_MAX: usize = 100;

/// The themes, as this terminal and this connection want them.
#[derive(Debug, Clone)]
pub struct Themes {
    /// The folder of the configuration, which may hold `themes/`.
    pub folder: Option<PathBuf>,
    /// What the locale can show.
    pub symbols: Symbols,
    /// Whether there are colours.
    pub colours: Colours,
    /// The colour of the connection.
    pub accent: Option<String>,
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Some.
    Some,
    /// None: bold, dim and underline alone.
    None,
}

impl Themes {
    /// The theme of a name. Without colours every one is mono; one that is wrong is told even so.
    pub fn load(&self, name: &str) -> Result<Theme> {
        let mut theme = self.find(name)?;
        if self.colours == Colours::None {
            theme = Theme::mono(self.symbols);
        }
        if let Some(accent) = &self.accent {
            theme = theme.with_accent(accent)?;
        }
        let colourless = self.colours == Colours::None || name == "mono";
        Ok(if colourless { theme.without_colours() } else { theme })
    }

    /// The names of all of them: those of the program, then one's own.
    pub fn names(&self) -> Vec<String> {
        let mut own: Vec<String> = self.own_names();
        own.sort();
        own.truncate(NAMED_MAX);
        Theme::NAMES.iter().map(|name| (*name).to_owned()).chain(own).collect()
    }

    fn find(&self, name: &str) -> Result<Theme> {
        if let Some(theme) = Theme::named(name, self.symbols) {
            return Ok(theme);
        }
        if !is_name(name) {
            let what = format!("{} is not the name of a theme", visible(name));
            return Err(Error::new(Kind::Configuration, what).hint("letters, digits, - and _ make a name"));
        }
        let path = self.folder.as_ref().map(|folder| folder.join("themes").join(format!("{name}.toml")));
        let read = path.as_deref().map_or(Ok(None), read_if_there)?;
        match (read, path) {
            (Some(text), Some(path)) => Theme::parse(&text, &shown(&path), self.symbols),
            (_, path) => {
                let place = path.map(|path| format!("; {} would be your own", shown(&path)));
                let hint = format!("there are {}{}", self.names().join(", "), place.unwrap_or_default());
                Err(Error::new(Kind::Configuration, format!("there is no theme {name}")).hint(hint))
            }
        }
    }

    fn own_names(&self) -> Vec<String> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let Ok(entries) = std::fs::read_dir(folder.join("themes")) else { return Vec::new() };
        let names = entries.take(FILES_MAX).flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".toml")?;
            (is_name(name) && !Theme::NAMES.contains(&name)).then(|| name.to_owned())
        });
        names.collect()
    }
}

/// A name that leads nowhere but into the folder.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 64 && name.chars().all(plain)
}
