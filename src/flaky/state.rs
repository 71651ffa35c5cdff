//! What a test is: new, healthy, flaky, broken, quarantined or graduated.

use super::evidence::{Basis, Evidence};
use serde::Serialize;
use std::fmt;

/// Fewer commits than these say little.
pub const NEW_COMMITS: u64 = 5;
/// So many commits with failures alone say much, however new a test is.
pub const NEW_FAILURES: u64 = 3;
/// So many failing commits in a row are no chance.
pub const BROKEN_STREAK: u64 = 5;
/// So many isolated failures make a test flaky where nothing is tried again.
pub const ISOLATED_MIN: u64 = 3;

/// What a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Too little is known.
    New,
    /// Nothing speaks against it.
    Healthy,
    /// It fails and passes on the same code.
    Flaky,
    /// It fails, and no retry helps.
    Broken,
    /// Its failures are kept out of the verdict of builds.
    Quarantined,
    /// It left quarantine, and has not flaked since.
    Graduated,
}

impl State {
    const ALL: [State; 6] =
        [State::New, State::Healthy, State::Flaky, State::Broken, State::Quarantined, State::Graduated];

    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            State::New => "new",
            State::Healthy => "healthy",
            State::Flaky => "flaky",
            State::Broken => "broken",
            State::Quarantined => "quarantined",
            State::Graduated => "graduated",
        }
    }

    /// The state of a word; new for any other.
    pub fn of_word(word: &str) -> State {
        State::ALL.into_iter().find(|state| state.word() == word).unwrap_or(State::New)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// From when on a test counts as flaky, and its quarantine is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Thresholds {
    /// The score that it has at least.
    pub score: f64,
    /// Commits that have to flake before quarantine is suggested.
    pub commits: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { score: 0.7, commits: 2 }
    }
}

impl Thresholds {
    /// Why these make no sense; none where they do.
    pub fn mistake(&self) -> Option<&'static str> {
        match () {
            () if !(self.score > 0.0 && self.score < 1.0) => Some("the score has to be between 0 and 1"),
            () if !(1..=1_000).contains(&self.commits) => Some("the commits have to be 1 to 1000"),
            () => None,
        }
    }
}

/// What people decided about a test, as far as its state depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decided {
    /// It is in quarantine.
    pub quarantined: bool,
    /// The commits that had flaked when it graduated; none where it never did.
    pub graduated_flaked: Option<u64>,
    /// The commits that had flaked when its suggestion was dismissed.
    pub dismissed_flaked: Option<u64>,
}

/// What the evidence alone says.
pub fn of_evidence(evidence: &Evidence, thresholds: Thresholds) -> State {
    let Evidence { first_try, flaked, never_passed, failing_streak, .. } = *evidence;
    let commits = evidence.commits();
    let is_flaky = match evidence.basis() {
        Basis::Retries => flaked > 0 && evidence.score() >= thresholds.score,
        Basis::Isolated => evidence.isolated >= ISOLATED_MIN && evidence.score() >= super::score::F0,
    };
    match () {
        () if commits < NEW_COMMITS && flaked < 2 && never_passed < NEW_FAILURES => State::New,
        () if never_passed > first_try + flaked || failing_streak >= BROKEN_STREAK => State::Broken,
        () if is_flaky => State::Flaky,
        () => State::Healthy,
    }
}

/// What a test is, by its evidence and by what people decided.
///
/// One that graduated stays so until it flakes again: the flakes before its quarantine are held against
/// it once more only then.
pub fn state(evidence: &Evidence, decided: &Decided, thresholds: Thresholds) -> State {
    if decided.quarantined {
        return State::Quarantined;
    }
    match (of_evidence(evidence, thresholds), decided.graduated_flaked) {
        (State::Broken, _) => State::Broken,
        (_, Some(before)) if evidence.flaked <= before => State::Graduated,
        (state, _) => state,
    }
}

/// Why the rules do not ask for a quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Ineligible {
    /// It is in quarantine already.
    Quarantined,
    /// It never passes; a quarantine would hide that.
    Broken,
    /// It has not flaked since it graduated.
    Graduated,
    /// Nothing that failed was tried again, so no flake was ever proved.
    NoRetries,
    /// Too few commits flaked.
    FewCommits {
        /// How many did.
        flaked: u64,
        /// How many have to.
        asked: u64,
    },
    /// The score is too low.
    LowScore {
        /// What it is.
        score: f64,
        /// What is asked.
        asked: f64,
    },
}

/// Whether the rules ask for the quarantine of a test: a score of .7 or more, at least 2 commits that
/// flaked, and not broken.
pub fn eligible(
    evidence: &Evidence,
    decided: &Decided,
    thresholds: Thresholds,
) -> std::result::Result<(), Ineligible> {
    let score = evidence.score();
    match state(evidence, decided, thresholds) {
        State::Quarantined => Err(Ineligible::Quarantined),
        State::Broken => Err(Ineligible::Broken),
        State::Graduated => Err(Ineligible::Graduated),
        _ if evidence.basis() == Basis::Isolated => Err(Ineligible::NoRetries),
        _ if evidence.flaked < thresholds.commits => {
            Err(Ineligible::FewCommits { flaked: evidence.flaked, asked: thresholds.commits })
        }
        _ if score < thresholds.score => Err(Ineligible::LowScore { score, asked: thresholds.score }),
        _ => Ok(()),
    }
}

/// Whether quarantine is suggested: the rules ask for it, and nobody dismissed that on this evidence.
pub fn suggested(evidence: &Evidence, decided: &Decided, thresholds: Thresholds) -> bool {
    eligible(evidence, decided, thresholds).is_ok()
        && decided.dismissed_flaked.is_none_or(|before| evidence.flaked > before)
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ineligible::Quarantined => f.write_str("it is in quarantine already"),
            Ineligible::Broken => {
                f.write_str("it is broken, not flaky: no retry helps, and a quarantine would hide that")
            }
            Ineligible::Graduated => f.write_str("it graduated, and has not flaked since"),
            Ineligible::NoRetries => {
                f.write_str("nothing that failed was tried again on the same commit, so no flake is proved")
            }
            Ineligible::FewCommits { flaked, asked } => {
                write!(f, "{flaked} of its commits flaked; {asked} are asked for")
            }
            Ineligible::LowScore { score, asked } => {
                write!(f, "its score is {score:.3}; {asked} is asked for")
            }
        }
    }
}
