//! One run with all that is known of it.

use super::acknowledgements::of_run;
use super::list::LISTED;
use crate::db::Db;
use crate::error::Result;
use crate::ids::RunId;
use crate::operations::acknowledge::Acknowledgement;
use crate::operations::report::{Broken, VerificationReport};
use crate::operations::run::Run;
use crate::text::{SafeText, visible};
use serde::Serialize;
use serde_json::Value;
use sqlx::{QueryBuilder, Row};

/// The largest report that is read, in bytes of its text.
const REPORT_BYTES_MAX: i32 = 8 << 20;

/// A run with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detail {
    /// The run itself.
    #[serde(flatten)]
    pub run: Run,
    /// What it is about and what it was given, by name.
    pub inputs: Vec<(SafeText, SafeText)>,
    /// Its report; none where it has none.
    pub report: Option<Told>,
    /// Who has seen what fails or warns.
    pub acknowledgements: Vec<Acknowledgement>,
}

/// A report as it was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// It keeps its contract.
    Report(Box<VerificationReport>),
    /// It does not.
    Broken {
        /// How.
        broken: Broken,
    },
}

impl Detail {
    /// The report, where it keeps its contract.
    pub fn report(&self) -> Option<&VerificationReport> {
        match &self.report {
            Some(Told::Report(report)) => Some(report),
            _ => None,
        }
    }
}

/// Reads a run; none where there is no such run. Reading starts nothing.
pub async fn detail(db: &Db, id: RunId) -> Result<Option<Detail>> {
    let mut sql = QueryBuilder::new(LISTED);
    sql.push("r.id = ").push_bind(id);
    let Some(run) = sql.build_query_as::<Run>().fetch_optional(db.read()).await? else { return Ok(None) };
    let row = sqlx::query(
        "select case when octet_length((context->'verification_report')::text) <= $2
                     then context->'verification_report' end as report,
                octet_length((context->'verification_report')::text) as bytes,
                context->'scope' as scope, context->'inputs' as inputs
         from operations.operation_runs where id = $1",
    )
    .bind(id)
    .bind(REPORT_BYTES_MAX)
    .fetch_optional(db.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let report = match (row.try_get::<Option<Value>, _>("report")?, row.try_get::<Option<i32>, _>("bytes")?) {
        (Some(document), _) => Some(match VerificationReport::read(&document) {
            Ok(report) => Told::Report(Box::new(report)),
            Err(broken) => Told::Broken { broken },
        }),
        (None, Some(bytes)) => Some(Told::Broken { broken: Broken(format!("it is {bytes} bytes long")) }),
        (None, None) => None,
    };
    let mut inputs = named(row.try_get("scope")?);
    inputs.extend(named(row.try_get("inputs")?));
    Ok(Some(Detail { run, inputs, report, acknowledgements: of_run(db, id).await? }))
}

fn named(value: Option<Value>) -> Vec<(SafeText, SafeText)> {
    const SHOWN_MAX: usize = 50;
    let Some(Value::Object(fields)) = value else { return Vec::new() };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown = |(name, value): (&String, &Value)| {
        let value: String = text(value).chars().take(1_000).collect();
        (SafeText::new(&visible(name)), SafeText::new(&value))
    };
    fields.iter().take(SHOWN_MAX).map(shown).collect()
}
