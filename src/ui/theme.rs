//! How things look: styles by meaning and symbols by locale. Nothing is told by colour alone.

use ratatui::style::{Modifier, Style};

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
    /// Bold, dim and underline alone.
    pub fn mono(symbols: Symbols) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Theme {
            text: plain,
            dim: plain.add_modifier(Modifier::DIM),
            strong: bold,
            accent: bold,
            selected: bold,
            good: plain,
            warn: bold,
            bad: bold,
            added: plain,
            removed: plain.add_modifier(Modifier::DIM),
            changed: plain.add_modifier(Modifier::UNDERLINED),
            symbols,
        }
    }
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
    };
}
