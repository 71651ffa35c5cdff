//! `attestor findings list`.

use super::{ListOptions, views};
use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::Result;
use crate::triage::finding::{Finding, Verdict};
use crate::triage::store::findings::{self, Order, Query, Sort};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// Lists findings.
pub(super) async fn list(options: ListOptions, global: &Global) -> Result<u8> {
    let filter = views::filter(&options.filter, options.view.as_deref())?;
    let given = views::sort(options.view.as_deref())?;
    let query = Query {
        sort: match (options.sort, options.reverse) {
            (None, false) => given,
            (by, reverse) => Sort {
                by: by.unwrap_or(given.by),
                order: if reverse { Order::Reversed } else { Order::Natural },
            },
        },
        ..Query::first(filter, findings::PAGE_ROWS_MAX, Utc::now())
    };
    let session = global.open().await?;
    let format = global.format();
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, format);
    findings::each(&session.db, &query, options.limit, |finding| match format {
        Format::Table => printer.row(&Brief(&finding)),
        Format::Json | Format::Csv | Format::Plain => printer.row(&finding),
    })
    .await?;
    printer.finish()?;
    Ok(0)
}

/// The columns for programs: the fields of a JSON line.
impl Tabular for Finding {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "scan_id",
        "project_name",
        "tool",
        "rule_id",
        "file",
        "line",
        "severity",
        "triage_decision",
        "ai_verdict",
        "ai_confidence",
        "epss",
        "kev",
        "risk",
        "fingerprint",
        "state",
        "message",
        "suppressed",
        "first_seen_at",
        "version",
        "blind",
        "claimed_by",
        "claimed_until",
        "snoozed_until",
        "accepted_until",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            or_empty(self.scan_id),
            self.project_name.to_string(),
            self.tool.to_string(),
            self.rule_id.to_string(),
            self.file.to_string(),
            or_empty(self.line),
            self.severity.word().to_owned(),
            self.triage_decision.map_or("", Verdict::word).to_owned(),
            or_empty(self.ai_verdict.as_ref()),
            or_empty(self.ai_confidence),
            or_empty(self.epss),
            or_empty(self.kev),
            format!("{:.1}", self.risk),
            or_empty(self.fingerprint.as_ref()),
            self.state.word().to_owned(),
            self.message.to_string(),
            self.suppressed.to_string(),
            moment(self.first_seen_at),
            self.version.0.to_string(),
            self.blind.to_string(),
            or_empty(self.claimed_by.as_ref()),
            or_empty(self.claimed_until.map(moment)),
            or_empty(self.snoozed_until.map(moment)),
            or_empty(self.accepted_until.map(moment)),
        ]
    }
}

/// The columns for people, in a width that a terminal has.
#[derive(Serialize)]
struct Brief<'a>(&'a Finding);

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] =
        &["id", "risk", "severity", "verdict", "ai", "rule", "where", "repo"];

    fn cells(&self) -> Vec<String> {
        let finding = self.0;
        let place = match finding.line {
            Some(line) => format!("{}:{line}", finding.file.one_line()),
            None => finding.file.one_line().into_owned(),
        };
        vec![
            finding.id.to_string(),
            format!("{:.1}", finding.risk),
            finding.severity.word().to_owned(),
            finding.triage_decision.map_or("-", Verdict::word).to_owned(),
            ai(finding),
            short(&finding.rule_id.one_line()),
            short(&place),
            finding.project_name.one_line().into_owned(),
        ]
    }
}

/// The AI's verdict and confidence, as in `TP .93`; hidden from a person who is to decide blind.
pub(super) fn ai(finding: &Finding) -> String {
    if finding.blind {
        return "hidden".to_owned();
    }
    match (&finding.ai_verdict, finding.ai_confidence.filter(|c| c.is_finite())) {
        (Some(verdict), Some(confidence)) if !verdict.is_empty() => {
            format!("{} {}", short(&verdict.one_line()), crate::triage::risk::short(confidence))
        }
        (Some(verdict), None) if !verdict.is_empty() => short(&verdict.one_line()),
        _ => "-".to_owned(),
    }
}

/// The end of a text is what tells it apart, as in a path.
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
