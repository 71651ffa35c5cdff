//! `attestor audit report`.

use super::known::Place;
use crate::audit::jobs::Request;
use crate::audit::jobs::report::{Made, ReportRequest, SAMPLE_MAX, make};
use crate::audit::kept::{Readers, put};
use crate::audit::report::{Edge, Form, ReportType};
use crate::audit::store::fields::FIELDS;
use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::filter;
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use crate::text::visible;
use chrono::{DateTime, Utc};
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
    pub format: Format,
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
pub enum Format {
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
    let known = options.place.known(&db, global).await?;
    let origin = options.place.origin(&global.settings()?.audit)?;
    let against = Request::held_against(origin, known.as_ref().map(|known| &known.evidence));
    let Made { report, filed, record } =
        make(&db, &request, &against, DeedKey::fresh(), &JobContext::unattended()).await?;
    match record {
        Ok(recorded) => eprintln!("report {} is filed; entry {}", recorded.id, recorded.seq),
        Err(error) if error.kind() == Kind::Denied => {
            eprintln!("not filed: {}", visible(&error.to_string()));
        }
        Err(error) => return Err(error),
    }
    let text = options.format.form().text(&report, &filed);
    match &options.out {
        Some(path) => {
            put(path, text.as_bytes(), Readers::Everyone)?;
            eprintln!("report hash {}", filed.hash);
        }
        None => io::stdout().write_all(text.as_bytes())?,
    }
    Ok(if report.chain.breaks > 0 { super::tell::FOUND } else { 0 })
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
        from: time(&options.from, Edge::From)?,
        to: time(&options.to, Edge::To)?,
        filter,
        query: options.filter.clone(),
        seed: options.seed.clone().unwrap_or_else(|| DeedKey::fresh().to_string()),
        sample: options.sample,
    })
}

/// The time that `text` names as the begin or the end of a period.
fn time(text: &str, edge: Edge) -> Result<DateTime<Utc>> {
    edge.named(text).ok_or_else(|| {
        Error::new(Kind::Usage, format!("{} is no time", visible(text)))
            .hint("write a day, 2026-01-31, or a time, 2026-01-31T08:00:00Z")
    })
}

impl Format {
    fn form(self) -> Form {
        match self {
            Format::Json => Form::Json,
            Format::Md => Form::Markdown,
            Format::Html => Form::Html,
        }
    }
}
