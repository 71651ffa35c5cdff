//! Every failure of attestor: what failed, for what, and what to try.
//!
//! A finding is not an error: a broken chain or a refused verdict is a value. [`Error`] means that
//! the work could not be done. Its [`Kind`] decides the exit status; its hint says what to try.

use std::fmt;

/// What went wrong, told for a person, with what to try next.
///
/// Messages never carry secrets. Text from outside is passed through
/// [`visible`](crate::text::visible) before it is put into one.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Error {
    kind: Kind,
    what: String,
    hint: Option<String>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The sort of a failure, which decides the exit status and what the console offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The work failed for a reason that has no kind of its own.
    Failed,
    /// The command was called with words that it does not take.
    Usage,
    /// The work stopped before its end: cancelled, or the connection was lost.
    Incomplete,
    /// A file or a text that could not be understood.
    UnreadableInput,
    /// The database could not be reached.
    NoDatabase,
    /// The database refused: the login lacks the right.
    Denied,
    /// The configuration is missing or wrong.
    Configuration,
    /// No database is named anywhere.
    Unconfigured,
    /// The server wants a password, or another one.
    WrongPassword,
    /// Somebody else changed the row first.
    Conflict,
    /// The database was migrated by another build of this program.
    OtherBuild,
    /// There is no such row.
    NotFound,
    /// Whoever read the output has gone, as `head` does: no failure, but nothing more to do.
    ReaderGone,
}

impl Kind {
    /// The exit status of the command line, after sysexits(3) where one fits.
    pub fn exit_status(self) -> u8 {
        match self {
            Kind::ReaderGone => 0,
            Kind::Failed | Kind::OtherBuild | Kind::Conflict | Kind::NotFound => 1,
            Kind::Usage => 2,
            Kind::Incomplete => 4,
            Kind::UnreadableInput => 65,
            Kind::NoDatabase | Kind::WrongPassword => 69,
            Kind::Denied => 77,
            Kind::Configuration | Kind::Unconfigured => 78,
        }
    }
}

/// The result of anything that may fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure of `kind`, with what failed as its message.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Error { kind, what: what.into(), hint: None, source: None }
    }

    /// Adds what the person may try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Keeps the failure that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The sort of this failure.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What the person may try, if anything is known to help.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The whole story in lines: what failed, the causes, what to try.
    pub fn report(&self) -> Report<'_> {
        Report(self)
    }
}

/// Shows an [`Error`] with its causes and its hint, a line each.
pub struct Report<'a>(&'a Error);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", crate::text::visible(&self.0.what))?;
        let mut cause = std::error::Error::source(self.0);
        let mut said = self.0.what.clone();
        while let Some(error) = cause {
            let text = error.to_string();
            if !said.contains(&text) {
                write!(f, "\n  because: {}", crate::text::visible(&text))?;
            }
            said = text;
            cause = error.source();
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\n  try: {}", crate::text::visible_lines(hint))?;
        }
        Ok(())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::BrokenPipe => Kind::ReaderGone,
            _ => Kind::Failed,
        };
        Error::new(kind, error.to_string()).because(error)
    }
}
