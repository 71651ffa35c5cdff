//! `attestor tests list`.

use super::ListOptions;
use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::Result;
use crate::flaky::evidence::Basis;
use crate::flaky::store::tests::{self, Order, PAGE_ROWS_MAX, Query, Sort};
use crate::flaky::test::Test;
use crate::text::SafeText;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// Lists tests; 3 where one of them is what the person does not want to see.
pub(super) async fn list(options: ListOptions, global: &Global) -> Result<u8> {
    let now = Utc::now();
    let order = if options.reverse { Order::Reversed } else { Order::Natural };
    let filter = super::filter(&options.filter)?;
    let unwanted = match &options.fail_on {
        Some(text) => Some(filter.clone().and(super::filter(text)?)),
        None => None,
    };
    let query = Query { sort: Sort { by: options.sort, order }, ..Query::first(filter, PAGE_ROWS_MAX, now) };
    let session = global.open().await?;
    let format = global.format();
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, format);
    tests::each(&session.db, &query, options.limit, |test| match format {
        Format::Table => printer.row(&Brief(&test)),
        Format::Json | Format::Csv | Format::Plain => printer.row(&test),
    })
    .await?;
    printer.finish()?;
    let Some(unwanted) = unwanted else { return Ok(0) };
    // Asked by itself: a limit of rows is none of what is checked.
    match tests::count(&session.db, &unwanted, now).await? {
        0 => Ok(0),
        count => {
            let tests = if count == 1 { "1 test is".to_owned() } else { format!("{count} tests are") };
            eprintln!("{tests} {}", crate::text::visible(options.fail_on.as_deref().unwrap_or_default()));
            Ok(3)
        }
    }
}

/// The columns for programs: the fields of a JSON line.
impl Tabular for Test {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "repo_id",
        "repo",
        "test_id",
        "test_suite",
        "test_name",
        "environment",
        "state",
        "suggested",
        "flakiness_score",
        "basis",
        "severity",
        "failure_rate",
        "first_try",
        "flaked",
        "never_passed",
        "isolated",
        "failing_streak",
        "retried",
        "run_count",
        "pass_count",
        "fail_count",
        "skip_count",
        "outage_count",
        "strip",
        "first_run_at",
        "last_run_at",
        "last_failed_at",
        "scored_at",
        "version",
        "quarantined",
        "owner",
        "reason",
        "link",
        "quarantined_at",
        "quarantined_by",
        "expires_at",
        "graduation_runs",
        "clean_runs",
        "graduated_at",
        "dismissed_at",
        "dismissed_by",
        "dismissed_flaked",
        "graduated_flaked",
    ];

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<SafeText>| text.as_ref().map(SafeText::to_string).unwrap_or_default();
        let time = |at: Option<DateTime<Utc>>| at.map(moment).unwrap_or_default();
        vec![
            self.id.to_string(),
            or_empty(self.repo_id),
            self.repo.to_string(),
            self.test_id.to_string(),
            self.test_suite.to_string(),
            self.test_name.to_string(),
            self.environment.to_string(),
            self.state.word().to_owned(),
            self.suggested.to_string(),
            or_empty(self.flakiness_score.map(|score| format!("{score:.4}"))),
            self.basis.word().to_owned(),
            format!("{:.4}", self.severity),
            format!("{:.4}", self.failure_rate),
            self.first_try.to_string(),
            self.flaked.to_string(),
            self.never_passed.to_string(),
            self.isolated.to_string(),
            self.failing_streak.to_string(),
            self.retried.to_string(),
            self.run_count.to_string(),
            self.pass_count.to_string(),
            self.fail_count.to_string(),
            self.skip_count.to_string(),
            self.outage_count.to_string(),
            self.strip.to_string(),
            time(self.first_run_at),
            time(self.last_run_at),
            time(self.last_failed_at),
            time(self.scored_at),
            self.version.0.to_string(),
            self.quarantined.to_string(),
            text(&self.owner),
            text(&self.reason),
            text(&self.link),
            time(self.quarantined_at),
            text(&self.quarantined_by),
            time(self.expires_at),
            or_empty(self.graduation_runs),
            self.clean_runs.to_string(),
            time(self.graduated_at),
            time(self.dismissed_at),
            text(&self.dismissed_by),
            or_empty(self.dismissed_flaked),
            or_empty(self.graduated_flaked),
        ]
    }
}

/// The columns for people, in a width that a terminal has.
#[derive(Serialize)]
struct Brief<'a>(&'a Test);

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] =
        &["id", "score", "state", "rate", "last runs", "test", "environment", "repo"];

    fn cells(&self) -> Vec<String> {
        let test = self.0;
        let mark = if test.suggested { " !" } else { "" };
        vec![
            test.id.to_string(),
            score(test),
            format!("{}{mark}", test.state),
            format!("{:.1} %", test.failure_rate * 100.0),
            strip(&test.strip),
            short(&test.title()),
            test.environment.one_line().into_owned(),
            test.repo.one_line().into_owned(),
        ]
    }
}

/// The score; what is made of isolated failures is named as such.
pub(super) fn score(test: &Test) -> String {
    match (test.score(), test.basis) {
        (None, _) => "-".to_owned(),
        (Some(score), Basis::Retries) => format!("{score:.3}"),
        (Some(score), Basis::Isolated) => format!("{score:.3} isolated"),
    }
}

/// The last runs, a mark each, oldest first.
pub(super) fn strip(letters: &str) -> String {
    letters.chars().map(mark).collect()
}

/// The mark of a run.
pub(super) fn mark(letter: char) -> char {
    match letter {
        'p' => '·',
        'f' => '✗',
        'k' => '≠',
        's' => '-',
        'o' => 'o',
        _ => '?',
    }
}

/// The end of a text is what tells it apart.
pub(super) fn short(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    let chars = text.chars().count();
    if chars <= CHARS_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(chars - CHARS_MAX + 1).collect();
    format!("…{kept}")
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}
