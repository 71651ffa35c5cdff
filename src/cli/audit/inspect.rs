//! `attestor audit inspect`.

use super::tell;
use crate::audit::actions::{Inspect, inspect};
use crate::audit::inspection::Note;
use crate::audit::store::inspections::worklist;
use crate::cli::Global;
use crate::error::Result;
use crate::ids::{DeedKey, EntrySeq, ReportId};
use serde_json::json;

/// Which entry, and what was seen.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The position of the entry in the chain.
    #[arg(value_name = "SEQ")]
    pub seq: EntrySeq,
    /// The report whose sample it is of.
    #[arg(long, value_name = "REPORT")]
    pub report: ReportId,
    /// What was seen, at most 1,024 bytes.
    #[arg(long, value_name = "TEXT")]
    pub note: String,
}

/// Writes down that it was inspected; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let Options { seq, report, note } = options;
    let note = Note::new(&note)?;
    let db = global.open().await?.db;
    let deed = Inspect { report, seq, note, key: DeedKey::fresh() };
    let inspection = inspect(&db, &deed).await?;
    let list = worklist(&db, report).await?;
    let (inspected, of) = list.map_or((0, 0), |list| (list.inspected(), list.items.len()));
    let object = json!({
        "report_id": report,
        "seq": seq,
        "note": inspection.note,
        "inspected_by": inspection.by,
        "inspected_at": inspection.at,
        "inspected": inspected,
        "sample": of,
    });
    let line = format!("entry {seq} is inspected; {inspected} of {of} of report {report}");
    tell::tell(global, &object, &[line])?;
    Ok(0)
}
