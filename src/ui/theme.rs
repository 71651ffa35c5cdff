//! How things look: styles by meaning and symbols by locale. Nothing is told by colour alone.

use crate::config::files::{wrong_at, wrong_toml};
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use crate::ui::widgets::syntax::Token;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::str::FromStr;
use toml::Spanned;

/// Styles by what they mean. The terminal's own background stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What stands back: labels, rules, what is already decided.
    pub dim: Style,
    /// What stands out: the selected row, names.
    pub strong: Style,
    /// The one accent: keys in the footer, and the active tab where the connection has no colour.
    pub accent: Style,
    /// The active tab: the accent, or the connection's own colour.
    pub tab: Style,
    /// The connection's name.
    pub connection: Style,
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
    /// Code.
    pub code: Code,
    /// Symbols that the locale can show.
    pub symbols: Symbols,
}

/// Styles of code, laid over that of its line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Code {
    /// Words of the language.
    pub keyword: Style,
    /// Texts in quotes.
    pub string: Style,
    /// Words for people.
    pub comment: Style,
    /// Numbers and constants.
    pub number: Style,
    /// Names of functions and types.
    pub name: Style,
}

impl Code {
    /// The style of a token.
    pub fn of(&self, token: Token) -> Style {
        match token {
            Token::Keyword => self.keyword,
            Token::Text => self.string,
            Token::Comment => self.comment,
            Token::Number => self.number,
            Token::Name => self.name,
        }
    }
}

impl Theme {
    /// The themes of the program.
    pub const NAMES: [&str; 4] = ["dark", "light", "high-contrast", "mono"];

    /// A theme of the program; none of another name.
    pub fn named(name: &str, symbols: Symbols) -> Option<Theme> {
        let file = match name {
            "dark" => DARK,
            "light" => LIGHT,
            "high-contrast" => HIGH_CONTRAST,
            "mono" => MONO,
            _ => return None,
        };
        Some(
            Theme::parse(file, name, symbols)
                .expect("the themes are part of the program, and a test reads them"),
        )
    }

    /// Bold, dim and underline alone.
    pub fn mono(symbols: Symbols) -> Self {
        Theme::parse(MONO, "mono", symbols)
            .expect("themes/mono.toml is part of the program, and a test reads it")
    }

    /// Reads a theme's file; `name` is the file's in errors.
    pub fn parse(file: &str, name: &str, symbols: Symbols) -> Result<Theme> {
        let styles: Styles = toml::from_str(file).map_err(|e| wrong_toml(name, file, &e))?;
        let read = |words: &Spanned<String>| {
            style(words.get_ref()).map_err(|what| wrong_at(name, file, words.span().start, &what).hint(WORDS))
        };
        let accent = read(&styles.accent)?;
        // A theme that says nothing of code tells it by the letters.
        let or = |words: &Option<Spanned<String>>, other: Style| words.as_ref().map_or(Ok(other), read);
        let dim = read(&styles.dim)?;
        let code = Code {
            keyword: or(&styles.keyword, Style::new().add_modifier(Modifier::BOLD))?,
            string: or(&styles.string, Style::new())?,
            comment: or(&styles.comment, dim)?,
            number: or(&styles.number, Style::new())?,
            name: or(&styles.name, Style::new())?,
        };
        Ok(Theme {
            text: read(&styles.text)?,
            dim,
            strong: read(&styles.strong)?,
            accent,
            tab: accent,
            connection: accent,
            selected: read(&styles.selected)?,
            good: read(&styles.good)?,
            warn: read(&styles.warn)?,
            bad: read(&styles.bad)?,
            added: read(&styles.added)?,
            removed: read(&styles.removed)?,
            changed: read(&styles.changed)?,
            code,
            symbols,
        })
    }

    /// The same for a connection with a colour of its own, so that production looks like it: its name
    /// stands reversed, which also tells it where there are no colours.
    pub fn with_accent(mut self, colour: &str) -> Result<Theme> {
        let style = style(colour).map_err(|what| {
            Error::new(Kind::Configuration, format!("the accent of the connection: {what}")).hint(WORDS)
        })?;
        self.tab = style.add_modifier(Modifier::BOLD);
        self.connection = self.tab.add_modifier(Modifier::REVERSED);
        Ok(self)
    }

    /// The same without the colour of the connection: its name stays reversed.
    #[must_use]
    pub fn without_colours(mut self) -> Theme {
        let styles = [&mut self.tab, &mut self.connection];
        for style in styles {
            (style.fg, style.bg) = (None, None);
        }
        self
    }

    /// Whether the connection has a colour of its own.
    pub fn marks_connection(&self) -> bool {
        self.connection.add_modifier.contains(Modifier::REVERSED)
    }
}

const DARK: &str = include_str!("../../themes/dark.toml");
const LIGHT: &str = include_str!("../../themes/light.toml");
const HIGH_CONTRAST: &str = include_str!("../../themes/high-contrast.toml");
const MONO: &str = include_str!("../../themes/mono.toml");

const WORDS: &str = "a colour's name, a number to 255, #rrggbb, bold, dim, italic, underlined, reversed";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Styles {
    text: Spanned<String>,
    dim: Spanned<String>,
    strong: Spanned<String>,
    accent: Spanned<String>,
    selected: Spanned<String>,
    good: Spanned<String>,
    warn: Spanned<String>,
    bad: Spanned<String>,
    added: Spanned<String>,
    removed: Spanned<String>,
    changed: Spanned<String>,
    keyword: Option<Spanned<String>>,
    string: Option<Spanned<String>>,
    comment: Option<Spanned<String>>,
    number: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
}

/// `words` as a style: a colour, and how the letters look; or what is wrong with them.
fn style(words: &str) -> std::result::Result<Style, String> {
    let mut style = Style::new();
    for word in words.split_whitespace() {
        style = match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "italic" => style.add_modifier(Modifier::ITALIC),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            colour => {
                let unknown = |_| format!("{} is no colour", visible(colour));
                style.fg(Color::from_str(colour).map_err(unknown)?)
            }
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
    /// Sometimes this, sometimes that.
    pub differs: &'static str,
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
        differs: "≠",
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
        differs: "!",
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
