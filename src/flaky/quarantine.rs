//! Quarantine: who looks after it, until when, and what it takes to leave.

use crate::error::{Error, Kind};
use crate::text::SafeText;
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;

/// How long a quarantine holds unless told.
pub const USUAL_DAYS: i64 = 14;
/// How long one may hold.
pub const DAYS_MAX: i64 = 366;
/// The bounds of the clean runs that a graduation takes.
pub const GRADUATION_RUNS: std::ops::RangeInclusive<u32> = 10..=300;

/// The clean runs in a row after which a test may leave: so many that a test which still flakes half as
/// often as it did would have failed in them with 95 % probability.
pub fn graduation_runs(severity: f64) -> u32 {
    let half = severity / 2.0;
    let (least, most) = (*GRADUATION_RUNS.start(), *GRADUATION_RUNS.end());
    if half <= 0.0 {
        return most;
    }
    if half >= 1.0 {
        return least;
    }
    let runs = (0.05_f64.ln() / (-half).ln_1p()).ceil();
    // Between the bounds, so it fits.
    runs.clamp(f64::from(least), f64::from(most)) as u32
}

/// Why somebody decided so: at least one visible word, of bounded length, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

/// Who looks after a quarantined test: a login, a team, an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner(String);

/// An issue about a test: an http or https address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Reason {
    /// The longest reason, in characters.
    pub const CHARS_MAX: usize = 1_000;

    /// The reason in `raw`, without the space around it.
    pub fn new(raw: &str) -> Result<Self, Mistake> {
        checked("reason", raw, Self::CHARS_MAX).map(Reason)
    }

    /// The text as it was typed; [`SafeText`] before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Owner {
    /// The longest owner, in characters.
    pub const CHARS_MAX: usize = 200;

    /// The owner in `raw`, without the space around it.
    pub fn new(raw: &str) -> Result<Self, Mistake> {
        let owner = checked("owner", raw, Self::CHARS_MAX)?;
        if owner.contains(['\n', '\r']) { Err(Mistake::Lines { what: "owner" }) } else { Ok(Owner(owner)) }
    }

    /// The text as it was typed; [`SafeText`] before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Link {
    /// The longest link, in characters.
    pub const CHARS_MAX: usize = 1_000;

    /// The address in `raw`. What a browser would run, or what shows another address than it opens, is
    /// none.
    pub fn new(raw: &str) -> Result<Self, Mistake> {
        let link = checked("link", raw, Self::CHARS_MAX)?;
        let lower = link.to_ascii_lowercase();
        let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
        let authority = host.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let is_plain =
            link.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '`'));
        match authority {
            Some(host) if is_plain && !host.is_empty() && !host.contains('@') => Ok(Link(link)),
            _ => Err(Mistake::Link),
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing but space.
    Empty {
        /// What was asked for.
        what: &'static str,
    },
    /// Too long.
    TooLong {
        /// What was asked for.
        what: &'static str,
        /// How long it is.
        chars: usize,
        /// How long it may be.
        chars_max: usize,
    },
    /// It holds U+0000, which the database cannot.
    Nul {
        /// What was asked for.
        what: &'static str,
    },
    /// It has several lines.
    Lines {
        /// What was asked for.
        what: &'static str,
    },
    /// It is no address of the web.
    Link,
    /// The end is past.
    Past,
    /// The end is too far away.
    Far,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistake::Empty { what } => write!(f, "the {what} is empty"),
            Mistake::TooLong { what, chars, chars_max } => {
                write!(f, "the {what} has {chars} characters; at most {chars_max} are kept")
            }
            Mistake::Nul { what } => write!(f, "the {what} holds the character U+0000, which cannot be kept"),
            Mistake::Lines { what } => write!(f, "the {what} has to be one line"),
            Mistake::Link => f.write_str(
                "the link has to be an address such as https://example.com/issues/12, without a login in it",
            ),
            Mistake::Past => f.write_str("the quarantine would end before it begins"),
            Mistake::Far => write!(f, "a quarantine holds at most {DAYS_MAX} days"),
        }
    }
}

impl std::error::Error for Mistake {}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Self {
        Error::new(Kind::Usage, mistake.to_string())
    }
}

/// The usual end of a quarantine that begins now.
pub fn usual_end(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(USUAL_DAYS)
}

/// Checks the end of a quarantine.
pub fn check_end(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Mistake> {
    match () {
        () if until <= now => Err(Mistake::Past),
        () if until > now + TimeDelta::days(DAYS_MAX) => Err(Mistake::Far),
        () => Ok(()),
    }
}

fn checked(what: &'static str, raw: &str, chars_max: usize) -> Result<String, Mistake> {
    let text = raw.trim();
    let chars = text.chars().count();
    match () {
        // A text that shows nothing says nothing.
        () if SafeText::new(text).trim().is_empty() => Err(Mistake::Empty { what }),
        () if text.contains('\0') => Err(Mistake::Nul { what }),
        () if chars > chars_max => Err(Mistake::TooLong { what, chars, chars_max }),
        () => Ok(text.to_owned()),
    }
}
