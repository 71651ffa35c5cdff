//! `attestor audit report`.

use super::known::Place;
use crate::audit::jobs::report::{ReportRequest, SAMPLE_MAX, compile, record};
use crate::audit::jobs::{Request, verify};
use crate::audit::kept::{Readers, put};
use crate::audit::note::root_text;
use crate::audit::report::{Anchor, ChainState, ReportType, html::html, markdown::markdown, rfc3339};
use crate::audit::store::fields::FIELDS;
use crate::cli::Global;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::filter;
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use crate::text::visible;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use std::io::{self, Write};
use std::path::PathBuf;

/// Which controls, and of which period.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which controls: those of SOC 2, of ISO 27001, or all over the entries that --filter lets through.
    #[arg(long = "type", value_enum)]
    pub report_type: Type,
    /// From when on: a day, or a time such as 2026-01-01T08:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// Until when: a day is included whole, a time is excluded.
    #[arg(long, value_name = "TIME")]
    pub to: String,
    /// The form of the report.
    #[arg(long, value_enum, default_value = "json")]
    pub format: Form,
    /// The file to write instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which entries, for a report of type custom.
    #[arg(long, value_name = "FILTER", default_value = "")]
    pub filter: String,
    /// What draws the sample; the same seed draws the same entries again.
    #[arg(long, value_name = "WORD")]
    pub seed: Option<String>,
    /// How many entries the sample holds.
    #[arg(long, value_name = "N", default_value = "25", value_parser = clap::value_parser!(u32).range(0..=i64::from(SAMPLE_MAX)))]
    pub sample: u32,
    /// What the chain is held against.
    #[command(flatten)]
    pub place: Place,
}

/// Which controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Type {
    /// SOC 2.
    Soc2,
    /// ISO/IEC 27001:2022.
    Iso27001,
    /// All.
    Custom,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// The document itself.
    Json,
    /// Markdown, the document at its end.
    Md,
    /// A page, the document at its end.
    Html,
}

/// Makes the report; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let request = request(&options)?;
    let db = global.open().await?.db;
    let mut report = compile(&db, &request, Utc::now()).await?;
    // Verified afterwards, the chain is verified at least as far as the report reads it.
    report.chain = chain_state(&db, &options.place, global).await?;
    let filed = report.file();
    let bytes = match options.format {
        Form::Json => format!("{}\n", serde_json::Value::Object(filed.document.clone())),
        Form::Md => markdown(&report, &filed),
        Form::Html => html(&report, &filed),
    };
    match record(&db, &request, &report, &filed, DeedKey::fresh()).await {
        Ok(recorded) => eprintln!("report {} is filed; entry {}", recorded.id, recorded.seq),
        Err(error) if error.kind() == Kind::Denied => {
            eprintln!("not filed: {}", visible(&error.to_string()));
        }
        Err(error) => return Err(error),
    }
    match &options.out {
        Some(path) => {
            put(path, bytes.as_bytes(), Readers::Everyone)?;
            eprintln!("report hash {}", filed.hash);
        }
        None => io::stdout().write_all(bytes.as_bytes())?,
    }
    Ok(if report.chain.breaks > 0 { super::tell::FOUND } else { 0 })
}

/// What a full verification of the chain finds now.
async fn chain_state(db: &Db, place: &Place, global: &Global) -> Result<ChainState> {
    let known = place.known(db, global).await?;
    let origin = place.origin(&global.settings()?.audit)?;
    let request = Request::held_against(origin, known.as_ref().map(|known| &known.evidence));
    let found = verify(db, &request, &JobContext::unattended()).await?;
    let root_of =
        |size| request.trusted.iter().find(|checkpoint| checkpoint.size == size).map(|c| root_text(&c.root));
    Ok(ChainState {
        verdict: found.verdict().word().to_owned(),
        entries: found.entries,
        breaks: found.breaks_count,
        unverifiable: found.unverifiable,
        root: found.root_text(),
        checkpoint: found.anchored.as_ref().map(|anchored| Anchor {
            size: anchored.size,
            root: root_of(anchored.size).unwrap_or_default(),
            time: Some(rfc3339(anchored.time)),
            key: visible(&anchored.key).into_owned(),
        }),
    })
}

fn request(options: &Options) -> Result<ReportRequest> {
    if !options.filter.is_empty() && options.report_type != Type::Custom {
        return Err(Error::new(Kind::Usage, "--filter is for reports of type custom")
            .hint("a report of SOC 2 or ISO 27001 is over all entries of its period"));
    }
    let filter = filter::parse(&options.filter, &FIELDS).map_err(|error| error.in_text(&options.filter))?;
    Ok(ReportRequest {
        report_type: match options.report_type {
            Type::Soc2 => ReportType::Soc2,
            Type::Iso27001 => ReportType::Iso27001,
            Type::Custom => ReportType::Custom,
        },
        from: time(&options.from, Edge::Begin)?,
        to: time(&options.to, Edge::End)?,
        filter,
        query: options.filter.clone(),
        seed: options.seed.clone().unwrap_or_else(|| DeedKey::fresh().to_string()),
        sample: options.sample,
    })
}

#[derive(Clone, Copy)]
enum Edge {
    Begin,
    End,
}

/// The time that `text` names as the begin or the end of a period.
fn time(text: &str, edge: Edge) -> Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        let day = match edge {
            Edge::Begin => Some(day),
            Edge::End => day.checked_add_days(Days::new(1)),
        };
        if let Some(day) = day {
            return Ok(day.and_time(NaiveTime::MIN).and_utc());
        }
    }
    text.parse().map_err(|_| {
        Error::new(Kind::Usage, format!("{} is no time", visible(text)))
            .hint("write a day, 2026-01-31, or a time, 2026-01-31T08:00:00Z")
    })
}
