//! What every screen has in common: how it is asked, and what it may ask for.
//!
//! A screen decides without doing: `update` turns a message into [`Ask`]s, `view` draws what it
//! knows, and `perform` alone awaits. The app runs what is asked and sends the answer back as a
//! message.

use super::command::Command;
use crate::db::Db;
use crate::text::SafeText;
use crossterm::event::KeyEvent;

/// What a screen asks of the app after a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask<W> {
    /// Do this, and bring the answer.
    Do(W),
    /// Go to another place, with its filter or row set.
    Open(Place),
    /// Put this on the clipboard.
    Copy(SafeText),
    /// Ask first; on a yes, do it.
    Confirm(Question, W),
    /// Say this in the footer for a while.
    Toast(Toast),
    /// One layer back.
    Back,
}

/// A place that can be gone to, from anywhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// The Findings screen, with this filter.
    Findings {
        /// The filter, as it is typed.
        filter: String,
    },
}

/// A question before a deed. The default is No; the key that says yes is not the key that asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What will be done, with the count and what it concerns.
    pub what: String,
    /// What the key that confirms does, in a word or two: `take back`.
    pub yes: String,
    /// A number that must be typed instead of a key, for deeds on very many rows.
    pub typed_count: Option<u64>,
}

/// A line in the footer that goes by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Worth knowing.
    Plain,
    /// It did not work.
    Bad,
}

/// Where keys go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Keys are commands.
    Browse,
    /// Keys are text of one line; Enter confirms, Esc closes and keeps.
    Line,
    /// Keys are text of several lines; Enter is a new line, Ctrl-d saves, Esc closes and keeps.
    Editor,
}

/// What a screen is told by the app, beside the answers to its own wishes.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A command holds, by key, help or palette.
    Command(Command),
    /// A key while the mode is not [`Mode::Browse`].
    Key(KeyEvent),
    /// Text that was pasted; in Browse it goes to the filter, and never confirms anything.
    Paste(String),
    /// Others have changed something: the screen says so and waits for a refresh.
    News,
    /// The connection is back: what failed or is stale may load again.
    Reconnected,
    /// The pause after which a resting cursor loads its detail.
    Rested,
}

/// Whether an answer may come too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A load: an answer to an older question is dropped.
    Load,
    /// A write: its answer always arrives, wherever the person is by then.
    Write,
}

/// What `perform` works with.
#[derive(Clone)]
pub struct Tools {
    /// The pools.
    pub db: Db,
}
