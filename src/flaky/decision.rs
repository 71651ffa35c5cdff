//! What a person decides about a test, and whether the rules ask for it.

use super::quarantine::{Link, Mistake, Owner, Reason, check_end, graduation_runs};
use super::state::{self, Ineligible, State, Thresholds};
use super::test::Test;
use crate::ids::{TestId, Version};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::fmt;

/// A test, as the person saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub test: TestId,
    /// Its version then.
    pub version: Version,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Its failures are kept out of the verdict of builds; it goes on running. On a test that is in
    /// quarantine, this renews it.
    Quarantine {
        /// Who looks after it; nobody named means who decides.
        owner: Option<Owner>,
        /// Why.
        reason: Reason,
        /// The issue about it.
        link: Option<Link>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It leaves quarantine.
    Graduate {
        /// Why.
        reason: Reason,
    },
    /// Its quarantine is not suggested again until it flakes again.
    Dismiss {
        /// Why.
        reason: Reason,
    },
}

impl What {
    /// The word of the deed.
    pub fn word(&self) -> &'static str {
        match self {
            What::Quarantine { .. } => "quarantine",
            What::Graduate { .. } => "graduate",
            What::Dismiss { .. } => "dismiss",
        }
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        match self {
            What::Quarantine { reason, .. } | What::Graduate { reason } | What::Dismiss { reason } => reason,
        }
    }

    /// Checks what can be checked without the tests.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), Mistake> {
        match self {
            What::Quarantine { until, .. } => check_end(*until, now),
            _ => Ok(()),
        }
    }
}

/// Whether the rules have to ask for what is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// They have to.
    Hold,
    /// The person knows better; that is recorded.
    Overridden,
}

/// What a decision makes of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The test.
    pub test: TestId,
    /// The version that was seen.
    pub seen: Version,
    /// What it is from then on.
    pub state: State,
    /// Whether the rules asked for it.
    pub by_rule: bool,
    /// Clean runs that its graduation takes, where its quarantine begins.
    pub graduation_runs: Option<u32>,
}

/// Why nothing was decided about a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// The test.
    pub test: TestId,
    /// Suite and name.
    pub title: String,
    /// Why.
    pub why: Why,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The rules do not ask for its quarantine.
    Ineligible(Ineligible),
    /// It is in no quarantine.
    NotQuarantined,
    /// It has not run clean for long enough.
    RunsLeft(u32),
    /// Its quarantine is not suggested.
    NotSuggested,
}

impl Why {
    /// Whether a person may decide so all the same.
    pub fn can_be_overridden(self) -> bool {
        matches!(self, Why::Ineligible(_) | Why::RunsLeft(_))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}: ", self.test, self.title)?;
        match self.why {
            Why::Ineligible(why) => why.fmt(f),
            Why::NotQuarantined => f.write_str("it is in no quarantine"),
            Why::RunsLeft(1) => f.write_str("1 more clean run is needed before it may leave"),
            Why::RunsLeft(runs) => {
                write!(f, "{runs} more clean runs in a row are needed before it may leave")
            }
            Why::NotSuggested => f.write_str("its quarantine is not suggested"),
        }
    }
}

/// Somebody decided on the test meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// The version that the person saw.
    pub seen: Version,
    /// The test as it is.
    pub now: Box<Test>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Test { id, state, version, .. } = *self.now;
        write!(
            f,
            "#{id} {} is {state} now (version {}, you saw {})",
            self.now.title(),
            version.0,
            self.seen.0
        )?;
        if let Some(by) = self.now.quarantined_by.as_ref().filter(|_| state == State::Quarantined) {
            write!(f, ", by {}", SafeText::one_line(by))?;
        }
        Ok(())
    }
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub enum NotDecided {
    /// Somebody was faster.
    Conflict(Conflict),
    /// It cannot be, or the rules do not ask for it.
    Refused(Refusal),
}

/// What `what` makes of a test that is locked.
pub fn decide(
    test: &Test,
    seen: Version,
    what: &What,
    rules: Rules,
    thresholds: Thresholds,
) -> Result<Step, NotDecided> {
    if test.version != seen {
        return Err(NotDecided::Conflict(Conflict { seen, now: Box::new(test.clone()) }));
    }
    let (evidence, mut decided) = (test.evidence(), test.decided());
    let why_not = match what {
        // Its quarantine is renewed: who looks after it, why, until when.
        What::Quarantine { .. } if test.quarantined => None,
        What::Quarantine { .. } => {
            state::eligible(&evidence, &decided, thresholds).err().map(Why::Ineligible)
        }
        What::Graduate { .. } => match test.runs_left() {
            _ if !test.quarantined => Some(Why::NotQuarantined),
            // A producer's quarantine says nothing of what it takes.
            None | Some(0) => None,
            Some(left) => Some(Why::RunsLeft(left)),
        },
        What::Dismiss { .. } if test.suggested => None,
        What::Dismiss { .. } => Some(Why::NotSuggested),
    };
    if let Some(why) = why_not
        && !(rules == Rules::Overridden && why.can_be_overridden())
    {
        return Err(NotDecided::Refused(Refusal { test: test.id, title: test.title(), why }));
    }
    let begins = matches!(what, What::Quarantine { .. }) && !test.quarantined;
    match what {
        What::Quarantine { .. } => decided.quarantined = true,
        What::Graduate { .. } => {
            decided.quarantined = false;
            decided.graduated_flaked = Some(test.flaked);
        }
        What::Dismiss { .. } => {}
    }
    Ok(Step {
        test: test.id,
        seen,
        state: state::state(&evidence, &decided, thresholds),
        by_rule: why_not.is_none(),
        graduation_runs: begins.then(|| graduation_runs(test.severity)),
    })
}
