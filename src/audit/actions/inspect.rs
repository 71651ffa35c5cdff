//! Inspecting an entry of a report's sample: who has looked at it, and what they saw. Once, for good.

use crate::audit::inspection::{Inspection, Note};
use crate::audit::store::{deeds, inspections};
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq, ReportId};
use serde_json::Map;

/// What was inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspect {
    /// The report.
    pub report: ReportId,
    /// The entry of its sample.
    pub seq: EntrySeq,
    /// What was seen.
    pub note: Note,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// Writes down that an entry was inspected, with an entry of its own in the chain, which holds the hash
/// that was drawn.
///
/// # Errors
/// [`Kind::NotFound`] where there is no such report; [`Kind::Usage`] where the entry is not of its sample;
/// [`Kind::Conflict`] where it was inspected before; [`Kind::Denied`] where the login may not.
pub async fn inspect(db: &Db, deed: &Inspect) -> Result<Inspection> {
    settled(db, deed.key, |change| once(change, deed)).await
}

async fn once(mut change: Change, deed: &Inspect) -> Result<Inspection> {
    let (report, seq) = (deed.report, deed.seq);
    let unreadable = || Error::new(Kind::Failed, "what was noted cannot be read");
    if deeds::done_before(&mut change).await?.is_some() {
        return inspections::standing(&mut change, report, seq).await?.ok_or_else(unreadable);
    }
    let entry_hash = match inspections::drawn(&mut change, report, seq).await? {
        Some(Some(entry_hash)) => entry_hash,
        Some(None) => {
            let what = format!("entry {seq} is not of the sample of report {report}");
            return Err(Error::new(Kind::Usage, what).hint(format!("attestor audit worklist {report}")));
        }
        None => return Err(Error::new(Kind::NotFound, format!("there is no report {report}"))),
    };
    if !inspections::insert(&mut change, report, seq, &deed.note).await? {
        let by = inspections::standing(&mut change, report, seq).await?.map_or_else(String::new, |seen| {
            format!(" by {} on {}", seen.by.one_line(), seen.at.format("%Y-%m-%d"))
        });
        let what = format!("entry {seq} was inspected{by} already; that stays as it was said");
        return Err(Error::new(Kind::Conflict, what).hint(format!("attestor audit worklist {report}")));
    }
    let inspection = inspections::standing(&mut change, report, seq).await?.ok_or_else(unreadable)?;
    let mut payload = Map::new();
    payload.insert("report_id".to_owned(), report.0.into());
    payload.insert("inspected_seq".to_owned(), seq.0.into());
    payload.insert("entry_hash".to_owned(), entry_hash.into());
    payload.insert("note".to_owned(), deed.note.as_str().into());
    change.commit(NewEntry::new(Category::Report, "report.inspected", payload)).await?;
    Ok(inspection)
}
