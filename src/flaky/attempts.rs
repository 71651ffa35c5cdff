//! The attempts of a test, as results hold them, folded into runs in the order of time.

use super::evidence::{Mark, Run};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Attempts, a column each; all columns are as long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    /// The ids of the results. Within a run they tell the order.
    pub ids: Vec<i64>,
    /// The runs; 0 where a result belongs to none.
    pub runs: Vec<i64>,
    /// The commits, as numbers that stand for them.
    pub commits: Vec<i64>,
    /// When the run started, or the result was written.
    pub ats: Vec<DateTime<Utc>>,
    /// p passed, f failed, s skipped or said nothing, o in an outage.
    pub letters: Vec<u8>,
}

/// A run, with its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedRun {
    /// What it says.
    pub run: Run,
    /// When it started.
    pub at: DateTime<Utc>,
    first: i64,
}

/// The runs of a test, oldest first, and its attempts counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// The runs.
    pub runs: Vec<TimedRun>,
    /// Attempts that passed.
    pub passes: i64,
    /// Attempts that failed.
    pub fails: i64,
    /// Attempts that were skipped.
    pub skips: i64,
    /// Attempts in outages.
    pub outages: i64,
    /// The last run in which an attempt failed.
    pub last_failed_at: Option<DateTime<Utc>>,
}

struct Open {
    at: DateTime<Utc>,
    first: i64,
    commit: i64,
    passes: i64,
    fails: i64,
    passed_after_failure: bool,
    is_outage: bool,
}

/// Folds attempts into runs. Results without a run are together where their commit is the same.
pub fn fold(attempts: &Attempts) -> Folded {
    let Attempts { ids, runs, commits, ats, letters } = attempts;
    let count = ids.len().min(runs.len()).min(commits.len()).min(ats.len()).min(letters.len());
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by_key(|place| ids[*place]);
    let mut places: HashMap<(i64, i64), usize> = HashMap::with_capacity(count);
    let mut open: Vec<Open> = Vec::with_capacity(count);
    let mut folded = Folded::default();
    for at in order {
        let (key, letter) = ((runs[at], commits[at]), letters[at]);
        let place = *places.entry(key).or_insert(open.len());
        if place == open.len() {
            open.push(Open {
                at: ats[at],
                first: ids[at],
                commit: commits[at],
                passes: 0,
                fails: 0,
                passed_after_failure: false,
                is_outage: false,
            });
        }
        let run = &mut open[place];
        run.at = run.at.min(ats[at]);
        match letter {
            b'p' => {
                folded.passes += 1;
                run.passes += 1;
                run.passed_after_failure |= run.fails > 0;
            }
            b'f' => {
                folded.fails += 1;
                run.fails += 1;
            }
            b'o' => {
                folded.outages += 1;
                run.is_outage = true;
            }
            _ => folded.skips += 1,
        }
    }
    folded.runs = open.iter().map(Open::close).collect();
    folded.runs.sort_unstable_by_key(|run| (run.at, run.first));
    folded.last_failed_at = open.iter().filter(|run| run.fails > 0).map(|run| run.at).max();
    folded
}

impl Open {
    fn close(&self) -> TimedRun {
        let mark = match (self.passes, self.fails) {
            _ if self.is_outage => Mark::Outage,
            (0, 0) => Mark::Skip,
            (_, 0) => Mark::Pass,
            (0, 1) => Mark::Fail,
            (0, _) => Mark::FailAgain,
            _ if self.passed_after_failure => Mark::Flaked,
            _ => Mark::PassThenFail,
        };
        TimedRun { run: Run { mark, commit: self.commit }, at: self.at, first: self.first }
    }
}
