//! What the run of an import reports: that the file was taken in, and each of its flaws with its place.

use super::import::ImportReport;
use super::jobs::MetricsReport;
use super::threat::{Feed, ThreatReport};
use crate::chain::entry::Category;
use crate::operations::check::{Check, ReasonCode, Severity, Status};
use crate::operations::run::Flow;

/// Flaws that are reported one by one; more are counted.
const LISTED_MAX: usize = 200;

const fn flow(name: &'static str, started: &'static str, completed: &'static str) -> Flow {
    Flow { name, started, completed, category: Category::FindingTriage }
}

/// The intake of a scanner's file.
pub const SARIF: Flow = flow("import_sarif", "import_sarif.started", "import_sarif.completed");
/// The intake of EPSS.
pub const EPSS: Flow = flow("import_epss", "import_epss.started", "import_epss.completed");
/// The intake of KEV.
pub const KEV: Flow = flow("import_kev", "import_kev.started", "import_kev.completed");
/// The intake of pipeline metrics.
pub const METRICS: Flow = flow("import_metrics", "import_metrics.started", "import_metrics.completed");

impl Feed {
    /// The flow of its intake.
    pub fn flow(self) -> Flow {
        match self {
            Feed::Epss => EPSS,
            Feed::Kev => KEV,
        }
    }
}

/// What was checked of a scanner's file. Each place where it breaks the standard is a warning.
pub fn of_sarif(report: &ImportReport) -> Vec<Check> {
    let flow = SARIF.name;
    let mut checks = vec![taken_in(&report.sha256, report.entry.map(|seq| seq.0), report.results, "results")];
    for line in report.deviations.iter().take(LISTED_MAX) {
        let (place, what) = line.split_once(": ").unwrap_or(("file", line));
        let check = Check::new(
            &key(&checks, "deviation", place),
            "The file breaks SARIF 2.1.0",
            Status::Warn,
            ReasonCode::ext(flow, "deviation"),
        );
        checks.push(check.severity(Severity::Low).message(what).evidence("place", place));
    }
    if report.deviations.len() > LISTED_MAX {
        let more = report.deviations.len() - LISTED_MAX;
        let check = Check::new(
            "deviations_more",
            "The file breaks SARIF 2.1.0 in more places",
            Status::Warn,
            ReasonCode::ext(flow, "deviation"),
        );
        checks.push(check.severity(Severity::Low).evidence("count", i64::try_from(more).unwrap_or(i64::MAX)));
    }
    if report.deviations.is_empty() {
        checks.push(Check::pass("standard", "The file keeps to SARIF 2.1.0"));
    }
    if report.left_out > 0 {
        let check = Check::new(
            "left_out",
            "Results could not be taken in",
            Status::Warn,
            ReasonCode::ext(flow, "left_out"),
        );
        checks.push(
            check
                .message("They could not be understood, or only say that something is gone.")
                .evidence("count", i64::try_from(report.left_out).unwrap_or(i64::MAX)),
        );
    }
    for note in &report.notes {
        let check = Check::new(
            &key(&checks, "note", "file"),
            "Something to know about this file",
            Status::Warn,
            ReasonCode::ext(flow, "note"),
        );
        checks.push(check.severity(Severity::Low).message(note));
    }
    checks
}

/// What was checked of an edition of EPSS or KEV.
pub fn of_threat(report: &ThreatReport, feed: Feed) -> Vec<Check> {
    let flow = feed.flow().name;
    let mut checks = vec![taken_in(&report.sha256, Some(report.entry.0), report.rows, "CVEs")];
    let dated = Check::pass("edition", "The edition is the newest that was taken in");
    checks.push(match (report.older_than, report.date) {
        (Some(newer), date) => Check::new(
            "edition",
            "An edition of a later day stood before",
            Status::Warn,
            ReasonCode::ext(flow, "older_edition"),
        )
        .evidence("day", date.map(|day| day.to_string()).unwrap_or_default())
        .evidence("later_day", newer.to_string()),
        (None, Some(date)) => dated.evidence("day", date.to_string()),
        (None, None) => {
            Check::new("edition", "The file does not say its day", Status::Skip, ReasonCode::NotApplicable)
        }
    });
    checks
}

/// What was checked of a file of metrics.
pub fn of_metrics(report: &MetricsReport) -> Vec<Check> {
    vec![taken_in(&report.sha256, Some(report.entry.0), report.rows, "scans")]
}

fn taken_in(sha256: &str, entry: Option<i64>, rows: u64, of_what: &str) -> Check {
    let check = Check::pass("taken_in", "The file was taken in whole")
        .evidence("sha256", sha256)
        .evidence(of_what, i64::try_from(rows).unwrap_or(i64::MAX));
    match entry {
        Some(seq) => check
            .evidence("entry", seq)
            .next("The entry in the audit chain", &format!("attestor:audit/{seq}")),
        None => check,
    }
}

/// A key for a place that no check has so far: places repeat, and characters that a key lacks are one.
fn key(checks: &[Check], sort: &str, place: &str) -> String {
    let wanted = Check::pass(&format!("{sort}.{place}"), "").key;
    let taken = |key: &str| checks.iter().any(|check| check.key == key);
    if !taken(&wanted) {
        return wanted;
    }
    let room = wanted.len().min(190);
    let numbered = (2..=LISTED_MAX * 2).map(|n| format!("{}-{n}", &wanted[..room]));
    numbered.into_iter().find(|key| !taken(key)).unwrap_or(wanted)
}
