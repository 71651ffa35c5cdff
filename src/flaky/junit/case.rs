//! A test case: what its elements say, and the attempts that they come to.

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It passed.
    Pass,
    /// It failed, or could not be run to its end.
    Fail,
    /// It was not run.
    Skip,
}

impl Status {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Skip => "skip",
        }
    }

    /// The status that a producer's word means, whatever its letter case.
    pub fn read(word: &str) -> Option<Status> {
        let is = |words: &[&str]| words.iter().any(|other| word.trim().eq_ignore_ascii_case(other));
        if is(&["pass", "passed", "success", "succeeded", "ok"]) {
            Some(Status::Pass)
        } else if is(&["fail", "failed", "failure", "error", "errored", "broken"]) {
            Some(Status::Fail)
        } else if is(&["skip", "skipped", "disabled", "notrun", "suppressed", "ignored", "pending", "todo"]) {
            Some(Status::Skip)
        } else {
            None
        }
    }
}

/// One try of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What came of it.
    pub status: Status,
    /// How long it took, where the file says it.
    pub duration_ms: Option<i32>,
    /// What it said: why it failed, or why it was skipped.
    pub message: Option<String>,
}

/// What an element in a test case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// `failure` or `error`: it failed.
    Failed,
    /// `flakyFailure` or `flakyError`: it failed, and then passed.
    FailedThenPassed,
    /// `rerunFailure` or `rerunError`: it failed again, and never passed.
    FailedAgain,
    /// `skipped` or `disabled`: it was not run.
    Skipped,
}

impl Said {
    /// What an element of this name says; none for those that only go with a result.
    pub fn by(element: &str) -> Option<Said> {
        Some(match element {
            "failure" | "error" => Said::Failed,
            "flakyFailure" | "flakyError" => Said::FailedThenPassed,
            "rerunFailure" | "rerunError" => Said::FailedAgain,
            "skipped" | "disabled" => Said::Skipped,
            _ => return None,
        })
    }
}

/// An element of a test case, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Result {
    /// What it says.
    pub said: Said,
    /// In which words.
    pub message: Option<String>,
    /// How long its attempt took, where it says it.
    pub duration_ms: Option<i32>,
}

/// A test case of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its suite: the classname, else the name of the innermost suite that has one, else empty.
    pub suite: String,
    /// Its name.
    pub name: String,
    /// Its attempts, the first one first; at least one.
    pub attempts: Vec<Attempt>,
}

impl Case {
    /// How it came out: by its last attempt, unless a failure stands.
    pub fn status(&self) -> Status {
        self.attempts.last().map_or(Status::Skip, |attempt| attempt.status)
    }
}

/// The attempts that the elements of a case come to.
///
/// Several failures of one case (a test and its teardown) are one attempt. Reruns that never passed are
/// attempts of their own behind it; failures that a pass followed stand before that pass. A failure
/// outweighs a skip. Without any element the attributes decide, and without those it passed.
pub fn attempts(
    results: Vec<Result>,
    by_attribute: Option<Status>,
    duration_ms: Option<i32>,
) -> Vec<Attempt> {
    let mut failed: Option<Attempt> = None;
    let (mut before, mut again) = (Vec::new(), Vec::new());
    let mut skipped: Option<Option<String>> = None;
    for Result { said, message, duration_ms: own } in results {
        let attempt = |message| Attempt { status: Status::Fail, duration_ms: own, message };
        match said {
            Said::FailedThenPassed => before.push(attempt(message)),
            Said::FailedAgain => again.push(attempt(message)),
            Said::Skipped => skipped = Some(skipped.flatten().or(message)),
            Said::Failed => match &mut failed {
                Some(failed) => failed.message = joined(failed.message.take(), message),
                None => failed = Some(Attempt { duration_ms, ..attempt(message) }),
            },
        }
    }
    let passed = !before.is_empty() && failed.is_none();
    let mut attempts = before;
    attempts.extend(failed);
    attempts.append(&mut again);
    let last = |status, message| Attempt { status, duration_ms, message };
    if passed {
        attempts.push(last(Status::Pass, None));
    } else if attempts.is_empty() {
        attempts.push(match (skipped, by_attribute) {
            (Some(message), _) => last(Status::Skip, message),
            (None, status) => last(status.unwrap_or(Status::Pass), None),
        });
    }
    attempts
}

fn joined(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}\n\n{second}")),
        (first, second) => first.or(second),
    }
}
