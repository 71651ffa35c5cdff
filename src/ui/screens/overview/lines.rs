//! The lines of the Overview: each area's own figures, made alike.
//!
//! An area joins with a variant of [`Section`], a function here that makes its lines, and a line in
//! `perform` that reads them.

use super::super::findings::list_view::{severity_symbol, short};
use super::wish::Look;
use crate::chain::recent::Recent;
use crate::db::series::Series;
use crate::drift::store::list::Counts;
use crate::flaky::store::tests;
use crate::ids::EntrySeq;
use crate::operations::store::list::Standing;
use crate::triage::finding::Severity;
use crate::triage::store::findings::Count;
use crate::triage::store::imports::{Import, Scans};
use crate::triage::store::overview::{self, Queue};
use crate::ui::theme::Theme;
use chrono::{DateTime, Utc};

/// An area, in the order of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What waits for a decision.
    Findings,
    /// Tests that lie, repositories that drift, runs that block.
    Watched,
    /// How the audit chain stands.
    Chain,
    /// What was taken in.
    Imports,
}

impl Section {
    /// All of them.
    pub const ALL: [Section; 4] = [Section::Findings, Section::Watched, Section::Chain, Section::Imports];

    /// What stands above its lines.
    pub fn title(self) -> &'static str {
        match self {
            Section::Findings => "FINDINGS",
            Section::Watched => "TESTS, DRIFT, RUNS",
            Section::Chain => "AUDIT CHAIN",
            Section::Imports => "IMPORTS",
        }
    }

    /// The lane of its load.
    pub fn lane(self) -> &'static str {
        match self {
            Section::Findings => "findings",
            Section::Watched => "watched",
            Section::Chain => "chain",
            Section::Imports => "imports",
        }
    }

    /// How many lines it will probably have: room is kept for them, so that nothing moves.
    pub fn lines_expected(self) -> usize {
        match self {
            Section::Findings => 10,
            Section::Watched => 3,
            Section::Imports | Section::Chain => 2,
        }
    }
}

/// A line of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// By what it is known within its section, whatever else changes.
    pub id: i64,
    /// What it counts.
    pub label: Label,
    /// What stands behind it.
    pub body: Body,
    /// Whether there was such a thing at the last visit.
    pub since: Since,
    /// Where it leads.
    pub jump: Option<Jump>,
}

/// What a line counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// Findings of this severity.
    Severity(Severity),
    /// In words.
    Words(String),
    /// In words, and a warning.
    Warning(String),
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// How many there are, how many came, how many of them are new.
    Numbers {
        /// How many there are now, where that says something.
        now: Option<Count>,
        /// How many came, by day.
        days: Box<Series>,
        /// How many came since the last visit; none at the first.
        new: Option<Count>,
    },
    /// Words, and a time before them.
    Words(Option<DateTime<Utc>>, String),
}

/// Whether something is newer than the last visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It is.
    New,
    /// It is not, or there was no visit.
    Known,
}

/// Where a line leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Jump {
    /// To the findings of a filter.
    Findings(String),
    /// To the runs of a filter.
    Runs(String),
    /// To the tests of a filter.
    Tests(String),
    /// To the repositories of a filter.
    Drift(String),
    /// To the Audit screen.
    Audit,
    /// To an entry of the chain.
    Entry(EntrySeq),
}

impl Label {
    /// The text.
    pub fn text(&self, theme: &Theme) -> String {
        match self {
            Label::Severity(severity) => {
                format!("{} {}", severity_symbol(*severity, theme), short(*severity))
            }
            Label::Words(words) => words.clone(),
            Label::Warning(words) => format!("{} {words}", theme.symbols.cross),
        }
    }
}

fn line(id: i64, label: &str, body: Body, jump: Option<Jump>) -> Line {
    Line { id, label: Label::Words(label.to_owned()), body, since: Since::Known, jump }
}

fn words(id: i64, label: &str, text: impl Into<String>) -> Line {
    line(id, label, Body::Words(None, text.into()), None)
}

fn numbers(of: &overview::Line) -> Body {
    Body::Numbers { now: of.now, days: Box::new(of.days), new: of.new }
}

/// The lines of the findings.
pub fn findings(queue: &Queue, look: &Look) -> Vec<Line> {
    if look.now.finding.0 == 0 {
        return vec![words(0, "none yet", "attestor import sarif FILE, or :import FILE, takes some in")];
    }
    let to = |filter: &str| Some(Jump::Findings(filter.to_owned()));
    let severities = queue.waiting.iter().map(|(severity, waiting)| Line {
        label: Label::Severity(*severity),
        ..line(severity.rank().into(), "", numbers(waiting), to(&overview::waiting(*severity)))
    });
    let all = queue.waiting.iter().fold(overview::Line::default(), |sum, (_, of)| overview::Line {
        now: plus(sum.now, of.now),
        days: sum.days.plus(&of.days),
        new: plus(sum.new, of.new),
    });
    let mine = Body::Numbers { now: None, days: Box::new(queue.mine), new: None };
    severities
        .chain([
            line(10, "undecided", numbers(&all), to("is:undecided")),
            line(11, "first seen", numbers(&queue.arrived), to("age<7d")),
            line(12, "came back", numbers(&queue.came_back), to(overview::CAME_BACK)),
            line(13, "gone", numbers(&queue.gone), to(overview::GONE)),
            line(14, "my verdicts", mine, to("by:me is:decided")),
        ])
        .collect()
}

fn plus(sum: Option<Count>, more: Option<Count>) -> Option<Count> {
    let number = |count| match count {
        Count::Exactly(n) => (n, false),
        Count::MoreThan(n) => (n, true),
    };
    let (Some((a, a_more)), Some((b, b_more))) = (sum.map(number), more.map(number)) else {
        return sum.or(more);
    };
    let sum = a.saturating_add(b);
    Some(if a_more || b_more { Count::MoreThan(sum) } else { Count::Exactly(sum) })
}

/// The lines of the imports.
pub fn imports(imports: &[Import], scans: &Scans, look: &Look) -> Vec<Line> {
    let mut lines: Vec<Line> = scans_line(scans).into_iter().collect();
    lines.extend(imports.iter().map(|import| import_line(import, look)));
    if imports.is_empty() {
        lines.push(words(-3, "none yet", "a file that is taken in shows here"));
    }
    lines
}

/// The lines of what is watched: each where it needs a look, and one that says so where none does.
pub fn watched(lying: &tests::Standing, drift_counts: &Counts, standing: &Standing) -> Vec<Line> {
    let lines: Vec<Line> =
        [tests(lying), drift(drift_counts), runs(standing)].into_iter().flatten().collect();
    if lines.is_empty() {
        return vec![words(-6, "quiet", "no test lies, nothing drifts, no run blocks")];
    }
    lines
}

/// The line of the runs, where one blocks, needs attention, is under way or was lost.
pub fn runs(standing: &Standing) -> Option<Line> {
    let parts = [
        (standing.blocked, "blocked", "overall:blocked"),
        (standing.attention, "with attention needed", "overall:needs_attention"),
        (standing.active, "running", "is:active"),
        (standing.lost, "lost", "is:lost"),
    ];
    let mut parts = parts.into_iter().filter(|(count, ..)| *count > 0).peekable();
    let (_, _, filter) = *parts.peek()?;
    let text: Vec<String> =
        parts.map(|(count, word, _)| format!("{} {word}", Count::Exactly(count))).collect();
    let label = match standing.blocked + standing.lost {
        0 => Label::Words("runs".to_owned()),
        _ => Label::Warning("runs".to_owned()),
    };
    let jump = Some(Jump::Runs(filter.to_owned()));
    Some(Line { label, jump, ..words(-2, "", text.join(", ")) })
}

/// The line of the tests, where one asks for a decision, flakes or is broken.
pub fn tests(standing: &tests::Standing) -> Option<Line> {
    let parts = [
        (standing.suggested, "suggested for quarantine", "is:suggested"),
        (standing.expired, "with a quarantine that ran out", "is:expired"),
        (standing.graduable, "that may leave quarantine", "is:graduable"),
        (standing.flaky, "flaky", "state:flaky"),
        (standing.broken, "broken", "state:broken"),
        (standing.quarantined, "quarantined", "is:quarantined"),
    ];
    let mut parts = parts.into_iter().filter(|(count, ..)| *count > 0).peekable();
    let (_, _, filter) = *parts.peek()?;
    let text: Vec<String> =
        parts.map(|(count, word, _)| format!("{} {word}", Count::Exactly(count))).collect();
    let label = match standing.suggested + standing.expired {
        0 => Label::Words("tests".to_owned()),
        _ => Label::Warning("tests".to_owned()),
    };
    let jump = Some(Jump::Tests(filter.to_owned()));
    Some(Line { label, jump, ..words(-4, "", text.join(", ")) })
}

/// The line of drift, where a repository differs from what it should be.
pub fn drift(counts: &Counts) -> Option<Line> {
    let parts = [
        (counts.critical, "with something critical", "is:critical"),
        (counts.drifted, "that drift", "is:drifted"),
    ];
    let mut parts = parts.into_iter().filter(|(count, ..)| *count > 0).peekable();
    let (_, _, filter) = *parts.peek()?;
    let count = |count: i64| Count::Exactly(u64::try_from(count).unwrap_or(0));
    let text: Vec<String> = parts.map(|(n, word, _)| format!("{} {word}", count(n))).collect();
    let label = match counts.critical {
        0 => Label::Words("drift".to_owned()),
        _ => Label::Warning("drift".to_owned()),
    };
    let jump = Some(Jump::Drift(filter.to_owned()));
    Some(Line { label, jump, ..words(-5, "", text.join(", ")) })
}

/// The scans of the last day that need a look: those under way, and those that failed.
fn scans_line(scans: &Scans) -> Option<Line> {
    let count = |n: u64| Count::Exactly(n).to_string();
    let under_way = scans.under_way.iter().map(|(word, n)| format!("{} {}", count(*n), word.one_line()));
    let mut parts: Vec<String> = under_way.collect();
    let mut label = Label::Words("scans".to_owned());
    if scans.failed > 0 {
        parts.push(format!("{} failed in 24 h", count(scans.failed)));
        label = Label::Warning("scans".to_owned());
    }
    (!parts.is_empty()).then(|| Line { label, ..words(-1, "", parts.join(", ")) })
}

fn import_line(import: &Import, look: &Look) -> Line {
    let counts: Vec<String> =
        import.counts.iter().map(|(word, n)| format!("{} {word}", Count::Exactly(*n))).collect();
    let counts = if counts.is_empty() { "nothing new".to_owned() } else { counts.join(", ") };
    let text = format!("{}  {counts}", import.project_name.one_line());
    let scans: Vec<String> = import.scans.iter().map(ToString::to_string).collect();
    let jump = (!scans.is_empty()).then(|| Jump::Findings(format!("scan:{}", scans.join(","))));
    let body = Body::Words(Some(import.imported_at), text);
    let is_new = look.last.is_some_and(|last| import.imported_at > last.at);
    let since = if is_new { Since::New } else { Since::Known };
    Line { since, ..line(import.id, &import.file_name.one_line(), body, jump) }
}

/// The lines of the audit chain: how far it goes and what was appended last. Whether it is whole is
/// not said here; that takes a verification.
pub fn chain(head: EntrySeq, days: &Series, newest: Option<&Recent>, look: &Look) -> Vec<Line> {
    let number = |seq: EntrySeq| u64::try_from(seq.0).unwrap_or(0);
    let last = look.last.map(|last| last.seq);
    let new = last.map(|last| Count::Exactly(number(head).saturating_sub(number(last))));
    let body = Body::Numbers { now: Some(Count::Exactly(number(head))), days: Box::new(*days), new };
    let mut lines = vec![line(0, "entries", body, Some(Jump::Audit))];
    match newest {
        Some(entry) => {
            let text = format!("{}  {}", entry.event_type.one_line(), entry.by().replace(['\n', '\t'], " "));
            let body = Body::Words(Some(entry.occurred_at), text);
            lines.push(line(1, "newest", body, Some(Jump::Audit)));
        }
        None => lines.push(words(1, "newest", "no entry yet; each decision leaves one")),
    }
    if let Some(last) = last.filter(|last| *last > head) {
        let text = format!("it ended at {} at your last visit", Count::Exactly(number(last)));
        lines.push(Line { label: Label::Warning("shorter".to_owned()), ..words(2, "", text) });
    }
    lines
}
