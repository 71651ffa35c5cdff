//! What the terminal can do, judged from what the environment says of it.
//!
//! The terminal itself is not asked: its answer would arrive among the keys.

use super::check::{Check, Standing};
use std::collections::BTreeMap;

const AREA: &str = "terminal";

/// What was found out about the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether standard input is one.
    pub input: bool,
    /// Whether standard output is one.
    pub output: bool,
    /// Columns and lines.
    pub size: Option<(u16, u16)>,
    /// The environment, as far as it is looked at.
    pub environment: BTreeMap<String, String>,
    /// Whether the terminfo database knows TERM; none where no database was found.
    pub term_known: Option<bool>,
    /// The programs that this process runs in, the nearest first.
    pub ancestors: Vec<String>,
    /// tmux's `set-clipboard`.
    pub tmux_clipboard: Option<String>,
    /// tmux's `allow-passthrough`.
    pub tmux_passthrough: Option<String>,
}

impl Facts {
    fn get(&self, name: &str) -> &str {
        self.environment.get(name).map_or("", String::as_str)
    }

    fn is_set(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    fn runs_in(&self, program: &str) -> bool {
        self.ancestors.iter().any(|name| name == program)
    }
}

/// Judges.
pub fn judge(facts: &Facts) -> Vec<Check> {
    if !facts.input || !facts.output {
        let which = if facts.output { "input" } else { "output" };
        return vec![
            check("terminal", Standing::Unknown, format!("standard {which} is none"))
                .advise("the console needs a terminal; the commands work without one"),
        ];
    }
    vec![term(facts), size(facts.size), colours(facts), letters(facts), clipboard(facts), line(facts)]
}

fn check(name: &str, status: Standing, found: impl AsRef<str>) -> Check {
    Check::new(AREA, name, status, found)
}

fn term(facts: &Facts) -> Check {
    let term = facts.get("TERM");
    match (term, facts.term_known) {
        ("", _) => check("TERM", Standing::Fails, "not set").advise("export TERM=xterm-256color"),
        ("dumb", _) => check("TERM", Standing::Fails, "dumb: nothing can be drawn on it")
            .advise("use another terminal; the commands work on this one"),
        (_, Some(true)) => check("TERM", Standing::Ok, term),
        (_, Some(false)) => check("TERM", Standing::Warning, format!("{term}: not known on this machine"))
            .advise(
                "attestor draws all the same, but editors and pagers may not; export TERM=xterm-256color, or \
             install its description (infocmp on your own machine, tic here)",
            ),
        (_, None) => check("TERM", Standing::Unknown, format!("{term}; no terminfo database was found")),
    }
}

fn size(size: Option<(u16, u16)>) -> Check {
    let Some((columns, lines)) = size else {
        return check("size", Standing::Unknown, "the terminal does not tell its size")
            .advise("set it: stty columns 80 rows 24");
    };
    let found = format!("{columns} × {lines}");
    match (columns, lines) {
        (columns, lines) if columns < 40 || lines < 12 => {
            check("size", Standing::Fails, found).advise("make it at least 40 × 12; 80 × 24 shows everything")
        }
        (columns, lines) if columns < 80 || lines < 24 => check("size", Standing::Warning, found)
            .advise("80 × 24 shows list and detail together, 120 columns side by side"),
        _ => check("size", Standing::Ok, found),
    }
}

fn colours(facts: &Facts) -> Check {
    let term = facts.get("TERM");
    let found = if facts.is_set("NO_COLOR") {
        "none, since NO_COLOR is set"
    } else if matches!(facts.get("COLORTERM"), "truecolor" | "24bit") || term.ends_with("-direct") {
        "16 million"
    } else if term.contains("256color") || term.starts_with("xterm-kitty") || term.starts_with("alacritty") {
        "256"
    } else if ["vt1", "vt2", "ansi-m", "wy"].iter().any(|old| term.starts_with(old)) {
        "none, by TERM"
    } else {
        "16, by TERM"
    };
    // Nothing is told by colour alone, so none of this is a fault.
    check("colours", Standing::Ok, found)
}

fn letters(facts: &Facts) -> Check {
    let variable = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|name| facts.is_set(name));
    let locale = variable.map_or("", |name| facts.get(name));
    let lower = locale.to_ascii_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        return check("letters", Standing::Ok, format!("UTF-8 ({})", variable.unwrap_or_default()));
    }
    let found = match variable {
        Some(name) => format!("{name}={locale} is not UTF-8: symbols are ASCII"),
        None => "no locale is set: symbols are ASCII".to_owned(),
    };
    check("letters", Standing::Warning, found).advise("export LC_CTYPE=C.UTF-8, if the terminal shows UTF-8")
}

/// Terminals that take OSC 52, by a variable that only they set; an empty value stands for any.
const TAKE_OSC_52: &[(&str, &str)] = &[
    ("KITTY_WINDOW_ID", ""),
    ("WEZTERM_PANE", ""),
    ("ALACRITTY_WINDOW_ID", ""),
    ("GHOSTTY_RESOURCES_DIR", ""),
    ("WT_SESSION", ""),
    ("TERM_PROGRAM", "WezTerm"),
    ("TERM_PROGRAM", "ghostty"),
    ("TERM_PROGRAM", "vscode"),
    ("TERM", "xterm-kitty"),
    ("TERM", "alacritty"),
    ("TERM", "foot"),
    ("TERM", "foot-extra"),
    ("TERM", "xterm-ghostty"),
];

fn clipboard(facts: &Facts) -> Check {
    if facts.is_set("TMUX") {
        return tmux_clipboard(facts);
    }
    let screen = facts.is_set("STY") || facts.get("TERM").starts_with("screen");
    let takes = TAKE_OSC_52
        .iter()
        .any(|(name, value)| facts.is_set(name) && (value.is_empty() || facts.get(name) == *value));
    let (status, found, advice) = match () {
        () if screen => (
            Standing::Warning,
            "GNU screen keeps it from the terminal",
            "use tmux with set-clipboard on, or copy with the terminal's own selection",
        ),
        () if facts.get("TERM_PROGRAM") == "Apple_Terminal" => (
            Standing::Warning,
            "Terminal.app takes no OSC 52",
            "use another terminal, or copy with its own selection",
        ),
        () if facts.runs_in("mosh-server") => (
            Standing::Unknown,
            "mosh hands OSC 52 on from version 1.4",
            "if copying does nothing, update mosh on both sides or use ssh",
        ),
        () if facts.is_set("VTE_VERSION") => (
            Standing::Unknown,
            "terminals built on VTE take OSC 52 in recent versions alone",
            "if copying does nothing, copy with the terminal's own selection",
        ),
        () if facts.get("TERM_PROGRAM") == "iTerm.app" => (
            Standing::Unknown,
            "iTerm2 takes OSC 52 where it is allowed",
            "Settings, General, Selection: applications in terminal may access clipboard",
        ),
        () if takes => return check("clipboard", Standing::Ok, "the terminal takes OSC 52"),
        () => (
            Standing::Unknown,
            "whether the terminal takes OSC 52 cannot be told from here",
            "try y y on a row; xterm needs allowWindowOps",
        ),
    };
    check("clipboard", status, found).advise(advice)
}

fn tmux_clipboard(facts: &Facts) -> Check {
    let (clipboard, passthrough) = (facts.tmux_clipboard.as_deref(), facts.tmux_passthrough.as_deref());
    let found = format!(
        "tmux: set-clipboard {}, allow-passthrough {}",
        clipboard.unwrap_or("unknown"),
        passthrough.unwrap_or("unknown")
    );
    match (clipboard, passthrough) {
        (Some("on"), _) | (_, Some("on" | "all")) => check("clipboard", Standing::Ok, found),
        (None, _) => check("clipboard", Standing::Unknown, found).advise("tmux did not answer: tmux show -s"),
        _ => check("clipboard", Standing::Warning, found)
            .advise("copied text stays out of reach: tmux set -s set-clipboard on"),
    }
}

/// The way to the terminal: what stands between it and this machine.
fn line(facts: &Facts) -> Check {
    let mut parts = Vec::new();
    if facts.runs_in("mosh-server") {
        parts.push("mosh");
    } else if facts.is_set("SSH_TTY") || facts.is_set("SSH_CONNECTION") {
        parts.push("ssh");
    }
    if facts.is_set("TMUX") {
        parts.push("tmux");
    }
    if facts.is_set("STY") {
        parts.push("screen");
    }
    let found = if parts.is_empty() { "directly".to_owned() } else { format!("by {}", parts.join(", ")) };
    check("reached", Standing::Ok, found)
}
