//! What goes into the console's state, and what comes out.

use super::{JobDeed, JobDone, JobId, Ticket};
use crate::config::Pace;
use crate::error::Result;
use crate::jobs::Progress;
use crate::text::SafeText;
use crate::ui::input::Arrived;
use crate::ui::keymap::Keymap;
use crate::ui::screen::{Draft, Edited, Kept, Outside, Toast};
use crate::ui::theme::Theme;
use chrono::{DateTime, Utc};
use ratatui::layout::Size;
use std::time::Instant;

/// When something happens: for deadlines, and for people.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Does not jump.
    pub at: Instant,
    /// The time of day.
    pub now: DateTime<Utc>,
}

impl Moment {
    /// This moment.
    pub fn now() -> Moment {
        Moment { at: Instant::now(), now: Utc::now() }
    }
}

/// What happens to the console.
#[derive(Debug)]
pub enum Event<M> {
    /// It starts.
    Started,
    /// What was typed and not saved before the last end.
    DraftsFound(Vec<Draft>),
    /// A key or a paste.
    Arrived(Arrived),
    /// The terminal has this size now.
    Resized(Size),
    /// A wish was answered.
    Answered(Ticket, M),
    /// A wish ended on a bug, without an answer.
    Broke(Ticket),
    /// The connection, or what others did over it.
    Link(LinkNews),
    /// Who is logged in, and whether that login can write.
    LoggedIn(SafeText, Access),
    /// A job has got further.
    JobMoved(JobId, Progress),
    /// A job has ended.
    JobEnded(JobId, Result<JobDone>),
    /// Names, of files or of views, that may complete what stands in the palette.
    Paths(Vec<String>),
    /// The theme of this name was read, or why not.
    Themed(String, Result<Box<Theme>>),
    /// The time that [`App::wake_at`] named has come.
    Woken,
    /// The terminal is back after a suspension.
    Resumed,
    /// The request to stop, from the keyboard or as SIGINT.
    Interrupted,
    /// SIGTSTP: go back to the shell once no write is under way.
    Stopping,
    /// SIGTERM: end soon, with this exit status.
    Terminated(u8),
    /// The editor has ended.
    Edited(Edited),
    /// Something to say.
    Said(Toast),
}

/// News of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkNews {
    /// Others have changed something.
    Changed,
    /// The connection is lost; it is tried again by itself.
    Lost,
    /// The connection is back.
    Back,
}

/// What the console asks of the loop.
#[derive(Debug, PartialEq)]
pub enum Effect<W> {
    /// Perform the wish, and answer under its ticket.
    Perform(Ticket, W),
    /// Nobody waits for this any more.
    Abort(Ticket),
    /// Put this on the clipboard.
    Copy(SafeText),
    /// Open this in the person's editor.
    Edit(Outside),
    /// Remember this for the consoles that come.
    Keep(Kept),
    /// Start a job.
    StartJob(JobId, JobDeed),
    /// Ask a job to stop.
    CancelJob(JobId),
    /// Look for file names that begin like this.
    CompletePath(String),
    /// Look for the names of views.
    CompleteView,
    /// Read the theme of this name.
    LoadTheme(String),
    /// Give the terminal back to the shell.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End, with this exit status.
    Quit(u8),
}

/// What a person prefers.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    /// The keys.
    pub keymap: Keymap,
    /// How much is drawn.
    pub pace: Pace,
    /// The names of the themes.
    pub themes: Vec<String>,
}

/// What the console knows about its connection from the start.
#[derive(Debug, Clone)]
pub struct About {
    /// The connection's name.
    pub name: SafeText,
    /// Whether it writes.
    pub access: Access,
}

/// Whether the connection writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads and writes.
    ReadWrite,
    /// Everything that would write is refused.
    ReadOnly,
}
