//! How things look: styles by meaning and symbols by locale. Nothing is told by colour alone.

use crate::error::{Error, Kind, Result};
use crate::text::visible;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::str::FromStr;

/// Styles by what they mean. The terminal's own background stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What stands back: labels, rules, what is already decided.
    pub dim: Style,
    /// What stands out: the selected row, names.
    pub strong: Style,
    /// The one accent: the active tab, keys in the footer, the connection.
    pub accent: Style,
    /// The row under the cursor.
    pub selected: Style,
    /// Good news.
    pub good: Style,
    /// What wants attention.
    pub warn: Style,
    /// What is wrong; errors, critical.
    pub bad: Style,
    /// Added lines of a diff.
    pub added: Style,
    /// Removed lines of a diff.
    pub removed: Style,
    /// The words within a changed line that changed.
    pub changed: Style,
    /// Symbols that the locale can show.
    pub symbols: Symbols,
}

impl Theme {
    /// The theme of a name: `dark` or `mono`.
    pub fn named(name: &str, symbols: Symbols) -> Result<Theme> {
        match name {
            "dark" => Theme::parse(DARK, symbols),
            "mono" => Ok(Theme::mono(symbols)),
            _ => Err(Error::new(Kind::Configuration, format!("there is no theme {}", visible(name)))
                .hint("the themes are dark and mono")),
        }
    }

    /// Bold, dim and underline alone.
    pub fn mono(symbols: Symbols) -> Self {
        Theme::parse(MONO, symbols).expect("themes/mono.toml is part of the program, and a test reads it")
    }

    /// Reads a theme's file.
    pub fn parse(file: &str, symbols: Symbols) -> Result<Theme> {
        let styles: Styles = toml::from_str(file)
            .map_err(|e| Error::new(Kind::Configuration, format!("the theme: {}", visible(e.message()))))?;
        Ok(Theme {
            text: style("text", &styles.text)?,
            dim: style("dim", &styles.dim)?,
            strong: style("strong", &styles.strong)?,
            accent: style("accent", &styles.accent)?,
            selected: style("selected", &styles.selected)?,
            good: style("good", &styles.good)?,
            warn: style("warn", &styles.warn)?,
            bad: style("bad", &styles.bad)?,
            added: style("added", &styles.added)?,
            removed: style("removed", &styles.removed)?,
            changed: style("changed", &styles.changed)?,
            symbols,
        })
    }

    /// The same with another accent: the colour of a connection, so that production looks like it.
    pub fn with_accent(mut self, colour: &str) -> Result<Theme> {
        self.accent = style("accent", colour)?;
        Ok(self)
    }
}

const DARK: &str = include_str!("../../themes/dark.toml");
const MONO: &str = include_str!("../../themes/mono.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Styles {
    text: String,
    dim: String,
    strong: String,
    accent: String,
    selected: String,
    good: String,
    warn: String,
    bad: String,
    added: String,
    removed: String,
    changed: String,
}

/// `words` as a style: a colour, and how the letters look.
fn style(name: &str, words: &str) -> Result<Style> {
    let mut style = Style::new();
    for word in words.split_whitespace() {
        style = match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "italic" => style.add_modifier(Modifier::ITALIC),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            colour => style.fg(Color::from_str(colour).map_err(|_| {
                Error::new(
                    Kind::Configuration,
                    format!("the theme's {name} has an unknown word {}", visible(colour)),
                )
                .hint("a colour's name, a number to 255, #rrggbb, bold, dim, italic, underlined, reversed")
            })?),
        };
    }
    Ok(style)
}

/// The symbols of the screens, each one column wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// Stands before the selected row.
    pub cursor: &'static str,
    /// Stands before a marked row.
    pub mark: &'static str,
    /// Critical and high.
    pub up: &'static str,
    /// Medium.
    pub square: &'static str,
    /// Low and info; also separates words.
    pub dot: &'static str,
    /// Holds, passed.
    pub check: &'static str,
    /// Broken, failed.
    pub cross: &'static str,
    /// Goes on; under way.
    pub ellipsis: &'static str,
    /// A horizontal rule.
    pub rule: &'static str,
    /// A vertical rule.
    pub bar: &'static str,
    /// Unknown or none.
    pub none: &'static str,
    /// Sorted downwards.
    pub down: &'static str,
    /// Leads from something to something.
    pub arrow: &'static str,
    /// Multiplied by.
    pub times: &'static str,
    /// Bars from low to high.
    pub bars: [&'static str; 8],
}

impl Symbols {
    /// For locales in UTF-8.
    pub const UNICODE: Symbols = Symbols {
        cursor: ">",
        mark: "●",
        up: "▲",
        square: "■",
        dot: "·",
        check: "✓",
        cross: "✗",
        ellipsis: "…",
        rule: "─",
        bar: "│",
        none: "–",
        down: "↓",
        arrow: "→",
        times: "×",
        bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    };
    /// For every other locale.
    pub const ASCII: Symbols = Symbols {
        cursor: ">",
        mark: "*",
        up: "^",
        square: "#",
        dot: ".",
        check: "+",
        cross: "x",
        ellipsis: "~",
        rule: "-",
        bar: "|",
        none: "-",
        down: "v",
        arrow: ">",
        times: "x",
        bars: [":", "-", "=", "+", "*", "#", "%", "@"],
    };
}
