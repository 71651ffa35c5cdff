//! What a run of tests comes to, counted as its results arrive.

use super::junit::case::{Attempt, Case, Status};
use super::test_hash::TestHash;
use std::collections::HashMap;

/// Fewest tests of which an outage can be told.
pub const OUTAGE_TESTS_MIN: u64 = 10;

/// Most test cases of a run: what is known of each is held in memory while its files are taken in.
pub const TESTS_MAX: usize = 4_000_000;

/// Whether so many failures say that the machinery failed, and nothing of a single test: over 80 % of at
/// least 10 tests.
pub fn is_outage(tests: u64, failed: u64) -> bool {
    tests >= OUTAGE_TESTS_MIN && failed * 10 > tests * 8
}

/// What is known of a test in its run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    attempts: u32,
    flags: u8,
}

const PASSED: u8 = 1;
const FAILED: u8 = 2;
/// Seen in the file that is read, failed in it, failed and then passed in it.
const IN_FILE: u8 = 4;
const FAILED_IN_FILE: u8 = 8;
const FLAKY_IN_FILE: u8 = 16;

/// The tests of one run, over all of its files, and the counts of the file that is read.
#[derive(Debug, Default)]
pub struct Tally {
    seen: HashMap<TestHash, Seen>,
    /// Cases of this file that passed, perhaps after failures.
    pub passed: u64,
    /// Cases of this file that failed.
    pub failed: u64,
    /// Cases of this file that were not run.
    pub skipped: u64,
    /// Attempts in this file.
    pub attempts: u64,
    /// Tests that failed and then passed in this file.
    pub flaky: u64,
    /// Cases of this file whose suite and name an earlier case of it has.
    pub repeated: u64,
}

impl Tally {
    /// Takes note of what earlier files said of a test: its last attempt, and what came of all.
    pub fn known(&mut self, test: TestHash, attempts: u32, came_of_them: &[Status]) {
        self.seen
            .insert(test, Seen { attempts, flags: came_of_them.iter().map(|status| flag(*status)).sum() });
    }

    /// Whether no further test can be held.
    pub fn is_full(&self) -> bool {
        self.seen.len() >= TESTS_MAX
    }

    /// Counts a case; gives how many attempts of its test the run had before.
    ///
    /// The same suite and name again, in this file or another one of the run, are further attempts of
    /// one test: runners that retry by running again write them so.
    pub fn count(&mut self, test: TestHash, case: &Case) -> u32 {
        match case.status() {
            Status::Pass => self.passed += 1,
            Status::Fail => self.failed += 1,
            Status::Skip => self.skipped += 1,
        }
        self.attempts += case.attempts.len() as u64;
        let seen = self.seen.entry(test).or_default();
        let before = seen.attempts;
        seen.attempts = before.saturating_add(u32::try_from(case.attempts.len()).unwrap_or(u32::MAX));
        self.repeated += u64::from(seen.flags & IN_FILE != 0);
        seen.flags |= IN_FILE;
        for Attempt { status, .. } in &case.attempts {
            seen.flags |= flag(*status);
            match status {
                Status::Fail => seen.flags |= FAILED_IN_FILE,
                Status::Pass if seen.flags & (FAILED_IN_FILE | FLAKY_IN_FILE) == FAILED_IN_FILE => {
                    seen.flags |= FLAKY_IN_FILE;
                    self.flaky += 1;
                }
                Status::Pass | Status::Skip => {}
            }
        }
        before
    }

    /// The tests of the run, over all of its files: those that ran, and of these those that never passed.
    pub fn of_run(&self) -> (u64, u64) {
        let count =
            |holds: fn(u8) -> bool| self.seen.values().filter(|seen| holds(seen.flags)).count() as u64;
        (count(|flags| flags & (PASSED | FAILED) != 0), count(|flags| flags & (PASSED | FAILED) == FAILED))
    }
}

fn flag(status: Status) -> u8 {
    match status {
        Status::Pass => PASSED,
        Status::Fail => FAILED,
        Status::Skip => 0,
    }
}
