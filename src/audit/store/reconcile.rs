//! Decisions held against their entries, and entries against their decisions.
//!
//! The statements stand here and not in a view: whoever can forge a row can replace a view. They name the
//! tables of triage as they are in the database; no Rust of that area is needed to read them.

use super::reconcile_drift::of_drift;
use super::reconcile_inspections::of_inspections;
use super::reconcile_tables::tables_amiss;
use super::reconcile_tests::of_tests;
use crate::audit::verify::reconcile::{ORPHANS_MAX, Orphan, Reconciled};
use crate::db::snapshot::Snapshot;
use crate::error::Result;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

/// Holds decisions and entries against each other; none where the login may not read the decisions.
pub async fn reconcile(snapshot: &mut Snapshot) -> Result<Option<Reconciled>> {
    snapshot.plan_freely().await?;
    if !readable(snapshot, "triage", &["feedbacks", "attention"]).await? {
        let amiss = tables_amiss(snapshot).await?;
        let is_any = amiss.iter().any(|found| !found.is_empty());
        return Ok(is_any.then(|| Reconciled::default().with(amiss)));
    }
    let (decisions, entries) = counted(snapshot).await?;
    let mut reconciled = Reconciled {
        decisions: u64::try_from(decisions).unwrap_or(0),
        entries: u64::try_from(entries).unwrap_or(0),
        ..Reconciled::default()
    };
    let mut all = vec![
        without_entry(snapshot).await?,
        without_key(snapshot).await?,
        verdicts_that_differ(snapshot).await?,
        attention_that_differs(snapshot).await?,
    ];
    let others = [of_tests(snapshot).await?, of_drift(snapshot).await?, of_inspections(snapshot).await?];
    for of in others.into_iter().flatten() {
        reconciled.decisions += u64::try_from(of.decisions).unwrap_or(0);
        reconciled.entries += u64::try_from(of.entries).unwrap_or(0);
        all.extend(of.found);
    }
    all.extend(tables_amiss(snapshot).await?);
    Ok(Some(reconciled.with(all)))
}

impl Reconciled {
    fn with(mut self, all: Vec<Found>) -> Self {
        for found in all {
            self.orphans += found.first().map_or(0, |(_, count)| u64::try_from(*count).unwrap_or(0));
            self.first_orphans.extend(found.into_iter().map(|(orphan, _)| orphan));
        }
        self.first_orphans.truncate(usize::try_from(ORPHANS_MAX).unwrap_or(0));
        self
    }
}

/// The orphans, each with how many there are in all.
pub(super) type Found = Vec<(Orphan, i64)>;

/// Decisions of an area and their entries: how many, and those without the other.
pub(super) struct Of {
    pub(super) decisions: i64,
    pub(super) entries: i64,
    pub(super) found: Vec<Found>,
}

/// Whether all of these tables are there and can be read.
pub(super) async fn readable(snapshot: &mut Snapshot, schema: &str, tables: &[&str]) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select count(*) = cardinality($2::text[])
                and bool_and(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relname = any($2) and c.relkind = 'r'",
    )
    .bind(schema)
    .bind(tables)
    .fetch_one(snapshot.connection())
    .await
    .map(|all: Option<bool>| all.unwrap_or(false))?)
}

async fn counted(snapshot: &mut Snapshot) -> Result<(i64, i64)> {
    counts(
        snapshot,
        "select (select count(*) from only triage.feedbacks) + (select count(*) from only triage.attention),
                (select count(*) from only audit.audit_trail_entries
                 where category = 'finding_triage' and event_type in (
                           'finding_triaged', 'triage_taken_back', 'finding_commented', 'finding_claimed',
                           'finding_snoozed', 'claim_released', 'snooze_ended')
                    or category = 'risk_acceptance' and event_type in ('risk_accepted', 'risk_acceptance_ended'))",
    )
    .await
}

/// Rows of a deed that no entry has the key of.
async fn without_entry(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with deeds (\"table\", id, deed_key) as (
             select 'triage.feedbacks', id, deed_key::text from only triage.feedbacks where deed_key is not null
             union all
             select 'triage.attention', id, deed_key::text from only triage.attention
         )
         select d.\"table\", d.id, 'no entry has the key of its deed' as why, count(*) over () as count
         from deeds d
         where not exists (select from only audit.audit_trail_entries e
                           where e.payload->>'idempotency_key' = d.deed_key)
         order by d.\"table\", d.id limit $1",
    )
    .await
}

/// Rows without a key were brought in together, as the history of the demo is: one entry says how many.
/// Ids are given out in order, so that the newest rows are those that no entry speaks of.
async fn without_key(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with history (seq, covered) as (
             select seq, (payload#>>'{tables,feedbacks,count}')::bigint
             from only audit.audit_trail_entries
             where category = 'finding_triage' and event_type = 'history_imported'
               and payload#>>'{tables,feedbacks,count}' ~ '^[0-9]{1,15}$'
         ), loose (id, count) as (
             select id, count(*) over () from only triage.feedbacks where deed_key is null
         ), compared (covered, there) as (
             select coalesce((select sum(covered) from history), 0),
                    (select count(*) from only triage.feedbacks where deed_key is null)
         ), orphans (\"table\", id, why) as (
             (select 'triage.feedbacks', l.id, 'it has no key of a deed, and no entry says that it was brought in'
              from loose l
              order by l.id desc
              limit (select greatest(there - covered, 0)::bigint from compared))
             union all
             select 'audit.audit_trail_entries', h.seq, 'rows that it brought in are missing'
             from history h, compared c
             where c.covered > c.there and h.seq = (select max(seq) from history)
         )
         select o.*, count(*) over () as count from orphans o order by o.\"table\", o.id limit $1",
    )
    .await
}

/// Entries of verdicts, takings back and comments whose rows are missing or others.
async fn verdicts_that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with said as (
             select seq, event_type, payload, payload->>'idempotency_key' as key
             from only audit.audit_trail_entries
             where category = 'finding_triage'
               and event_type in ('finding_triaged', 'triage_taken_back', 'finding_commented')
               and (payload ? 'feedback_id' or payload->>'digest_of' = 'finding_id id user_verdict retracts')
         ), kept as (
             select deed_key::text as key, count(*) as count, min(id) as id, min(finding_id) as finding_id,
                    min(user_verdict) as verdict,
                    encode(sha256(convert_to(string_agg(
                        concat_ws(' ', finding_id, id, coalesce(user_verdict, '-'), coalesce(retracts::text, '-'))
                        || e'\\n', '' order by finding_id), 'UTF8')), 'hex') as digest
             from only triage.feedbacks where deed_key is not null group by 1
         )
         select 'audit.audit_trail_entries' as \"table\", s.seq as id,
                case when k.key is null then 'the rows that it speaks of are missing'
                     else 'it speaks of other rows than there are' end as why,
                count(*) over () as count
         from said s left join kept k on k.key = s.key
         where k.key is null
            or case when s.payload ? 'digest_of'
                    then k.digest is distinct from s.payload->>'digest'
                      or k.count::text is distinct from s.payload->>'count'
                    else k.count <> 1
                      or k.id::text is distinct from s.payload->>'feedback_id'
                      or k.finding_id::text is distinct from s.payload->>'finding_id'
                      or s.event_type = 'finding_triaged' and k.verdict is distinct from s.payload->>'verdict' end
         order by s.seq limit $1",
    )
    .await
}

/// The same for claims, snoozes and accepted risks.
async fn attention_that_differs(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with said as (
             select seq, payload, payload->>'idempotency_key' as key
             from only audit.audit_trail_entries
             where (category = 'finding_triage' and event_type in (
                        'finding_claimed', 'finding_snoozed', 'claim_released', 'snooze_ended')
                    or category = 'risk_acceptance' and event_type in ('risk_accepted', 'risk_acceptance_ended'))
               and (payload ? 'attention_id' or payload->>'digest_of' = 'finding_id id state ends')
         ), kept as (
             select deed_key::text as key, count(*) as count, min(id) as id, min(finding_id) as finding_id,
                    min(state) as state,
                    encode(sha256(convert_to(string_agg(
                        concat_ws(' ', finding_id, id, state, coalesce(ends::text, '-')) || e'\\n', ''
                        order by finding_id), 'UTF8')), 'hex') as digest
             from only triage.attention group by 1
         )
         select 'audit.audit_trail_entries' as \"table\", s.seq as id,
                case when k.key is null then 'the rows that it speaks of are missing'
                     else 'it speaks of other rows than there are' end as why,
                count(*) over () as count
         from said s left join kept k on k.key = s.key
         where k.key is null
            or k.state is distinct from s.payload->>'state'
            or case when s.payload ? 'digest_of'
                    then k.digest is distinct from s.payload->>'digest'
                      or k.count::text is distinct from s.payload->>'count'
                    else k.count <> 1
                      or k.id::text is distinct from s.payload->>'attention_id'
                      or k.finding_id::text is distinct from s.payload->>'finding_id' end
         order by s.seq limit $1",
    )
    .await
}

/// What `statement` finds: rows of an orphan and how many there are in all, of which it gives the first $1.
pub(super) async fn orphans(snapshot: &mut Snapshot, statement: &'static str) -> Result<Found> {
    found_of(&sqlx::query(statement).bind(ORPHANS_MAX).fetch_all(snapshot.connection()).await?)
}

/// Rows of orphans, each with how many there are in all.
pub(super) fn found_of(rows: &[PgRow]) -> Result<Found> {
    let one = |row: &PgRow| Ok((Orphan::from_row(row)?, row.try_get("count")?));
    Ok(rows.iter().map(one).collect::<sqlx::Result<Found>>()?)
}

/// The two numbers that `statement` counts: of decisions and of their entries.
pub(super) async fn counts(snapshot: &mut Snapshot, statement: &'static str) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(statement).fetch_one(snapshot.connection()).await?)
}
