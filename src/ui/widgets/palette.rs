//! The command line of the console: commands by name or by what they do, with completion.

mod offers;
mod view;

use super::line::LineEdit;
use crate::ui::command::{Command, Pane};
use crossterm::event::{KeyCode, KeyEvent};

/// Characters of a line.
const CHARS_MAX: usize = 4096;
/// Earlier lines that are remembered.
const EARLIER_MAX: usize = 50;

/// What completion knows, beside the commands.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The names of the themes.
    pub themes: Vec<String>,
    /// The names of the screens.
    pub places: Vec<String>,
    /// What was run before, the latest last.
    pub earlier: Vec<String>,
}

impl Known {
    /// Remembers a line that was run.
    pub fn remember(&mut self, line: &str) {
        self.earlier.retain(|earlier| earlier != line);
        self.earlier.push(line.to_owned());
        if self.earlier.len() > EARLIER_MAX {
            self.earlier.remove(0);
        }
    }
}

/// The palette, open.
#[derive(Debug)]
pub struct Palette {
    line: LineEdit,
    known: Known,
    chosen: usize,
    paths: Vec<String>,
    /// Which of the earlier lines stands in the line, counted from the latest.
    recalled: Option<usize>,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// File names that begin like this are wanted.
    WantsPaths(String),
    /// The names of the views are wanted.
    WantsViews,
    /// Run this.
    Run(Command),
    /// Run this with what stands behind its name.
    RunWith(Command, String),
    /// What stands there is no command.
    Unknown(String),
    /// Esc.
    Closed,
}

impl Palette {
    /// A palette in which `text` stands already.
    pub fn new(text: &str, known: Known) -> Self {
        let line = LineEdit::new(text, CHARS_MAX);
        Palette { line, known, chosen: 0, paths: Vec::new(), recalled: None }
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Takes a key; `pane` has the focus below.
    pub fn key(&mut self, key: KeyEvent, pane: Pane) -> Answer {
        match key.code {
            KeyCode::Esc => return Answer::Closed,
            KeyCode::Enter => return self.enter(pane),
            KeyCode::Tab => return self.complete(pane),
            // Above the first candidate stands what was run before.
            KeyCode::Up if self.chosen == 0 => return self.recall(self.recalled.map_or(0, |at| at + 1)),
            KeyCode::Up => self.chosen -= 1,
            KeyCode::Down => match self.recalled {
                Some(0) => {
                    self.recalled = None;
                    self.line.set("");
                    return self.edited();
                }
                Some(at) => return self.recall(at - 1),
                None => self.chosen = (self.chosen + 1).min(self.offers(pane).len().saturating_sub(1)),
            },
            KeyCode::Backspace if self.line.text().is_empty() => return Answer::Closed,
            _ => {
                let before = self.line.text().to_owned();
                self.line.key(key);
                if self.line.text() != before {
                    self.recalled = None;
                    return self.edited();
                }
            }
        }
        Answer::Open
    }

    /// Pasted text; it never runs anything.
    pub fn paste(&mut self, text: &str) -> Answer {
        self.line.insert(text);
        self.recalled = None;
        self.edited()
    }

    /// File names that may complete the line.
    pub fn offer(&mut self, paths: Vec<String>) {
        self.paths = paths;
        self.chosen = 0;
    }

    fn recall(&mut self, at: usize) -> Answer {
        let earlier = &self.known.earlier;
        let Some(line) = earlier.len().checked_sub(at + 1).and_then(|at| earlier.get(at)) else {
            return Answer::Open;
        };
        self.line.set(&line.clone());
        self.recalled = Some(at);
        self.edited()
    }

    fn edited(&mut self) -> Answer {
        self.chosen = 0;
        match self.argument() {
            Some((Command::Import, path)) => Answer::WantsPaths(path.to_owned()),
            Some((Command::View, _)) => Answer::WantsViews,
            _ => Answer::Open,
        }
    }

    /// The command that stands there whole, and what follows it.
    fn argument(&self) -> Option<(Command, &str)> {
        let (name, argument) = self.line.text().trim_start().split_once(' ')?;
        Some((Command::named(name)?, argument.trim_start()))
    }

    fn enter(&mut self, pane: Pane) -> Answer {
        if let Some((command, argument)) = self.argument() {
            return match argument.trim() {
                "" if offers::wants_more(command) => Answer::Open,
                "" => Answer::Run(command),
                argument => Answer::RunWith(command, argument.to_owned()),
            };
        }
        let typed = self.line.text().trim();
        if typed.is_empty() && self.chosen == 0 {
            return Answer::Closed;
        }
        // A whole name holds, whatever is chosen among those that are found.
        let found = Command::named(typed).or_else(|| offers::commands(typed, pane).get(self.chosen).copied());
        match found {
            Some(command) if offers::wants_more(command) => {
                self.line.set(&format!("{} ", command.row().name));
                self.edited()
            }
            Some(command) => Answer::Run(command),
            None => Answer::Unknown(typed.to_owned()),
        }
    }

    fn complete(&mut self, pane: Pane) -> Answer {
        let offers = self.offers(pane);
        let Some(chosen) = offers.get(self.chosen).or(offers.first()) else { return Answer::Open };
        let line = match self.argument() {
            Some((Command::Filter, filter)) => format!("filter {}", offers::completed_filter(filter, chosen)),
            // The beginning that all share first, as shells do; then the chosen one.
            Some((command, typed)) => {
                let common = offers::common_beginning(&offers);
                let more = if common.len() > typed.len() { common } else { chosen.clone() };
                format!("{} {more}", command.row().name)
            }
            None => {
                let more = Command::named(chosen).is_some_and(offers::wants_more);
                format!("{chosen}{}", if more { " " } else { "" })
            }
        };
        self.line.set(&line);
        self.edited()
    }

    /// What could stand there.
    fn offers(&self, pane: Pane) -> Vec<String> {
        match self.argument() {
            Some((Command::Import, _)) => self.paths.clone(),
            Some((Command::View, typed)) => offers::beginning(&self.paths, typed),
            Some((Command::Theme, typed)) => offers::beginning(&self.known.themes, typed),
            Some((Command::GoTo, typed)) => offers::beginning(&self.known.places, typed),
            Some((Command::Filter, typed)) => offers::of_filter(typed),
            Some(_) => Vec::new(),
            None => {
                let found = offers::commands(self.line.text().trim(), pane).into_iter();
                found.map(|command| command.row().name.to_owned()).collect()
            }
        }
    }
}
