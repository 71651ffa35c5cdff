//! Decisions about tests held against their entries, and the other way round.
//!
//! As for findings, the statements name the tables as they are in the database; no Rust of that area is
//! needed to read them.

use super::reconcile::{Found, Of, counts, orphans, readable};
use crate::db::snapshot::Snapshot;
use crate::error::Result;

/// Holds decisions about tests and their entries against each other; none where there are no such
/// decisions to be read.
pub(super) async fn of_tests(snapshot: &mut Snapshot) -> Result<Option<Of>> {
    if !readable(snapshot, "trust", &["flaky_decisions"]).await? {
        return Ok(None);
    }
    let (decisions, entries) = counts(
        snapshot,
        "select (select count(*) from only trust.flaky_decisions),
                (select count(*) from only audit.audit_trail_entries
                 where category = 'quarantine'
                   and event_type in ('test_quarantined', 'test_graduated', 'suggestion_dismissed'))",
    )
    .await?;
    let found = vec![without_entry(snapshot).await?, that_differ(snapshot).await?];
    Ok(Some(Of { decisions, entries, found }))
}

/// Rows that no entry has the key of.
async fn without_entry(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "select 'trust.flaky_decisions' as \"table\", d.id, 'no entry has the key of its deed' as why,
                count(*) over () as count
         from only trust.flaky_decisions d
         where not exists (select from only audit.audit_trail_entries e
                           where e.payload->>'idempotency_key' = d.deed_key::text)
         order by d.id limit $1",
    )
    .await
}

/// Entries whose rows are missing or others.
async fn that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with said as (
             select seq, payload, payload->>'idempotency_key' as key,
                    case event_type when 'test_quarantined' then 'quarantine' when 'test_graduated' then 'graduate'
                                    else 'dismiss' end as deed
             from only audit.audit_trail_entries
             where category = 'quarantine'
               and event_type in ('test_quarantined', 'test_graduated', 'suggestion_dismissed')
               and (payload ? 'flaky_test_id' or payload->>'digest_of' = 'flaky_test_id id deed')
         ), kept as (
             select deed_key::text as key, count(*) as count, min(flaky_test_id) as test, min(deed) as deed,
                    min(reason) as reason,
                    encode(sha256(convert_to(string_agg(
                        concat_ws(' ', flaky_test_id, id, deed) || e'\\n', '' order by flaky_test_id), 'UTF8')),
                        'hex') as digest
             from only trust.flaky_decisions where deed_key is not null group by 1
         )
         select 'audit.audit_trail_entries' as \"table\", s.seq as id,
                case when k.key is null then 'the rows that it speaks of are missing'
                     else 'it speaks of other rows than there are' end as why,
                count(*) over () as count
         from said s left join kept k on k.key = s.key
         where k.key is null
            or k.deed is distinct from s.deed
            or k.reason is distinct from s.payload->>'reason'
            or case when s.payload ? 'digest_of'
                    then k.digest is distinct from s.payload->>'digest'
                      or k.count::text is distinct from s.payload->>'count'
                    else k.count <> 1 or k.test::text is distinct from s.payload->>'flaky_test_id' end
         order by s.seq limit $1",
    )
    .await
}
