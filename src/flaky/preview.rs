//! What other thresholds would do to the tests as they are, before anybody sets them.

use super::state::{State, Thresholds, state, suggested};
use super::test::Test;
use crate::ids::TestId;
use crate::text::SafeText;
use serde::Serialize;

/// How many tests a preview names; more are counted.
pub const NAMED_MAX: usize = 1_000;

/// What would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The thresholds that hold.
    pub before: Thresholds,
    /// Those that are thought of.
    pub after: Thresholds,
    /// Tests that were looked at.
    pub tests: u64,
    /// Tests whose quarantine would be suggested from then on.
    pub flagged: u64,
    /// Tests whose quarantine would be suggested no longer.
    pub unflagged: u64,
    /// Tests whose quarantine is suggested now.
    pub suggested_before: u64,
    /// Tests whose quarantine would be suggested then.
    pub suggested_after: u64,
    /// Tests whose state or suggestion would change; the first of them by name.
    pub changes: Vec<Change>,
}

/// A test that other thresholds change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The test.
    pub id: TestId,
    /// Its repository.
    pub repo: SafeText,
    /// Suite and name.
    pub title: String,
    /// Where it runs.
    pub environment: SafeText,
    /// Its score.
    pub score: f64,
    /// Commits that flaked.
    pub flaked: u64,
    /// What it is.
    pub state_before: State,
    /// What it would be.
    pub state_after: State,
    /// Whether its quarantine is suggested.
    pub suggested_before: bool,
    /// Whether it would be.
    pub suggested_after: bool,
}

impl Preview {
    /// A preview that has looked at nothing.
    pub fn new(before: Thresholds, after: Thresholds) -> Self {
        Preview {
            before,
            after,
            tests: 0,
            flagged: 0,
            unflagged: 0,
            suggested_before: 0,
            suggested_after: 0,
            changes: Vec::new(),
        }
    }

    /// Looks at a test. Gives what would become of it, where that is something else.
    pub fn look(&mut self, test: &Test) -> Option<(State, bool)> {
        let (evidence, decided) = (test.evidence(), test.decided());
        let is =
            |thresholds| (state(&evidence, &decided, thresholds), suggested(&evidence, &decided, thresholds));
        let ((state_before, was), (state_after, will)) = (is(self.before), is(self.after));
        self.tests += 1;
        self.suggested_before += u64::from(was);
        self.suggested_after += u64::from(will);
        self.flagged += u64::from(will && !was);
        self.unflagged += u64::from(was && !will);
        if (state_before, was) != (state_after, will) && self.changes.len() < NAMED_MAX {
            self.changes.push(Change {
                id: test.id,
                repo: test.repo.clone(),
                title: test.title(),
                environment: test.environment.clone(),
                score: evidence.score(),
                flaked: test.flaked,
                state_before,
                state_after,
                suggested_before: was,
                suggested_after: will,
            });
        }
        ((state_after, will) != (test.state, test.suggested)).then_some((state_after, will))
    }
}
