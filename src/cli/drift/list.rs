//! `attestor drift list`.

use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::drift::store::list::{self, Listed, PAGE_ROWS_MAX, Query};
use crate::error::Result;
use crate::text::SafeText;
use chrono::Utc;
use serde::Serialize;

/// Which repositories.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which repositories, such as 'is:drifted policy:base'; without it, all of them.
    #[arg(
        long,
        short,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    filter: String,
    /// How many rows at most; without it, all of them.
    #[arg(long, value_name = "ROWS")]
    limit: Option<usize>,
    /// End with status 3 where a repository matches: drift, critical, or a filter such as 'is:critical'.
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<String>,
}

/// Lists repositories.
pub(super) async fn list(options: &Options, global: &Global) -> Result<u8> {
    let filter = super::filter(&options.filter)?;
    let failing = match options.fail_on.as_deref() {
        None => None,
        Some("drift" | "drifted") => Some(super::filter("is:drifted")?),
        Some("critical") => Some(super::filter("is:critical")?),
        Some(text) => Some(super::filter(text)?),
    };
    let now = Utc::now();
    let query = Query { filter: filter.clone(), after: None, limit: PAGE_ROWS_MAX, now };
    let session = global.open().await?;
    let format = global.format();
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, format);
    list::each(&session.db, &query, options.limit, |row| match format {
        Format::Table => printer.row(&Brief(&row)),
        Format::Json | Format::Csv | Format::Plain => printer.row(&row),
    })
    .await?;
    printer.finish()?;
    let Some(failing) = failing else { return Ok(0) };
    let found = list::counts(&session.db, &filter.and(failing), now).await?.repos;
    Ok(if found > 0 { 3 } else { 0 })
}

/// The columns for programs: the fields of a JSON line.
impl Tabular for Listed {
    const COLUMNS: &'static [&'static str] = &[
        "repo_id",
        "repo",
        "in_sync",
        "drift_fields",
        "drift_count",
        "critical_count",
        "ignored_count",
        "unreadable_count",
        "mode",
        "policies",
        "drifted_since",
        "last_reconciled_at",
        "snoozed_until",
        "failure",
    ];

    fn cells(&self) -> Vec<String> {
        let texts = |texts: &[SafeText]| {
            texts.iter().map(|text| text.one_line().into_owned()).collect::<Vec<_>>().join(" ")
        };
        let time = |at: Option<chrono::DateTime<Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
        vec![
            self.repo_id.to_string(),
            self.repo.to_string(),
            self.in_sync.map(|in_sync| in_sync.to_string()).unwrap_or_default(),
            texts(&self.drift_fields),
            self.drift_count.to_string(),
            self.critical_count.to_string(),
            self.ignored_count.to_string(),
            self.unreadable_count.to_string(),
            self.mode.to_string(),
            texts(&self.policies),
            time(self.drifted_since),
            time(self.last_reconciled_at),
            time(self.snoozed_until),
            self.failure.as_ref().map(SafeText::to_string).unwrap_or_default(),
        ]
    }
}

/// The columns for people.
#[derive(Serialize)]
struct Brief<'a>(&'a Listed);

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] =
        &["repo", "standing", "mode", "since", "checked", "runs", "fields"];

    fn cells(&self) -> Vec<String> {
        let row = self.0;
        let time = |at: Option<chrono::DateTime<Utc>>| at.map_or("-".to_owned(), super::moment);
        let fields: Vec<_> =
            row.drift_fields.iter().take(3).map(|field| field.one_line().into_owned()).collect();
        let more = usize::try_from(row.drift_count).unwrap_or(0).saturating_sub(fields.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        vec![
            row.repo.one_line().into_owned(),
            row.standing(),
            row.mode.one_line().into_owned(),
            time(row.drifted_since),
            time(row.last_reconciled_at),
            row.strip.to_string(),
            format!("{}{more}", fields.join(", ")),
        ]
    }
}
