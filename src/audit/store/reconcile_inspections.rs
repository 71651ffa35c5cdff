//! What was inspected of samples held against its entries, and the other way round.

use super::reconcile::{Found, Of, counts, orphans, readable};
use crate::db::snapshot::Snapshot;
use crate::error::Result;

/// Holds inspections and their entries against each other; none where they can't be read.
pub(super) async fn of_inspections(snapshot: &mut Snapshot) -> Result<Option<Of>> {
    if !readable(snapshot, "audit", &["inspections"]).await? {
        return Ok(None);
    }
    let (decisions, entries) = counts(
        snapshot,
        "select (select count(*) from only audit.inspections),
                (select count(*) from only audit.audit_trail_entries
                 where category = 'report' and event_type = 'report.inspected')",
    )
    .await?;
    let found = vec![without_entry(snapshot).await?, that_differ(snapshot).await?];
    Ok(Some(Of { decisions, entries, found }))
}

/// Rows of which no entry says the same.
async fn without_entry(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "select 'audit.inspections' as \"table\", i.seq as id,
                'of report ' || i.report_id || ': no entry says that this was inspected so' as why,
                count(*) over () as count
         from only audit.inspections i
         where not exists (select from only audit.audit_trail_entries e
                           where e.category = 'report' and e.event_type = 'report.inspected'
                             and e.payload->>'report_id' = i.report_id::text
                             and e.payload->>'inspected_seq' = i.seq::text
                             and e.payload->>'note' = i.note and e.db_user = i.inspected_by)
         order by i.report_id, i.seq limit $1",
    )
    .await
}

/// Entries of which no row says the same. What is told is text: a payload can hold anything.
async fn that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "select 'audit.audit_trail_entries' as \"table\", e.seq as id,
                'the inspection of entry ' || left(coalesce(e.payload->>'inspected_seq', '?'), 20) || ' of report '
                || left(coalesce(e.payload->>'report_id', '?'), 20) || ' is missing or another' as why,
                count(*) over () as count
         from only audit.audit_trail_entries e
         where e.category = 'report' and e.event_type = 'report.inspected' and e.payload ? 'inspected_seq'
           and not exists (select from only audit.inspections i
                           where i.report_id::text = e.payload->>'report_id'
                             and i.seq::text = e.payload->>'inspected_seq'
                             and i.note = e.payload->>'note' and i.inspected_by = e.db_user)
         order by e.seq limit $1",
    )
    .await
}
