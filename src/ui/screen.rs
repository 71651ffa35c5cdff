//! What every screen has in common: how it is asked, and what it may ask for.
//!
//! A screen decides without doing: `update` turns a message into [`Ask`]s, `view` draws what it
//! knows, and `perform` alone awaits. The app runs what is asked and sends the answer back as a
//! message.

use super::app::JobDeed;
use super::command::{Command, Need, Pane};
use super::theme::Theme;
use crate::audit::verify::report::Report;
use crate::db::Db;
use crate::ids::{EntrySeq, FindingId, RepoId, RunId, TestId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

/// A screen: it answers one question, and lets the person act on the answer.
///
/// Everything but `perform` is pure: time arrives as `now`, and nothing waits.
pub trait Screen {
    /// What it is told after a wish: the answers that its `perform` brings.
    type Msg: Send + 'static;
    /// What it may ask to be done: reads and writes.
    type Wish: Clone + std::fmt::Debug + Send + 'static;

    /// The word in its tab.
    fn title(&self) -> &'static str;
    /// Takes a command, a key, a paste or news from the app.
    fn input(&mut self, input: Input, now: DateTime<Utc>) -> Vec<Ask<Self::Wish>>;
    /// Takes the answer to one of its wishes.
    fn answer(&mut self, msg: Self::Msg, now: DateTime<Utc>) -> Vec<Ask<Self::Wish>>;
    /// Draws into `area`; the result is where the text cursor stands, if it is shown.
    fn view(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position>;
    /// Where keys go now.
    fn mode(&self) -> Mode;
    /// Which pane has the focus: commands hold by pane.
    fn pane(&self) -> Pane;
    /// The commands worth a place in the footer now, the most useful first.
    fn hints(&self) -> Vec<Command>;
    /// Whether what a command needs is there; write access is the app's affair.
    fn meets(&self, need: Need) -> bool;
    /// What a deed that is begun now would be about, for the action menu: `3 marked findings`.
    fn chosen(&self) -> Option<String> {
        None
    }
    /// Whether a deed that holds in the pane makes sense on what is chosen. The action menu leaves out the
    /// others; their keys still say why not.
    fn offers(&self, _deed: Command) -> bool {
        true
    }
    /// How many rows are marked.
    fn marks(&self) -> usize {
        0
    }
    /// The time of what is shown, once something is.
    fn as_of(&self) -> Option<DateTime<Utc>> {
        None
    }
    /// Whether this is the screen that can show this place, whatever it shows now.
    fn shows(&self, place: &Place) -> bool;
    /// What the line of the screens says of its subject, whatever screen is in front.
    fn mark(&self, look: &Look<'_>) -> Option<(String, Tone)> {
        let _ = look;
        None
    }
    /// What has been typed and not yet saved; the app keeps it through crashes.
    fn drafts(&self) -> Vec<Draft>;
    /// What it says in lines, for who has it read to them: what it draws can be read at any rate.
    fn told(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 30));
        self.view(buffer.area, &mut buffer, look);
        let lines = lines_of(&buffer, look.theme);
        let is_row = |line: &String| line.starts_with(look.theme.symbols.cursor);
        match part {
            Told::Nothing => Vec::new(),
            Told::Row if lines.iter().any(is_row) => lines.into_iter().filter(is_row).collect(),
            Told::Row | Told::List | Told::Detail | Told::Asked => lines,
        }
    }
    /// Whether the answer to `wish` may be dropped.
    fn nature(wish: &Self::Wish) -> Nature;
    /// Does what was wished; failures are part of the answer.
    fn perform(wish: Self::Wish, tools: Tools) -> impl Future<Output = Self::Msg> + Send;
}

/// What is told of a screen in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// The row under the cursor.
    Row,
    /// The rows from the cursor on.
    List,
    /// All of what is selected.
    Detail,
    /// What is being asked: a line to type, a question with keys.
    Asked,
}

/// The lines of what was drawn, without rules and blank lines.
pub fn lines_of(buffer: &Buffer, theme: &Theme) -> Vec<String> {
    let rows = buffer.content().chunks(usize::from(buffer.area.width).max(1));
    rows.map(|row| {
        let line: String = row.iter().map(|cell| cell.symbol()).collect();
        line.trim().trim_matches(|c: char| theme.symbols.rule.contains(c)).trim().to_owned()
    })
    .filter(|line| !line.is_empty())
    .collect()
}

/// What a view draws with, beside its own state.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Styles and symbols.
    pub theme: &'a Theme,
    /// How times are shown.
    pub clock: Clock,
    /// The time of this frame; ages are taken from it, and it does not tick by itself.
    pub now: DateTime<Utc>,
}

/// How times are shown, everywhere at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// As the system's time zone has it.
    Local,
    /// As UTC has it.
    Utc,
}

/// Text that was typed and not yet saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is for, as a path: `findings/123/comment`.
    pub slot: String,
    /// The text.
    pub text: String,
}

/// What a screen asks of the app after a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask<W> {
    /// Do this, and bring the answer.
    Do(W),
    /// Go to another place, with its filter or row set.
    Open(Place),
    /// Put this on the clipboard.
    Copy(SafeText),
    /// Put a link to the finding or test of this place on the clipboard; the app knows the connection.
    CopyLink(Place),
    /// Go where this link leads.
    Follow(String),
    /// Open this in the person's editor.
    Edit(Outside),
    /// Remember this for the consoles that come.
    Keep(Kept),
    /// Ask first; on a yes, do it.
    Confirm(Question, W),
    /// Say this in the footer for a while.
    Toast(Toast),
    /// Tell me [`Input::Rested`] when 80 ms have gone by without another such ask.
    Rest,
    /// Start this in the background.
    Start(JobDeed),
    /// One layer back.
    Back,
}

impl<W> Ask<W> {
    /// The same about another wish.
    pub fn map<A>(self, wish: impl FnOnce(W) -> A) -> Ask<A> {
        match self {
            Ask::Do(inner) => Ask::Do(wish(inner)),
            Ask::Confirm(question, inner) => Ask::Confirm(question, wish(inner)),
            Ask::Open(place) => Ask::Open(place),
            Ask::Copy(text) => Ask::Copy(text),
            Ask::CopyLink(place) => Ask::CopyLink(place),
            Ask::Follow(link) => Ask::Follow(link),
            Ask::Edit(outside) => Ask::Edit(outside),
            Ask::Keep(kept) => Ask::Keep(kept),
            Ask::Toast(toast) => Ask::Toast(toast),
            Ask::Rest => Ask::Rest,
            Ask::Start(deed) => Ask::Start(deed),
            Ask::Back => Ask::Back,
        }
    }
}

/// A text for the person's editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// What it is, in letters, digits and dashes: the beginning of the file's name.
    pub name: String,
    /// The text.
    pub text: String,
    /// What for.
    pub purpose: Purpose,
    /// The longest text that may come back, in characters.
    pub chars_max: usize,
}

/// What an editor is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The text comes back.
    Edit,
    /// It is only read.
    Read,
}

/// What came back from the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Nothing new: nothing was changed, or the editor failed, which the app says.
    Same,
    /// This text.
    Text(String),
}

/// A choice of a person, that the next console begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Under which name, the screen's first: `findings.columns`.
    pub name: &'static str,
    /// What; empty where there is none any more.
    pub value: String,
}

/// A place that can be gone to, from anywhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// The Overview.
    Overview,
    /// The Findings screen, with this filter.
    Findings {
        /// The filter, as it is typed.
        filter: String,
    },
    /// The Tests screen, with this filter.
    Tests {
        /// The filter, as it is typed.
        filter: String,
    },
    /// The row of a test, whatever the filter.
    Test(TestId),
    /// The Audit screen, with this filter.
    Audit {
        /// The filter, as it is typed.
        filter: String,
    },
    /// An entry of the chain.
    Entry(EntrySeq),
    /// The row of a finding, whatever the filter.
    Finding(FindingId),
    /// The Drift screen, with this filter.
    Drift {
        /// The filter, as it is typed.
        filter: String,
    },
    /// The row of a repository on the Drift screen, whatever the filter.
    Repository(RepoId),
    /// The Runs screen, with this filter.
    Runs {
        /// The filter, as it is typed.
        filter: String,
    },
    /// A run.
    Run(RunId),
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

/// A word in the footer.
pub fn toast<W>(tone: Tone, text: impl Into<String>) -> Ask<W> {
    Ask::Toast(Toast { text: text.into(), tone })
}

/// Text of the console's own making that goes to the clipboard.
pub fn safe(text: impl AsRef<str>) -> SafeText {
    SafeText::new(text.as_ref())
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
    /// The screen comes up: for the first time without a place, later with the place to show.
    Opened(Option<Place>),
    /// What was typed and not saved before the last end of the console. Nothing is sent from it.
    DraftsRestored(Vec<Draft>),
    /// The editor that was asked for has ended.
    Edited(Edited),
    /// What was chosen in an earlier console, by its name; before anything else.
    Kept(BTreeMap<String, String>),
    /// The area that it draws into has this size from now on: before the first frame, and when the
    /// terminal is resized. Deciding needs it, since half a page is a matter of rows.
    Resized {
        /// Cells across.
        columns: u16,
        /// Cells down.
        rows: u16,
    },
    /// A command holds, by key, help or palette. Its needs are met.
    Command(Command),
    /// A key while the mode is not [`Mode::Browse`].
    Key(KeyEvent),
    /// Text that was pasted; in Browse it goes to the filter, and never confirms anything.
    Paste(String),
    /// Others have changed something: the screen says so and waits for a refresh.
    News,
    /// The connection is back: what failed or is stale may load again.
    Reconnected,
    /// The console has logged in: what is told wherever one is may be asked for.
    LoggedIn,
    /// A verification of the chain has ended, or why it did not come about.
    Verified(Result<Arc<Report>, String>),
    /// The pause after which a resting cursor loads its detail.
    Rested,
    /// A wish of this nature ended without an answer: cancelled, or a bug. For a write it is not
    /// known whether it was done.
    Stopped(Nature),
}

/// Whether an answer may come too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A load, in a lane of its own: a newer load in the same lane cancels it, and its answer is
    /// dropped. The word names the lane: `list`, `detail`.
    Load(&'static str),
    /// A write: its answer always arrives, wherever the person is by then.
    Write,
}

/// What `perform` works with.
#[derive(Clone)]
pub struct Tools {
    /// The pools.
    pub db: Db,
}
