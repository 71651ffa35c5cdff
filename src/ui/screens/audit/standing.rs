//! How far the history was verified, and what that stands on, in a line and in a word.

use super::coverage::Coverage;
use super::wish::Known;
use crate::audit::verify::report::{Report, Scope, Verdict};
use crate::audit::verify::verdict::Anchored;
use crate::text::visible;
use crate::triage::store::findings::Count;
use crate::ui::screen::{Clock, Look, Tone};
use crate::ui::theme::Theme;
use crate::ui::widgets::when;
use chrono::{DateTime, TimeDelta, Utc};
use ratatui::style::Style;
use std::sync::Arc;

/// How old the newest checkpoint may be where entries came after it.
pub const CHECKPOINT_INTERVAL: TimeDelta = TimeDelta::hours(24);

/// The verdict of a chain without a break, as it is recorded.
const VERIFIED: &str = "VERIFIED";

/// What is known of verifications.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    /// The last one that ended.
    pub last: Option<Verified>,
    /// Whether one runs.
    pub running: Running,
    /// What is known from before this session.
    pub known: Known,
    /// When all of the chain was last read in this session.
    pub full: Option<DateTime<Utc>>,
    /// Why the last attempt came to nothing.
    pub failed: Option<String>,
}

/// Whether a verification runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Running {
    /// None.
    #[default]
    No,
    /// In the background.
    Yes,
}

/// A verification that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What it came to.
    pub report: Arc<Report>,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What of the chain it covers.
    pub coverage: Coverage,
}

/// How much a verdict is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// A fresh checkpoint vouches for it.
    Anchored,
    /// It holds in itself; a rewrite of everything would too, or it came from an old checkpoint on.
    InItself,
    /// Something is broken.
    Broken,
    /// It says little: nothing there, or not all was looked at.
    Little,
}

impl Standing {
    /// For the line of the screens: the last verification, else what the chain says of an earlier one.
    pub(super) fn in_tab(&self, look: &Look<'_>) -> Option<(String, Tone)> {
        if let Some(last) = &self.last {
            return Some(last.in_tab(look.theme, look.clock, look.now));
        }
        let recorded = self.known.recorded.as_ref()?;
        let (symbol, tone) = match recorded.verdict.as_str() {
            VERIFIED => (look.theme.symbols.check, Tone::Plain),
            "EMPTY" | "UNVERIFIABLE" | "INCOMPLETE" => (look.theme.symbols.none, Tone::Plain),
            _ => (look.theme.symbols.cross, Tone::Bad),
        };
        Some((format!("chain {symbol} {} recorded", shortly(recorded.at, look.clock, look.now)), tone))
    }

    /// When all of the chain was last verified, as far as that is known here.
    pub(super) fn last_full(&self, look: &Look<'_>) -> String {
        match (self.full, &self.known.recorded) {
            (Some(at), _) => format!("in full {}", shortly(at, look.clock, look.now)),
            (None, Some(recorded)) => {
                format!("in full {}, as recorded", shortly(recorded.at, look.clock, look.now))
            }
            (None, None) => "never in full, as far as is known here".to_owned(),
        }
    }

    /// What of the chain is known to have been verified, and how that is drawn.
    pub(super) fn coverage(&self, look: &Look<'_>) -> (Coverage, Style) {
        let theme = look.theme;
        match (&self.last, &self.known.recorded) {
            (Some(last), _) if last.worth(look.now) == Worth::Anchored => (last.coverage.clone(), theme.good),
            (Some(last), _) => (last.coverage.clone(), theme.text),
            (None, Some(recorded)) if recorded.verdict.as_str() == VERIFIED => {
                (Coverage::up_to(u64::try_from(recorded.size).unwrap_or(0)), theme.dim)
            }
            (None, _) => (Coverage::default(), theme.dim),
        }
    }
}

impl Verified {
    /// A verification that ended at `at`.
    pub fn new(report: Arc<Report>, at: DateTime<Utc>) -> Self {
        Verified { coverage: Coverage::of(&report), report, at }
    }

    /// What the verdict is worth at `now`.
    pub fn worth(&self, now: DateTime<Utc>) -> Worth {
        match (self.report.verdict(), &self.report.anchored) {
            // What was changed before its checkpoint is not seen, however fresh that is.
            (Verdict::Verified, _) if self.report.scope == Scope::Incremental => Worth::InItself,
            (Verdict::Verified, Some(anchored)) if is_fresh(anchored, now) => Worth::Anchored,
            (Verdict::Verified, _) => Worth::InItself,
            (Verdict::Broken(_), _) => Worth::Broken,
            (Verdict::Empty | Verdict::Unverifiable | Verdict::Incomplete, _) => Worth::Little,
        }
    }

    /// Symbol and style of the verdict.
    pub(super) fn mark(&self, look: &Look<'_>) -> (&'static str, Style) {
        let theme = look.theme;
        match self.worth(look.now) {
            Worth::Anchored => (theme.symbols.check, theme.good),
            Worth::InItself => (theme.symbols.check, theme.text),
            Worth::Broken => (theme.symbols.cross, theme.bad),
            Worth::Little => (theme.symbols.none, theme.warn),
        }
    }

    /// For the line of the screens: `chain ✓ 14:02Z`.
    pub(super) fn in_tab(&self, theme: &Theme, clock: Clock, now: DateTime<Utc>) -> (String, Tone) {
        let (symbol, tone, note) = match self.worth(now) {
            Worth::Anchored => (theme.symbols.check, Tone::Good, ""),
            Worth::InItself if self.report.scope == Scope::Incremental => {
                (theme.symbols.check, Tone::Plain, " in part")
            }
            Worth::InItself => (theme.symbols.check, Tone::Plain, " unanchored"),
            Worth::Broken => (theme.symbols.cross, Tone::Bad, ""),
            Worth::Little => (theme.symbols.none, Tone::Plain, ""),
        };
        let is_old = note == " unanchored" && self.report.anchored.is_some();
        let note = if is_old { " old checkpoint" } else { note };
        (format!("chain {symbol} {}{note}", shortly(self.at, clock, now)), tone)
    }

    /// The verdict and how far it goes: `VERIFIED 1 to 1,204`.
    pub fn verdict_in_words(&self) -> String {
        let report = &self.report;
        let to = Count::Exactly(report.entries);
        match report.verdict() {
            Verdict::Broken(kind) => {
                let place = match report.breaks.first() {
                    Some(first) => match (first.seq, first.range) {
                        (Some(seq), _) => format!(" at {seq}"),
                        (None, Some((from, to))) => format!(" within {from} to {to}"),
                        (None, None) => String::new(),
                    },
                    None => String::new(),
                };
                let more = match report.breaks_count {
                    0 | 1 => String::new(),
                    count => format!(", {} breaks", Count::Exactly(count)),
                };
                format!("{}{place}{more}", kind.word())
            }
            Verdict::Empty => "EMPTY: there is no entry".to_owned(),
            verdict => match (report.scope, &report.anchored) {
                (Scope::Incremental, Some(anchored)) => {
                    let from = Count::Exactly(anchored.size + 1);
                    format!("{verdict} from {from} on, {to} entries")
                }
                _ => format!("{verdict} 1 to {to}"),
            },
        }
    }

    /// What it stands on.
    pub fn anchor_in_words(&self) -> String {
        match &self.report.anchored {
            Some(anchored) => {
                let tail = match anchored.tail {
                    0 => "all of it covered".to_owned(),
                    tail => format!("{} after it", Count::Exactly(tail)),
                };
                format!("checkpoint {} by {}, {tail}", Count::Exactly(anchored.size), signer(&anchored.key))
            }
            None => "no checkpoint: proves nothing against a whole rewrite".to_owned(),
        }
    }
}

/// A key by its id: its name is that of the chain, and its bytes tell a person nothing.
fn signer(key: &str) -> String {
    match key.split('+').collect::<Vec<_>>()[..] {
        [_, id, _] => visible(id).into_owned(),
        _ => visible(key).into_owned(),
    }
}

/// Whether a checkpoint vouches for all of a chain, or is young enough that what came since may wait.
fn is_fresh(anchored: &Anchored, now: DateTime<Utc>) -> bool {
    anchored.tail == 0 || now - anchored.time < CHECKPOINT_INTERVAL
}

/// The time of day, and of another day its date.
pub(super) fn shortly(at: DateTime<Utc>, clock: Clock, now: DateTime<Utc>) -> String {
    if now - at < TimeDelta::hours(20) {
        when::time_of_day(at, clock)
    } else {
        when::moment(at, clock).chars().take(10).collect()
    }
}
