//! `attestor runs list`.

use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::Result;
use crate::operations::report::Overall;
use crate::operations::run::{Run, Since};
use crate::operations::store::list::{self, PAGE_ROWS_MAX, Query};
use crate::text::SafeText;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// Lists runs.
pub(super) async fn list(filter: &str, limit: Option<usize>, global: &Global) -> Result<u8> {
    let query = Query { filter: super::filter(filter)?, after: None, limit: PAGE_ROWS_MAX, now: Utc::now() };
    let session = global.open().await?;
    let format = global.format();
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, format);
    list::each(&session.db, &query, limit, |run| match format {
        Format::Table => printer.row(&Brief(&run)),
        Format::Json | Format::Csv | Format::Plain => printer.row(&run),
    })
    .await?;
    printer.finish()?;
    Ok(0)
}

/// The columns for programs: the fields of a JSON line.
impl Tabular for Run {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "type",
        "status",
        "outcome",
        "overall",
        "blocking",
        "since",
        "lost",
        "about",
        "user_id",
        "started_by",
        "created_at",
        "started_at",
        "completed_at",
        "summary_counts",
        "failure",
        "run_identity_hash",
    ];

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<SafeText>| text.as_ref().map(SafeText::to_string).unwrap_or_default();
        let time = |at: Option<DateTime<Utc>>| at.map(moment).unwrap_or_default();
        vec![
            self.id.to_string(),
            self.flow.to_string(),
            self.status.to_string(),
            self.outcome.to_string(),
            self.overall.map_or("", Overall::word).to_owned(),
            self.blocking.to_string(),
            self.since.map_or("", since).to_owned(),
            self.lost.to_string(),
            text(&self.about),
            text(&self.user_id),
            self.started_by.to_string(),
            moment(self.created_at),
            time(self.started_at),
            time(self.completed_at),
            counts(self),
            text(&self.failure),
            self.run_identity_hash.to_string(),
        ]
    }
}

/// The columns for people.
#[derive(Serialize)]
struct Brief<'a>(&'a Run);

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] =
        &["id", "flow", "standing", "overall", "since", "started", "by", "about"];

    fn cells(&self) -> Vec<String> {
        let run = self.0;
        vec![
            run.id.to_string(),
            run.flow.one_line().into_owned(),
            run.standing().to_owned(),
            run.overall.map_or("-", Overall::word).to_owned(),
            run.since.map_or("-", since).to_owned(),
            run.started_at.unwrap_or(run.created_at).format("%Y-%m-%d %H:%M:%SZ").to_string(),
            run.user_id.as_ref().unwrap_or(&run.started_by).one_line().into_owned(),
            run.about.as_ref().map(|about| about.one_line().into_owned()).unwrap_or_default(),
        ]
    }
}

pub(super) fn since(since: Since) -> &'static str {
    match since {
        Since::First => "first",
        Since::Unchanged => "unchanged",
        Since::Changed => "changed",
    }
}

/// `inserted 12, moved 3`
pub(super) fn counts(run: &Run) -> String {
    let counts: Vec<String> =
        run.summary_counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    counts.join(", ")
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
