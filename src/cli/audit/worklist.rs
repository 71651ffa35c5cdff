//! `attestor audit worklist`.

use super::tell::FOUND;
use crate::audit::inspection::{Item, Standing, Worklist};
use crate::audit::store::inspections::{reports, worklist};
use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::{Error, Kind, Result};
use crate::ids::{EntrySeq, ReportId};
use chrono::{SecondsFormat, Utc};
use serde::Serialize;

/// Of which report.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The number of the report; without it, the newest.
    #[arg(value_name = "REPORT")]
    pub report: Option<ReportId>,
    /// Only what nobody has inspected.
    #[arg(long)]
    pub open: bool,
}

/// Lists the sample of a report; the result is the exit status.
pub(super) async fn run(options: &Options, global: &Global) -> Result<u8> {
    let db = global.open().await?.db;
    let report = match options.report {
        Some(report) => report,
        None => reports(&db, 1).await?.first().map(|newest| newest.id).ok_or_else(|| {
            Error::new(Kind::NotFound, "no report was filed yet").hint("attestor audit report --help")
        })?,
    };
    let Some(list) = worklist(&db, report).await? else {
        return Err(Error::new(Kind::NotFound, format!("there is no report {report}")));
    };
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, global.format());
    for item in list.items.iter().filter(|item| !options.open || item.inspection.is_none()) {
        match global.format() {
            Format::Table => printer.row(&Brief { item })?,
            _ => printer.row(&Line::of(&list, item))?,
        }
    }
    printer.finish()?;
    if global.format() == Format::Table {
        eprintln!("report {report}: {} of {} inspected", list.inspected(), list.items.len());
    }
    let is_moved = list.items.iter().any(|item| item.standing != Standing::Same);
    Ok(if is_moved { FOUND } else { 0 })
}

/// A line for programs.
#[derive(Serialize)]
struct Line<'a> {
    report_id: ReportId,
    seq: EntrySeq,
    occurred_at: Option<String>,
    category: &'a str,
    event_type: &'a str,
    actor: &'a str,
    db_user: &'a str,
    repo_full_name: Option<&'a str>,
    standing: Standing,
    inspected: bool,
    note: Option<&'a str>,
    inspected_by: Option<&'a str>,
    inspected_at: Option<String>,
}

impl<'a> Line<'a> {
    fn of(list: &Worklist, item: &'a Item) -> Self {
        let (listed, seen) = (&item.listed, item.inspection.as_ref());
        let time = |at: chrono::DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        Line {
            report_id: list.report.id,
            seq: listed.seq,
            occurred_at: listed.occurred_at.map(time),
            category: &listed.category,
            event_type: &listed.event_type,
            actor: &listed.actor,
            db_user: &listed.db_user,
            repo_full_name: listed.repo_full_name.as_deref(),
            standing: item.standing,
            inspected: seen.is_some(),
            note: seen.map(|seen| &*seen.note),
            inspected_by: seen.map(|seen| &*seen.by),
            inspected_at: seen.map(|seen| time(seen.at)),
        }
    }
}

impl Tabular for Line<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "report_id",
        "seq",
        "occurred_at",
        "category",
        "event_type",
        "actor",
        "db_user",
        "repo_full_name",
        "standing",
        "inspected",
        "note",
        "inspected_by",
        "inspected_at",
    ];

    fn cells(&self) -> Vec<String> {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        vec![
            self.report_id.to_string(),
            self.seq.to_string(),
            text(self.occurred_at.as_deref()),
            self.category.to_owned(),
            self.event_type.to_owned(),
            self.actor.to_owned(),
            self.db_user.to_owned(),
            text(self.repo_full_name),
            self.standing.word().to_owned(),
            self.inspected.to_string(),
            text(self.note),
            text(self.inspected_by),
            text(self.inspected_at.as_deref()),
        ]
    }
}

/// The columns for people.
#[derive(Serialize)]
struct Brief<'a> {
    #[serde(skip)]
    item: &'a Item,
}

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] = &["seq", "time", "event", "by", "chain", "inspected", "note"];

    fn cells(&self) -> Vec<String> {
        let (listed, seen) = (&self.item.listed, self.item.inspection.as_ref());
        vec![
            listed.seq.to_string(),
            listed.occurred_at.map_or("-".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string()),
            listed.event_type.one_line().into_owned(),
            listed.by(),
            self.item.standing.word().to_owned(),
            seen.map_or("-".to_owned(), |seen| {
                format!("{} by {}", seen.at.format("%Y-%m-%d"), seen.by.one_line())
            }),
            seen.map_or("-".to_owned(), |seen| seen.note.one_line().into_owned()),
        ]
    }
}
