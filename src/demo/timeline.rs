//! Ninety days of scans: when each repository was scanned, and what each scan saw.

use super::catalog::Company;
use super::draft::Draft;
use super::rng::Rng;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// How far back the history goes.
pub const DAYS: i64 = 90;

/// One scan.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The repository's position in the company.
    pub repo: usize,
    /// The scanner.
    pub tool: String,
    /// The branch.
    pub branch: String,
    /// The commit.
    pub commit: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it came to its end.
    pub outcome: ScanOutcome,
}

/// Whether a scan came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOutcome {
    /// It did.
    Completed,
    /// It broke off and saw nothing.
    Failed,
}

/// When lines were added above the code of a file, and how many.
type Edit = (DateTime<Utc>, usize);

/// The life of one finding, in scans by their position.
#[derive(Debug, Clone)]
pub struct Life {
    /// The scans that saw it, in order: what each made of it, and at which line its code began.
    pub seen: Vec<(usize, Outcome, usize)>,
    /// The scan that no longer saw it.
    pub gone: Option<usize>,
    /// The scan that saw it again.
    pub back: Option<usize>,
}

/// What a scan makes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Seen for the first time.
    New,
    /// Seen where it was.
    Unchanged,
    /// Seen at another line.
    Moved,
    /// Seen again.
    Regressed,
}

impl Outcome {
    /// The word, as the columns hold it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::New => "new",
            Outcome::Unchanged => "unchanged",
            Outcome::Moved => "moved",
            Outcome::Regressed => "regressed",
        }
    }
}

/// The scans of the company in order of time, and the life of each draft.
///
/// Each repository is scanned once in `pace_days`.
pub fn all(
    company: &Company,
    drafts: &[Draft],
    seed: u64,
    end: DateTime<Utc>,
    pace_days: i64,
) -> (Vec<Scan>, Vec<Life>) {
    let mut rng = Rng::of(seed, "timeline");
    let branches: Vec<&'static str> = drafts.iter().map(|d| branch_of(company, d, &mut rng)).collect();
    let mut series: BTreeSet<(usize, &str, &str)> = BTreeSet::new();
    for (draft, branch) in drafts.iter().zip(&branches) {
        series.insert((draft.repo, *branch, &draft.tool));
    }
    let scans = scans(&series, &mut rng, end, pace_days);
    let mut of_series: BTreeMap<(usize, &str, &str), Vec<usize>> = BTreeMap::new();
    for (i, scan) in scans.iter().enumerate().filter(|(_, s)| s.outcome == ScanOutcome::Completed) {
        of_series.entry((scan.repo, &scan.branch, &scan.tool)).or_default().push(i);
    }
    let mut edits: BTreeMap<(usize, &str), Option<Edit>> = BTreeMap::new();
    let lives = drafts.iter().zip(&branches).map(|(draft, branch)| {
        let empty = Vec::new();
        let scans_of = of_series.get(&(draft.repo, *branch, &*draft.tool)).unwrap_or(&empty);
        // An edit above moves everything in the file.
        let edit = *edits.entry((draft.repo, &draft.file)).or_insert_with(|| {
            let at = end - TimeDelta::hours(rng.between(30, DAYS * 24 - 200));
            rng.chance(14).then(|| (at, rng.between(1, 7) as usize))
        });
        life(draft, scans_of, &scans, edit, &mut rng)
    });
    let lives = lives.collect();
    (scans, lives)
}

fn branch_of(company: &Company, draft: &Draft, rng: &mut Rng) -> &'static str {
    let name = company.repos[draft.repo].short_name();
    match name {
        "payments" if rng.chance(5) => "release/4.2",
        "web" if rng.chance(5) => "release/2024.3",
        _ => "main",
    }
}

/// One run in `pace_days`, on other branches half as many: all tools look at the same commit, a few minutes apart.
fn scans(
    series: &BTreeSet<(usize, &str, &str)>,
    rng: &mut Rng,
    end: DateTime<Utc>,
    pace_days: i64,
) -> Vec<Scan> {
    let mut scans = Vec::new();
    let pairs: BTreeSet<(usize, &str)> = series.iter().map(|(repo, branch, _)| (*repo, *branch)).collect();
    for (repo, branch) in pairs {
        let tools: Vec<&str> =
            series.iter().filter(|s| (s.0, s.1) == (repo, branch)).map(|(_, _, tool)| *tool).collect();
        let (first_day, step) = if branch == "main" { (DAYS, pace_days) } else { (57, 2 * pace_days) };
        // The first repository's history is as long as it gets.
        let shift = if repo == 0 { 0 } else { rng.between(0, 5) };
        let runs = (first_day - shift + step - 1) / step;
        for run in 0..runs {
            let hour = if run == 0 && repo == 0 { 1 } else { rng.between(1, 22) };
            let at = end - TimeDelta::days(first_day - shift - run * step)
                + TimeDelta::minutes(hour * 60 + rng.between(0, 59))
                + TimeDelta::milliseconds(rng.between(0, 59_999));
            let commit = rng.text(b"0123456789abcdef", 40);
            let middle = run > 0 && run + 1 < runs;
            for (i, tool) in tools.iter().enumerate() {
                if middle && rng.chance(4) {
                    continue;
                }
                let outcome =
                    if middle && rng.chance(2) { ScanOutcome::Failed } else { ScanOutcome::Completed };
                let after = TimeDelta::seconds(i as i64 * 170 + rng.between(20, 150));
                scans.push(Scan {
                    repo,
                    tool: (*tool).to_owned(),
                    branch: branch.to_owned(),
                    commit: commit.clone(),
                    at: (at + after).min(end - TimeDelta::minutes(1)),
                    outcome,
                });
            }
        }
    }
    scans.sort_by(|a, b| (a.at, a.repo, &a.tool).cmp(&(b.at, b.repo, &b.tool)));
    scans
}

fn life(draft: &Draft, of_series: &[usize], scans: &[Scan], edit: Option<Edit>, rng: &mut Rng) -> Life {
    let count = of_series.len();
    let born = if rng.chance(34) { 0 } else { rng.below(count) };
    let left = count - born;
    let resolved = if draft.real { 17 } else { 8 };
    let fate = rng.below(100);
    // Gone from `gone` on, back from `back` on.
    let (gone, back) = match () {
        () if fate < resolved && left >= 2 => (Some(born + 1 + rng.below(left - 1)), None),
        () if fate < resolved + 5 && left >= 3 => {
            let gone = born + 1 + rng.below(left - 2);
            (Some(gone), Some(gone + 1 + rng.below(count - gone - 1)))
        }
        () => (None, None),
    };
    let mut life =
        Life { seen: Vec::new(), gone: gone.map(|g| of_series[g]), back: back.map(|b| of_series[b]) };
    let edit = edit.filter(|(_, lines)| draft.start > *lines);
    let mut moved = false;
    for (i, &scan) in of_series.iter().enumerate().skip(born) {
        if gone.is_some_and(|gone| i >= gone && back.is_none_or(|back| i < back)) {
            continue;
        }
        let later = edit.is_some_and(|(at, _)| scans[scan].at >= at);
        let outcome = match () {
            () if i == born => Outcome::New,
            () if Some(i) == back => Outcome::Regressed,
            () if later && !moved => Outcome::Moved,
            () => Outcome::Unchanged,
        };
        moved |= later;
        let start = edit.filter(|_| !later).map_or(draft.start, |(_, lines)| draft.start - lines);
        life.seen.push((scan, outcome, start));
    }
    life
}
