//! What the run of an import of tests reports.

use super::import::JunitReport;
use crate::chain::entry::Category;
use crate::operations::check::{Check, ReasonCode, Severity, Status};
use crate::operations::run::Flow;

/// Deviations that are reported one by one; more are counted.
const LISTED_MAX: usize = 200;

/// The intake of a file of test results.
pub const JUNIT: Flow = Flow {
    name: "import_junit",
    started: "import_junit.started",
    completed: "import_junit.completed",
    category: Category::Quarantine,
};

/// What was checked of a file of test results.
pub fn of_junit(report: &JunitReport) -> Vec<Check> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let taken_in = Check::pass("taken_in", "The file was taken in whole")
        .evidence("sha256", &*report.sha256)
        .evidence("tests", number(report.tests));
    let mut checks = vec![match report.entry {
        Some(seq) => taken_in
            .evidence("entry", seq.0)
            .next("The entry in the audit chain", &format!("attestor:audit/{seq}")),
        None => taken_in,
    }];
    let warning = |key: &str, title: &str, detail: &str| {
        Check::new(key, title, Status::Warn, ReasonCode::ext(JUNIT.name, detail)).severity(Severity::Low)
    };
    let (tests, failed) = report.of_run;
    if report.outage {
        let check = warning("outage", "The run is an outage and counts for no test", "outage");
        checks.push(
            check
                .message("Over 80 % of its tests failed, which says nothing about a single one of them.")
                .evidence("tests", number(tests))
                .evidence("failed", number(failed)),
        );
    } else {
        checks.push(Check::pass("outage", "The run is no outage").evidence("failed", number(failed)));
    }
    for (n, line) in report.deviations.iter().take(LISTED_MAX).enumerate() {
        let (place, what) = line.split_once(": ").unwrap_or(("file", line));
        let check = warning(&format!("deviation.{}", n + 1), "The file is odd", "deviation");
        checks.push(check.message(what).evidence("place", place));
    }
    if report.deviations.len() > LISTED_MAX {
        let more = (report.deviations.len() - LISTED_MAX) as u64;
        let check = warning("deviations_more", "The file is odd in more places", "deviation");
        checks.push(check.evidence("count", number(more)));
    }
    checks
}
