//! Runs of tests: 200 days of 400 tests in four repositories, of which some are known to lie.
//!
//! What each test does is decided by its place among the hundred of its repository, so that one who looks
//! can say what should be found: most pass; some flake, more or less often; some broke and were mended,
//! some broke and stayed so. One repository never tries a failure again, one runs in two places.

use super::rng::Rng;
use crate::db::copy::{push, push_number};
use crate::flaky::test_hash::TestHash;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// How far back the runs go.
pub const DAYS: i64 = 200;
/// Tests of a repository.
pub const TESTS: usize = 100;
/// The repositories, with the number of times that a failure is tried again.
pub const REPOS: [(&str, usize); 4] =
    [("acme/api", 2), ("acme/payments", 2), ("acme/web", 0), ("acme/ledger", 1)];
/// The second place in which the first repository runs a part of its tests.
const SECOND_PLACE: &str = "macos-arm64";
const FIRST_PLACE: &str = "linux-x86_64";

/// What a test does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Habit {
    /// It passes.
    Passes,
    /// It flakes in so many of a thousand tries.
    Flakes(usize),
    /// It flaked until so many days before the end.
    FlakedUntil(i64),
    /// It fails from so many days before the end to so many.
    BrokeBetween(i64, i64),
    /// It is there for so many days.
    NewSince(i64),
    /// It is always skipped.
    Skipped,
}

/// What the test at `place` of a repository does.
pub fn habit(place: usize) -> Habit {
    match place {
        3 => Habit::Flakes(120),
        11 => Habit::Flakes(60),
        27 => Habit::Flakes(35),
        42 => Habit::Flakes(20),
        58 => Habit::Flakes(4),
        64 => Habit::FlakedUntil(115),
        71 => Habit::BrokeBetween(9, 0),
        72 => Habit::BrokeBetween(DAYS, 0),
        77 => Habit::BrokeBetween(60, 47),
        83 => Habit::BrokeBetween(141, 122),
        90 => Habit::NewSince(3),
        95 => Habit::Skipped,
        _ => Habit::Passes,
    }
}

/// A run of a repository in a place.
pub struct Run {
    /// The place of its repository in [`REPOS`].
    pub repo: usize,
    /// The row, in the text format of COPY, behind the repository's id.
    row: Vec<u8>,
    /// What its results begin with, behind the ids of repository and run.
    head: Vec<u8>,
    /// Its results: what follows `head`, one each.
    results: Vec<Vec<u8>>,
}

/// All runs, oldest first.
pub struct Suites {
    /// The runs.
    pub runs: Vec<Run>,
}

impl Suites {
    /// Results in all.
    pub fn results(&self) -> usize {
        self.runs.iter().map(|run| run.results.len()).sum()
    }

    /// SHA-256 over all rows, in hex.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for run in &self.runs {
            for row in std::iter::once(&run.row).chain(&run.results) {
                hash.update(row);
                hash.update(b"\n");
            }
        }
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The rows of `trust.ci_runs`, for repositories of these ids.
    pub fn run_rows(&self, repos: &[i64]) -> Vec<u8> {
        let mut rows = Vec::new();
        for run in &self.runs {
            rows.extend_from_slice(repos[run.repo].to_string().as_bytes());
            rows.extend_from_slice(&run.row);
            rows.push(b'\n');
        }
        rows
    }

    /// The rows of `trust.test_results`, for repositories and runs of these ids.
    pub fn result_rows(&self, repos: &[i64], runs: &[i64]) -> Vec<u8> {
        let mut rows = Vec::with_capacity(self.results() * 160);
        for (run, id) in self.runs.iter().zip(runs) {
            let ids = format!("{}\t{id}", repos[run.repo]);
            for result in &run.results {
                rows.extend_from_slice(ids.as_bytes());
                rows.extend_from_slice(&run.head);
                rows.extend_from_slice(result);
                rows.push(b'\n');
            }
        }
        rows
    }
}

/// A test of a repository.
struct Test {
    place: usize,
    suite: String,
    name: String,
    id: String,
}

/// The runs up to `date`.
pub fn suites(seed: u64, date: NaiveDate) -> Suites {
    let mut runs = Vec::new();
    for (repo, (name, retries)) in REPOS.iter().enumerate() {
        let mut rng = Rng::of(seed, &format!("tests of {name}"));
        let tests: Vec<Test> = (0..TESTS).map(|place| test(repo, name, place)).collect();
        for back in (1..=DAYS).rev() {
            let day = (date - TimeDelta::days(back)).and_time(NaiveTime::MIN).and_utc();
            let at = day + TimeDelta::minutes(rng.between(420, 1_080));
            let commit = rng.text(b"0123456789abcdef", 40);
            let is_outage = back == 33 + repo as i64 * 20;
            let mut days = Day { rng: &mut rng, at, commit: &commit, back, is_outage, retries: *retries };
            runs.push(days.run(repo, FIRST_PLACE, tests.iter()));
            if repo == 0 && back % 2 == 0 {
                runs.push(days.run(repo, SECOND_PLACE, tests.iter().take(TESTS / 2)));
            }
        }
    }
    runs.sort_by(|a, b| a.row.cmp(&b.row).then(a.repo.cmp(&b.repo)));
    Suites { runs }
}

const SUBJECTS: [&str; 10] =
    ["session", "invoice", "basket", "journal", "upload", "search", "account", "refund", "report", "webhook"];
const DEEDS: [&str; 10] = [
    "keeps_its_order",
    "rounds_half_even",
    "rejects_empty_input",
    "survives_a_restart",
    "expires_in_time",
    "is_idempotent",
    "follows_redirects",
    "locks_the_row",
    "reads_back_what_was_written",
    "honours_the_limit",
];

fn test(repo: usize, repo_name: &str, place: usize) -> Test {
    let (subject, deed) = (SUBJECTS[place / 10 % 10], DEEDS[place % 10]);
    let mut class: String = subject.to_owned();
    class[..1].make_ascii_uppercase();
    let (suite, name) = match repo {
        0 => (format!("tests.test_{subject}.Test{class}"), format!("test_{subject}_{deed}")),
        1 => (format!("com.acme.payments.{class}Test"), deed.to_owned()),
        2 => (format!("src/{subject}.test.ts"), format!("{subject} {}", deed.replace('_', " "))),
        _ => (format!("ledger/{subject}"), format!("Test{class}_{deed}")),
    };
    let id = TestHash::of(repo_name, &suite, &name).to_string();
    Test { place, suite, name, id }
}

struct Day<'a> {
    rng: &'a mut Rng,
    at: DateTime<Utc>,
    commit: &'a str,
    back: i64,
    is_outage: bool,
    retries: usize,
}

impl Day<'_> {
    fn run<'t>(&mut self, repo: usize, place: &str, tests: impl Iterator<Item = &'t Test>) -> Run {
        let started_at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (mut results, mut ran, mut failed) = (Vec::new(), 0, 0);
        for test in tests {
            let said = self.attempts(test, place);
            ran += i32::from(said.iter().any(Option::is_some));
            failed += i32::from(!said.contains(&Some(true)) && said.contains(&Some(false)));
            for (attempt, passed) in said.iter().enumerate() {
                results.push(self.result(test, *passed, attempt));
            }
        }
        let mut row = Vec::new();
        let key = format!("{}-{place}", 1_000 + DAYS - self.back);
        for text in [&*started_at, &key, self.commit, "main", place, "tests"] {
            push(&mut row, Some(text));
        }
        push_number(&mut row, Some(ran));
        push_number(&mut row, Some(failed));
        push(&mut row, Some(if self.is_outage { "t" } else { "f" }));
        let mut head = Vec::new();
        for text in [self.commit, "main", "tests", place, &started_at] {
            push(&mut head, Some(text));
        }
        Run { repo, row, head, results }
    }

    /// The attempts of a test: passed, failed, or none where it was skipped.
    fn attempts(&mut self, test: &Test, place: &str) -> Vec<Option<bool>> {
        let back = self.back;
        let (per_mille, is_down) = match habit(test.place) {
            Habit::Passes => (0, false),
            // On the second place the clock is another: it never flakes there.
            Habit::Flakes(_) if place == SECOND_PLACE => (0, false),
            Habit::Flakes(per_mille) => (per_mille, false),
            Habit::FlakedUntil(until) => (if back > until { 250 } else { 0 }, false),
            Habit::BrokeBetween(from, to) => (0, back <= from && back > to),
            Habit::NewSince(since) if back > since => return Vec::new(),
            Habit::NewSince(_) => (0, false),
            Habit::Skipped => return vec![None],
        };
        let is_down = is_down || (self.is_outage && self.rng.chance(95));
        let mut said = Vec::new();
        loop {
            let passed = !is_down && self.rng.below(1_000) >= per_mille;
            said.push(Some(passed));
            if passed || said.len() > self.retries {
                return said;
            }
        }
    }

    fn result(&mut self, test: &Test, passed: Option<bool>, attempt: usize) -> Vec<u8> {
        let mut row = Vec::new();
        let status = match passed {
            Some(true) => "pass",
            Some(false) => "fail",
            None => "skip",
        };
        let message = match (passed, test.place % 3) {
            (Some(true), _) => None,
            (None, _) => Some("waits for the new test data".to_owned()),
            (_, _) if self.is_outage => Some("connection refused: db.internal.example:5432".to_owned()),
            (_, 0) => {
                Some(format!("timed out after {} ms waiting for the lock", self.rng.between(3_000, 3_400)))
            }
            (_, 1) => Some(format!("expected 3 rows, found {}", self.rng.between(0, 2))),
            _ => Some("assertion failed: the order of events is not what was sent".to_owned()),
        };
        push(&mut row, Some(&test.suite));
        push(&mut row, Some(&test.name));
        push(&mut row, Some(&test.id));
        push(&mut row, Some(status));
        let took = i32::try_from(self.rng.between(2, 900)).ok().filter(|_| passed.is_some());
        push_number(&mut row, took);
        push(&mut row, message.as_deref());
        push_number(&mut row, i32::try_from(attempt + 1).ok());
        row
    }
}
